"""Which calls are turns of one conversation: by the API's own ids, and by messages that extend an earlier call's.

A conversation begins to exist with its second turn; until then a call only leaves the keys by which a following turn
would name it: its response id, the API's conversation id, and the digest of its messages with its answer.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from hashlib import blake2b
from typing import cast

import msgspec

from .call import JSON, Call
from .call_rows import number_of

MOST_PREFIXES = 200  # a thread's prefixes that are looked up, longest first


def thread(messages: Sequence[JSON], answer: Iterable[JSON] = ()) -> tuple[tuple[str, ...], str | None]:
    """The digests of the prefixes of `messages` that end with an answer, longest first, and that of all with `answer`.

    Works on chat messages and on the Responses API's items; only what survives a round trip through an app is digested
    (roles, text, tool calls and results), not ids, reasoning or annotations. The second is None without an answer.
    """
    digest, prefixes, before = b"", list[str](), False
    for message in messages:
        if (content := _content(message)) is None:
            continue
        spoken = _is_answer(message)
        if before and not spoken:
            prefixes.append(digest.hex())
        digest = blake2b(digest + content, digest_size=12).digest()
        before = spoken
    found = False
    for message in answer:
        if (content := _content(message)) is not None:
            digest = blake2b(digest + content, digest_size=12).digest()
            found = True
    return tuple(reversed(prefixes)), digest.hex() if found else None


def _is_answer(message: JSON) -> bool:
    return message.get("role") == "assistant" or message.get("type") in ("function_call", "custom_tool_call")


def _content(message: JSON) -> bytes | None:
    """What is digested of one message or item; None where it is left out."""
    if not isinstance(message, dict) or cast(dict[str, JSON], message).get("type") == "reasoning":
        return None
    item = cast(dict[str, JSON], message)
    calls = [call.get("function") for call in cast(list[dict[str, JSON]], item.get("tool_calls") or ())]
    parts = [
        item.get("role"), _text(item.get("content")), item.get("name"), item.get("arguments"), item.get("output"),
        item.get("call_id"), item.get("tool_call_id"), calls,
    ]  # fmt: skip
    return msgspec.json.encode(parts)


def _text(content: JSON) -> JSON:
    """Content given as text and as a list with that one text are the same."""
    if not isinstance(content, list):
        return content or ""
    parts = cast(list[JSON], content)
    texts = [cast(dict[str, JSON], part).get("text") for part in parts if isinstance(part, dict)]
    plain = [text for text in texts if isinstance(text, str)]
    return "".join(plain) if len(plain) == len(parts) else parts


def asked_keys(call: Call) -> list[int]:
    """The keys of an earlier turn that this call may continue, best first."""
    keys = [f"conversation:{call.conversation_ref}"] if call.conversation_ref else []
    if call.previous_response_id:
        keys.append(f"response:{call.previous_response_id}")
    keys += [f"thread:{digest}" for digest in call.thread_of[:MOST_PREFIXES]]
    return [number_of(key) for key in keys]


def left_keys(call: Call) -> list[int]:
    """The keys by which a following turn may name this call."""
    keys = [f"conversation:{call.conversation_ref}"] if call.conversation_ref else []
    if call.response_id and call.method == "POST":
        keys.append(f"response:{call.response_id}")
    if call.thread_next:
        keys.append(f"thread:{call.thread_next}")
    return [number_of(key) for key in keys]


@dataclass(slots=True)
class Turn:
    """A call as its conversation sees it."""

    id: int
    conversation_id: int | None
    started_at: int
    body: bytes | None = None


def earlier_turns(connection: sqlite3.Connection, keys: Iterable[int]) -> dict[int, Turn]:
    """The stored calls that left these keys, by key."""
    rows = connection.execute(
        "select k.key, c.id, c.conversation_id, c.started_at from json_each(?) j "
        "join conversation_keys k on k.key = j.value join calls c on c.id = k.call_id",
        (msgspec.json.encode(list(keys)).decode(),),
    )
    return {row[0]: Turn(*row[1:]) for row in rows}


def first_text(body: bytes | None) -> str:
    """The first words of the user in a request body, at most 120 characters; empty where there are none."""
    try:
        request = msgspec.json.decode(body or b"{}")
    except (msgspec.DecodeError, UnicodeDecodeError):
        return ""
    if not isinstance(request, Mapping):
        return ""
    fields = cast(dict[str, JSON], request)
    messages = fields.get("messages") or fields.get("input") or ()
    if isinstance(messages, str):
        return messages[:120]
    for message in cast(list[JSON], messages) if isinstance(messages, list) else ():
        if isinstance(message, dict) and cast(dict[str, JSON], message).get("role") == "user":
            text = _text(cast(dict[str, JSON], message).get("content"))
            return (text if isinstance(text, str) else "")[:120]
    return ""
