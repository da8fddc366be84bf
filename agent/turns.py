"""Turns of a conversation: what is new in a request, and digests by which a later request that sends the conversation
again, one turn longer, is recognised. Its own file because chat and responses spell the same turn in several ways.

A digest rolls over the turns: sha1 of the digest so far and the next turn's canonical form, 16 hex characters. The
canonical form leaves out what an app may drop or add when it sends an answer back: reasoning, annotations, item ids.
"""

from __future__ import annotations

import hashlib
from typing import Any, cast

from .wire.draft import Draft, Fields, fields_of, objects_of, text_of

MOST_PREFIXES = 32
"""Prefixes looked up for one call; a longer conversation is found by its longest ones."""

MOST_TEXT = 65_536
"""Characters of prompt or answer kept for search."""


def prefixes(messages: list[Any]) -> tuple[tuple[str, ...], str]:
    """Digests of the prefixes that end with an answer, longest first, and the digest of all messages."""
    found: list[str] = []
    digest = ""
    after_answer = False
    for message in messages:
        is_answer, canonical = _canonical(message)
        if canonical is None:
            continue
        if after_answer and not is_answer:
            found.append(digest)
        digest = _roll(digest, canonical)
        after_answer = is_answer
    return tuple(found[: -MOST_PREFIXES - 1 : -1]), digest


def following(digest: str, reply: list[Any]) -> str:
    """The digest after `reply` has been appended to the messages that `digest` stands for."""
    for message in reply:
        canonical = _canonical(message)[1]
        if canonical is not None:
            digest = _roll(digest, canonical)
    return digest


def new_text(messages: list[Any]) -> str:
    """The text of what came after the last answer, for search."""
    parts: list[str] = []
    size = 0
    for message in reversed(messages):
        if _is_answer(message) or size > MOST_TEXT:
            break
        if text := text_in(message):
            parts.append(text)
            size += len(text)
    return "\n".join(reversed(parts))[:MOST_TEXT]


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


def _is_answer(message: object) -> bool:
    if not isinstance(message, dict):
        return False
    fields = cast(Fields, message)
    if fields.get("role") == "assistant":
        return True
    kind = fields.get("type")
    return isinstance(kind, str) and (kind in ("reasoning", "item_reference") or kind.endswith("_call"))


def _canonical(message: object) -> tuple[bool, str | None]:
    """Whether a message is the model's, and its canonical form (None where it does not count)."""
    if not isinstance(message, dict):
        return False, f"user|{message}" if isinstance(message, str) else None
    fields = cast(Fields, message)
    kind = text_of(fields, "type")
    if kind == "reasoning" or kind == "item_reference":
        return True, None
    role = text_of(fields, "role")
    if role is None:
        call = text_of(fields, "call_id")
        if kind is not None and kind.endswith("_call"):
            return True, f"call|{call}" if call else None
        return False, f"{kind}|{call}|{text_in(fields)}"
    text = f"{role}|{text_in(fields).strip()}"
    if role != "assistant":
        call = text_of(fields, "tool_call_id")
        return False, f"{text}|{call}" if call else text
    for call in objects_of(fields, "tool_calls"):
        text += f"|{text_of(call, 'id')}"
    if function := fields_of(fields, "function_call"):
        text += f"|{text_of(function, 'name')}"
    return True, text


def _roll(digest: str, canonical: str) -> str:
    return hashlib.sha1((digest + canonical).encode("utf-8", "replace"), usedforsecurity=False).hexdigest()[:16]
