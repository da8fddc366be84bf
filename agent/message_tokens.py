"""Tokens of one message or input item of a prompt. Its own file because an item may be words, a call of a tool and its
result, a picture, a file, or reasoning of which only the size is known, and each is counted by another rule.
"""

from __future__ import annotations

from typing import Any, cast

from .file_tokens import tokens_of_file
from .image_tokens import image_size, image_url, tokens_of_image
from .tokens import count, count_short
from .wire.draft import Fields, fields_of, list_of, objects_of, text_of

PER_MESSAGE = 3
PER_NAME = 1

ROUGH = "its input is a rough estimate"
MORE = "its input is more than the estimate"

SEALED = 1000
SEALED_A_TOKEN = 6.5
"""Characters of an encrypted item: so many in any case, and so many for each token; by recorded usage."""

KEPT_APART = frozenset(("reasoning", "compaction", "item_reference", "mcp_list_tools", "additional_tools"))
"""Items that are not messages: they are counted by their size, or with the tools."""


def in_prompt(messages: list[Any], request: Fields) -> list[Any]:
    """The messages that the model is shown: nothing before a compaction, no reasoning of earlier turns."""
    kinds = [text_of(cast(Fields, it), "type") if isinstance(it, dict) else None for it in messages]
    start = max((place for place, kind in enumerate(kinds) if kind == "compaction"), default=0)
    roles = [text_of(cast(Fields, it), "role") if isinstance(it, dict) else "user" for it in messages]
    turn = max((place for place, role in enumerate(roles) if role == "user"), default=-1)
    if text_of(fields_of(request, "reasoning"), "context") == "all_turns":
        turn = -1
    places = [place for place in range(start, len(messages)) if kinds[place] != "reasoning" or place > turn]
    return [messages[place] for place in places]


def message_tokens(message: object, model: str | None, *, chat: bool) -> int:
    """The tokens of one message as the model is shown it."""
    if isinstance(message, str):
        return PER_MESSAGE + 1 + count(message, model)
    if not isinstance(message, dict):
        return 0
    fields = cast(Fields, message)
    if (text_of(fields, "type") or "") in KEPT_APART:
        sealed = text_of(fields, "encrypted_content") or ""
        return max(round((len(sealed) - SEALED) / SEALED_A_TOKEN), 0)
    total = PER_MESSAGE + count_short(text_of(fields, "role") or "user", model)
    if name := text_of(fields, "name"):
        total += PER_NAME + count_short(name, model)
    total += _content_tokens(fields.get("content"), model, chat)
    for call in [*objects_of(fields, "tool_calls"), fields_of(fields, "function_call")]:
        if function := fields_of(call, "function") or call:
            total += PER_MESSAGE + count_short(text_of(function, "name") or "", model)
            total += count(text_of(function, "arguments") or text_of(function, "input") or "", model)
    for part in ("arguments", "output", "input"):
        total += _content_tokens(fields.get(part), model, chat)
    return total


def _content_tokens(content: object, model: str | None, chat: bool) -> int:
    if isinstance(content, str):
        return count(content, model)
    if not isinstance(content, list):
        return 0
    total = 0
    for part in cast(list[Any], content):
        if isinstance(part, str):
            total += count(part, model)
        elif isinstance(part, dict):
            fields = cast(Fields, part)
            kind = text_of(fields, "type") or ""
            total += count(text_of(fields, "text") or text_of(fields, "refusal") or "", model)
            if "image" in kind:
                total += tokens_of_image(fields, model)
            elif "file" in kind or "audio" in kind:
                total += tokens_of_file(fields, model, chat=chat) or 0
    return total


def calls_in(message: object) -> int:
    """How many tools of the app a message calls."""
    if not isinstance(message, dict):
        return 0
    fields = cast(Fields, message)
    return len(list_of(fields, "tool_calls")) + ((text_of(fields, "type") or "") == "function_call")


def unseen_in(message: Fields, *, chat: bool) -> str | None:
    """What can't be counted of a message, None where all of it was."""
    kind = text_of(message, "type") or ""
    if message.get("encrypted_content"):
        return f"{ROUGH}: earlier reasoning is in it, encrypted"
    if kind in ("compaction", "item_reference") or kind == "reasoning":
        return f"{MORE}: earlier reasoning is in it"
    for part in objects_of(message, "content") + objects_of(message, "output"):
        kind = text_of(part, "type") or ""
        if ("file" in kind or "audio" in kind) and tokens_of_file(part, None, chat=chat) is None:
            return f"{MORE}: a file is in it"
        if "image" in kind and image_size(image_url(part)) is None:
            return f"{ROUGH}: an image is in it whose size is not known"
    return None
