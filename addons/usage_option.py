"""Asks for usage in streams, and hides the answer from the app: opt-in, `--set usage_option=true`.

Without `stream_options.include_usage` a chat completions stream reports no usage, so its tokens can only be estimated
(OpenAI's API reference, "Create chat completion", stream_options). With it each chunk gains `"usage":null` and one more
chunk comes before `[DONE]`; both are taken out again after they were recorded, so the app gets what it would have got.
The recorded request is the app's own.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any, Final, cast

from mitmproxy import ctx, http

from . import scope
from .capture import CAPTURE

PATHS: Final = re.compile(r"^/v1/(chat/)?completions(\?|$)")
ASKED: Final = "wiretally_asked_for_usage"
_OPTION: Final = b'{"stream_options":{"include_usage":true},'
_NULL: Final = re.compile(rb',\s*"usage"\s*:\s*null(?=\s*[,}])')
_EVENT_END: Final = re.compile(rb"\r?\n\r?\n")


def with_usage_asked(body: bytes) -> bytes | None:
    """The request's body with the option put in front, or among the stream's others; None where it streams nothing or
    asks already."""
    try:
        asked: Any = json.loads(body)
    except ValueError:
        return None
    if not isinstance(asked, dict) or asked.get("stream") is not True:  # pyright: ignore[reportUnknownMemberType]
        return None
    if "stream_options" not in asked:
        return _OPTION + body[body.find(b"{") + 1 :]
    options: Any = {} if asked["stream_options"] is None else asked["stream_options"]  # pyright: ignore[reportUnknownVariableType]
    if not isinstance(options, dict) or cast(dict[str, Any], options).get("include_usage") is True:
        return None
    asked["stream_options"] = {**options, "include_usage": True}
    return json.dumps(asked, ensure_ascii=False).encode("utf-8", "surrogatepass")


def without_usage(event: bytes) -> bytes:
    """One event as it would be without the option: the usage chunk is gone, `"usage":null` is taken out of others."""
    if not event.startswith(b"data:") or b'"usage"' not in event:
        return event
    try:
        chunk: dict[str, Any] = json.loads(event[5:])
    except ValueError:
        return event
    if chunk.get("usage") is None:
        return _NULL.sub(b"", event, count=1)
    return b"" if chunk.get("choices") == [] else event


class UsageHider:
    """Callable as `flow.response.stream`: shows every byte to `tap`, gives the app the events without usage.

    Holds back at most the unfinished part of one event. Gives pieces, and none where nothing is to go out: an empty one
    would be the chunk that ends the answer (RFC 9112, 7.1).
    """

    def __init__(self, tap: Callable[[bytes], bytes], fault: Callable[[str, BaseException], None]) -> None:
        self._tap = tap
        self._fault = fault
        self._rest = b""

    def __call__(self, data: bytes) -> list[bytes]:
        out = self._shown(data)
        return [out] if out else []

    def _shown(self, data: bytes) -> bytes:
        data = self._tap(data)
        if not data:  # the end: whatever is left goes out as it came
            rest, self._rest = self._rest, b""
            return rest
        try:
            return self._hide(data)
        except Exception as error:  # noqa: BLE001 the app gets its bytes, if with usage in them
            self._fault("usage_option", error)
            rest, self._rest = self._rest, b""
            return rest + data

    def _hide(self, data: bytes) -> bytes:
        out: list[bytes] = []
        text = self._rest + data
        place = 0
        while found := _EVENT_END.search(text, place):
            if event := without_usage(text[place : found.start()]):
                out.append(event + found[0])
            place = found.end()
        self._rest = text[place:]
        return b"".join(out)


class UsageOption:
    """The addon. Comes after capture."""

    def __init__(self, fault: Callable[[str, BaseException], None]) -> None:
        self._fault = fault

    def load(self, loader: Any) -> None:
        loader.add_option("usage_option", bool, False, "Ask for usage in streams and hide it from the app.")

    def request(self, flow: http.HTTPFlow) -> None:
        if not ctx.options.usage_option or CAPTURE not in flow.metadata or flow.request.stream:
            return
        if flow.request.method != "POST" or not PATHS.match(flow.request.path):
            return
        body = with_usage_asked(flow.request.raw_content or b"")
        if body is not None:
            flow.request.raw_content = body
            fields = scope.without(flow.request.headers.fields, b"content-length", b"accept-encoding")
            flow.request.headers.fields = (
                *fields,
                (b"content-length", str(len(body)).encode()),
                (b"accept-encoding", b"identity"),
            )
            flow.metadata[ASKED] = True

    def responseheaders(self, flow: http.HTTPFlow) -> None:
        if flow.response and flow.metadata.get(ASKED) and callable(flow.response.stream):
            flow.response.stream = UsageHider(flow.response.stream, self._fault)  # pyright: ignore[reportArgumentType]
