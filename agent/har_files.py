"""HAR files as exchanges: those of browsers, proxies and wiretally's own export."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import msgspec

from .errors import UsageError
from .exchange import CapturedExchange, Message
from .headers import HeaderBlock
from .wire.draft import MOST, Fields, fields_of, objects_of, text_of


def read_har(path: Path) -> Iterator[tuple[CapturedExchange, Fields]]:
    """Every entry with an HTTP address, and what wiretally itself noted on it. Raises UsageError where it is no HAR."""
    try:
        decoded: Any = msgspec.json.decode(path.read_bytes().removeprefix(b"\xef\xbb\xbf"))
        entries: list[Fields] = objects_of(decoded["log"], "entries")
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise UsageError(f"{path} is not a HAR file: {error}. Export it again, as HAR 1.2.") from error
    for number, entry in enumerate(entries, 1):
        try:
            exchange = _exchange(entry)
        except (KeyError, TypeError, ValueError, AttributeError, OverflowError) as error:
            what = f"field {error} is missing" if isinstance(error, KeyError) else str(error)
            raise UsageError(f"{path}, entry {number}: {what}. What came before it has been imported.") from error
        if exchange is not None:
            yield exchange, fields_of(entry, "_wiretally")


def _exchange(entry: Fields) -> CapturedExchange | None:
    request, response = fields_of(entry, "request"), fields_of(entry, "response")
    url = urlsplit(str(request["url"]))
    if url.scheme not in ("http", "https", "ws", "wss") or not url.hostname:
        return None
    noted = fields_of(entry, "_wiretally")
    started = datetime.fromisoformat(str(entry["startedDateTime"])).timestamp()
    timings = {name: seconds for name in fields_of(entry, "timings") if (seconds := _seconds(entry, name))}
    sent = started + sum(timings.get(name, 0) for name in ("blocked", "dns", "connect", "send"))
    head = sent + timings.get("wait", 0)
    ended = head + timings.get("receive", 0)
    asked, answered = _body(fields_of(request, "postData"), "_encoding"), _body(fields_of(response, "content"))
    status = _status(response)
    error = text_of(response, "_error")
    ending = {"aborted": "client_gone", "failed": "answered"}.get(str(noted.get("state")), "answered")
    if status is None:
        ending = "upstream_error"
    return CapturedExchange(
        uid=text_of(noted, "uid") or _uid(entry, url.geturl(), status, len(answered)), started_at=started,
        method=str(request["method"]), scheme={"ws": "https", "wss": "https"}.get(url.scheme, url.scheme),
        host=url.hostname, port=url.port or (80 if url.scheme == "http" else 443),
        path=(url.path or "/") + (f"?{url.query}" if url.query else ""), door="import",
        request_headers=_headers(request), request_body=asked, request_size=_size(request, asked), sent_at=sent,
        status=status, reason=text_of(response, "statusText") or "", response_headers=_headers(response),
        response_body=answered, response_size=_size(response, answered), head_at=head if status else None,
        connect_ms=_told(entry, "connect"), tls_ms=_told(entry, "ssl"),
        pieces=[(head, len(answered))] if answered else [], messages=[_message(m) for m in
        objects_of(entry, "_webSocketMessages")], ended_at=ended, ending=ending, error=error,  # pyright: ignore[reportArgumentType]
    )  # fmt: skip


def _uid(entry: Fields, url: str, status: int | None, size: int) -> str:
    words = repr((entry["startedDateTime"], url, fields_of(entry, "request").get("method"), status, size))
    return f"har-{hashlib.sha256(words.encode('utf-8', 'replace')).hexdigest()[:24]}"


def _headers(part: Fields) -> HeaderBlock:
    """Headers as sent, without HTTP/2's pseudo headers and without the codings that HAR has undone."""
    return HeaderBlock.of(
        *(
            (name, text_of(header, "value") or "")
            for header in objects_of(part, "headers")
            if (name := text_of(header, "name") or "") and name[0] != ":" and name.lower() != "content-encoding"
        )
    )


def _body(content: Fields, encoding: str = "encoding") -> bytes:
    text = text_of(content, "text") or ""
    if text_of(content, encoding) == "base64":
        return base64.b64decode(text)
    return text.encode("utf-8", "surrogatepass")


def _size(part: Fields, body: bytes) -> int:
    size = part.get("bodySize")
    return size if isinstance(size, int) and 0 < size < MOST else len(body)


def _status(response: Fields) -> int | None:
    """None where there was no answer. Raises ValueError for what is no status."""
    told = int(response.get("status") or 0)
    if not 0 <= told < 1000:
        raise ValueError(f"status is {told}")
    return told or None


def _seconds(entry: Fields, name: str) -> float:
    """How long a step took, 0 where it did not happen. Raises ValueError for what is no time."""
    told = float(fields_of(entry, "timings")[name] or 0)
    if not told < MOST:
        raise ValueError(f"timings.{name} is {told}")
    return max(told, 0) / 1000


def _told(entry: Fields, name: str) -> float | None:
    value = fields_of(entry, "timings").get(name)
    return float(value) if isinstance(value, int | float) and value >= 0 else None


def _message(message: Fields) -> Message:
    data, is_text = text_of(message, "data") or "", message.get("opcode") != 2
    content = data.encode("utf-8", "surrogatepass") if is_text else base64.b64decode(data)
    return Message(float(message.get("time") or 0), message.get("type") == "send", is_text, content)
