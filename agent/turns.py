"""Turns of a conversation: what is new in a request, and digests by which a later request that sends the conversation
again, one turn longer, is recognised. Its own file because chat and responses spell the same turn in several ways.

A digest rolls over the turns: sha1 of the digest so far and the next turn's canonical form, 16 hex characters. The
canonical form leaves out what an app may drop or add when it sends an answer back: reasoning, annotations, item ids.
"""

from __future__ import annotations

import hashlib
from functools import lru_cache
from typing import Any, cast

from msgspec import Struct

from .wire.draft import Draft, Fields, fields_of, objects_of, text_of

MOST_PREFIXES = 32
"""Prefixes looked up for one call; a longer conversation is found by its longest ones."""

SHARED = 4096
"""Characters of a first turn that is likely to be many calls': the instructions of an app."""

MOST_TEXT = 65_536
"""Characters of prompt or answer kept for search."""


class Said(Struct, frozen=True):
    """What the messages of a request say.

    `prefixes` are digests of those that end with an answer, longest first; `digest` is that of all messages; `new` is
    the text of what came after the last answer, for search.
    """

    prefixes: tuple[str, ...]
    digest: str
    new: str


def read_turns(messages: list[Any]) -> Said:
    """What `messages` say, of each message read once."""
    found: list[str] = []
    texts: list[str] = []
    digest = ""
    after_answer = False
    for message in messages:
        is_answer, canonical, text = _read(message)
        if is_answer:
            texts.clear()
        elif text:
            texts.append(text)
        if canonical is None:
            continue
        if after_answer and not is_answer:
            found.append(digest)
        digest = _roll(digest, canonical) if digest or len(canonical) > SHARED else _first(canonical)
        after_answer = is_answer
    prefixes = tuple(found[: -MOST_PREFIXES - 1 : -1]) if found else ()
    return Said(prefixes, digest, _newest(texts) if texts else "")


def _newest(texts: list[str]) -> str:
    first, size = len(texts), 0
    while first and size <= MOST_TEXT:
        first -= 1
        size += len(texts[first])
    return "\n".join(texts[first:])[:MOST_TEXT]


def following(digest: str, reply: list[Any]) -> str:
    """The digest after `reply` has been appended to the messages that `digest` stands for."""
    for message in reply:
        canonical = _read(message)[1]
        if canonical is not None:
            digest = _roll(digest, canonical)
    return digest


def reply_of(draft: Draft) -> list[Any]:
    """What a following turn will have appended; [] where it can't be known (several choices, a stream cut off)."""
    if draft.reply:
        return draft.reply
    request_n = draft.request.get("n")
    if not draft.ended or request_n not in (None, 1):
        return []
    calls: list[str] = draft.extra.get("call_ids", [])
    return [{"role": "assistant", "content": "".join(draft.answer), "tool_calls": [{"id": call} for call in calls]}]


def text_in(message: object) -> str:
    """The text of one message or input item, parts joined by line breaks."""
    if isinstance(message, str):
        return message
    if not isinstance(message, dict):
        return ""
    fields = cast(Fields, message)
    content = fields.get("content", fields.get("output"))
    if isinstance(content, str):
        return content
    parts = [
        text
        for part in objects_of(fields, "content") or objects_of(fields, "output")
        if (text := text_of(part, "text") or text_of(part, "refusal"))
    ]
    return "\n".join(parts)


def _read(message: Fields | str | None) -> tuple[bool, str | None, str]:
    """Whether a message is the model's, its canonical form (None where it does not count), and its text."""
    if not isinstance(message, dict):
        return (False, f"user|{message}", message) if isinstance(message, str) else (False, None, "")
    kind, role, text = message.get("type"), message.get("role"), message.get("content")
    if kind == "reasoning" or kind == "item_reference":
        return True, None, ""
    if not isinstance(role, str):
        return _read_item(message)
    if not isinstance(text, str):
        text = text_in(message)
    canonical = f"{role}|{text.strip()}"
    if role != "assistant":
        call = text_of(message, "tool_call_id") if "tool_call_id" in message else None
        return False, f"{canonical}|{call}" if call else canonical, text
    if "tool_calls" in message:
        for call in objects_of(message, "tool_calls"):
            canonical += f"|{text_of(call, 'id')}"
    if "function_call" in message and (function := fields_of(message, "function_call")):
        canonical += f"|{text_of(function, 'name')}"
    return True, canonical, text


def _read_item(fields: Fields) -> tuple[bool, str | None, str]:
    """The same of an item that nobody said: a tool's call, or what it gave."""
    kind, call = text_of(fields, "type"), text_of(fields, "call_id")
    if kind is not None and kind.endswith("_call"):
        return True, f"call|{call}" if call else None, ""
    text = text_in(fields)
    return False, f"{kind}|{call}|{text}", text


@lru_cache(256)
def _first(canonical: str) -> str:
    return _roll("", canonical)


def _roll(digest: str, canonical: str) -> str:
    return hashlib.sha1((digest + canonical).encode("utf-8", "replace"), usedforsecurity=False).hexdigest()[:16]
