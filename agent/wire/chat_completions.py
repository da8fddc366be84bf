"""Chat completions: `usage` may come in any chunk, whatever `choices` holds; a stream ends with `[DONE]`."""

from __future__ import annotations

from ..usage import read_usage
from .draft import Draft, Fields, Format, fields_of, list_of, objects_of, said_of, text_of

BESIDES = frozenset(("reasoning_content", "reasoning", "tool_calls", "function_call", "audio"))
"""What few messages have beside their words."""


def read_request(draft: Draft, fields: Fields) -> None:
    is_generation = draft.method == "POST" and draft.path.partition("?")[0].rstrip("/").endswith("/completions")
    draft.bill = "by_use" if is_generation else "none"
    draft.messages = list_of(fields, "messages")
    draft.user = text_of(fields, "safety_identifier") or text_of(fields, "user") or text_of(fields, "prompt_cache_key")


def read_answer(draft: Draft, fields: Fields) -> None:
    if fields.get("object") == "list":  # stored completions, each with the usage of a call made before
        return
    identify(draft, fields)
    for choice in objects_of(fields, "choices"):
        message = fields_of(choice, "message")
        _message(draft, message)
        draft.finish_reason = text_of(choice, "finish_reason") or draft.finish_reason
        if not draft.reply:
            draft.reply = [message]


def read_event(draft: Draft, name: str, fields: Fields) -> bool:
    del name
    identify(draft, fields)
    if "error" in fields and (error := fields_of(fields, "error")):
        draft.said, draft.failed = said_of(error), True
    content = False
    for choice in objects_of(fields, "choices"):
        content |= _message(draft, fields_of(choice, "delta"))
        if reason := text_of(choice, "finish_reason"):
            draft.finish_reason = reason
    return content


def identify(draft: Draft, fields: Fields) -> None:
    """Take what tells a generation from others, what served it, and its usage. Each event of a stream says it again."""
    model, tier, identity = fields.get("model"), fields.get("service_tier"), fields.get("id")
    if model != draft.model and isinstance(model, str):
        draft.model = model or draft.model
    if tier != draft.service_tier and isinstance(tier, str):
        draft.service_tier = tier or draft.service_tier
    if identity != draft.response_id and identity and isinstance(identity, str):
        draft.response_id = draft.usage_key = identity
    if "usage" in fields and (usage := read_usage(fields["usage"])):
        draft.usage, draft.bill = usage, "by_use"


def _message(draft: Draft, message: Fields) -> bool:
    """Take what a message or a delta says; whether it said anything."""
    said = False
    for part in ("content", "refusal"):
        text = message.get(part)
        if text and isinstance(text, str):
            draft.answer.append(text)
            said = True
    return said if BESIDES.isdisjoint(message) else _besides(draft, message) or said


def _besides(draft: Draft, message: Fields) -> bool:
    """Take what a message says apart from its words; whether there was anything."""
    content = False
    for part in ("reasoning_content", "reasoning"):
        if text := text_of(message, part):
            draft.thought.append(text)
            content = True
    for call in [*objects_of(message, "tool_calls"), fields_of(message, "function_call")]:
        function = fields_of(call, "function") or fields_of(call, "custom") or call
        if identity := text_of(call, "id"):
            ids: list[str] = draft.extra.setdefault("call_ids", [])
            ids.append(identity)
        draft.calls += "name" in function
        for part in ("name", "arguments", "input"):
            if text := text_of(function, part):
                draft.silent.append(text)
                content = True
    audio = fields_of(message, "audio")
    if transcript := text_of(audio, "transcript"):
        draft.answer.append(transcript)
    return content or bool(audio.get("data") or audio.get("transcript"))


FORMAT = Format("chat", read_request, read_answer, read_event)
