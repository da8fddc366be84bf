"""Responses, as JSON, as a stream, over a websocket, in the background, and compacted. Each of `response.completed`,
`.incomplete`, `.failed` carries the whole response with its usage; an `error` event is flat, without a response.
"""

from __future__ import annotations

from typing import Any

from ..usage import read_usage
from .draft import Draft, Fields, Format, count_of, fields_of, list_of, objects_of, said_of, text_of

LAST_EVENTS = frozenset(("response.completed", "response.incomplete", "response.failed", "response.cancelled"))

CALLS = frozenset(("function_call", "custom_tool_call"))

HOSTED = ("web_search", "file_search", "code_interpreter", "image_generation", "mcp_", "tool_search")
"""How the types begin of items that tools of the provider's leave."""

HOSTED_TOOLS = {
    # item type: the name its fee has in prices.toml
    "web_search_call": "web_search",
    "file_search_call": "file_search",
    "code_interpreter_call": "code_interpreter",
    "image_generation_call": "image_generation",
}


def read_request(draft: Draft, fields: Fields) -> None:
    is_background = fields.get("background") is True and not draft.stream
    is_cancel = draft.path.partition("?")[0].rstrip("/").endswith("/cancel")
    draft.bill = "none" if is_background or is_cancel or draft.method != "POST" else "by_use"
    draft.user = text_of(fields, "safety_identifier") or text_of(fields, "user") or text_of(fields, "prompt_cache_key")
    draft.previous_response_id = text_of(fields, "previous_response_id")
    conversation = fields.get("conversation")
    draft.conversation_ref = (
        conversation if isinstance(conversation, str) else text_of(fields_of(fields, "conversation"), "id")
    )
    _tools(draft, fields)
    given = fields.get("input")
    messages: list[Any] = [{"role": "user", "content": given}] if isinstance(given, str) else list_of(fields, "input")
    instructions = fields.get("instructions")
    draft.messages = [{"role": "system", "content": instructions}, *messages] if instructions else messages


def _tools(draft: Draft, fields: Fields) -> None:
    """What of the hosted tools' configuration decides on their fees."""
    for tool in objects_of(fields, "tools"):
        kind = text_of(tool, "type") or ""
        if kind.startswith("web_search_preview"):
            draft.extra["search_preview"] = True
        elif kind == "code_interpreter":
            draft.extra["own_container"] = isinstance(tool.get("container"), str)  # its session was billed when made
            draft.extra["memory"] = text_of(fields_of(tool, "container"), "memory_limit") or "1g"
        elif kind == "image_generation":
            draft.extra["image_tool"] = tool


def read_answer(draft: Draft, fields: Fields) -> None:
    kind = text_of(fields, "object")
    if kind not in ("response", "response.compaction", None):
        return
    take_response(draft, fields)
    draft.reply = list_of(fields, "output")
    for item in objects_of(fields, "output"):
        _output_item(draft, item)


def take_response(draft: Draft, fields: Fields) -> None:
    """What a response object says of itself, apart from its output."""
    draft.model = text_of(fields, "model") or draft.model
    draft.service_tier = text_of(fields, "service_tier") or draft.service_tier
    if identity := text_of(fields, "id"):
        draft.response_id = draft.usage_key = identity
    draft.created_at = count_of(fields, "created_at") or draft.created_at
    if usage := read_usage(fields.get("usage")):
        draft.usage, draft.bill = usage, "by_use"
    draft.previous_response_id = text_of(fields, "previous_response_id") or draft.previous_response_id
    draft.conversation_ref = text_of(fields_of(fields, "conversation"), "id") or draft.conversation_ref
    draft.stored_prompt = list_of(fields, "instructions") or draft.stored_prompt
    if "image_tool" not in draft.extra and "memory" not in draft.extra:
        _tools(draft, fields)
    status = text_of(fields, "status")
    reason = text_of(fields_of(fields, "incomplete_details"), "reason")
    draft.finish_reason = reason or status or draft.finish_reason
    if status in ("queued", "in_progress") and draft.usage is None and not draft.stream:
        draft.bill = "none"
    if status == "failed" or (status is not None and fields_of(fields, "error")):
        draft.said, draft.failed = said_of(fields_of(fields, "error")), True


def _output_item(draft: Draft, item: Fields) -> None:
    kind = text_of(item, "type") or ""
    _count_tool(draft, kind, item)
    for part in objects_of(item, "content"):
        if text := text_of(part, "text") or text_of(part, "refusal"):
            (draft.thought if kind == "reasoning" else draft.answer).append(text)
    for part in objects_of(item, "summary"):
        if text := text_of(part, "text"):
            draft.thought.append(text)
    draft.calls += kind in CALLS
    for part in ("name", "arguments", "input", "code"):
        if text := text_of(item, part):
            draft.silent.append(text)


def _is_hosted(item: Fields) -> bool:
    return (text_of(item, "type") or "").startswith(HOSTED)


def _count_tool(draft: Draft, kind: str, item: Fields) -> None:
    if _is_hosted(item):
        draft.hosted.append(item)
    tool = HOSTED_TOOLS.get(kind)
    if tool is None:
        return
    if tool == "code_interpreter":  # billed by container, however many calls ran in it
        containers: set[str] = draft.extra.setdefault("containers", set())
        containers.add(text_of(item, "container_id") or text_of(item, "id") or "")
        if not draft.extra.get("own_container"):
            draft.tool_calls[tool] = len(containers)
        return
    if tool == "web_search" and text_of(fields_of(item, "action"), "type") in ("open_page", "find_in_page", "find"):
        return  # a search's follow-ups; only the search has a fee
    if tool == "image_generation":
        config: Fields = {**draft.extra.get("image_tool", {}), **item}
        style = f"{text_of(config, 'quality') or 'auto'} {text_of(config, 'size') or 'auto'}"
        images: list[tuple[str, str]] = draft.extra.setdefault("generated_images", [])
        images.append((text_of(config, "model") or "gpt-image-1", style))
    draft.tool_calls[tool] = draft.tool_calls.get(tool, 0) + 1


def read_event(draft: Draft, name: str, fields: Fields) -> bool:
    kind = text_of(fields, "type") or name
    if kind.endswith(".delta"):
        text = text_of(fields, "delta")
        if text and kind in ("response.output_text.delta", "response.refusal.delta", "response.audio.transcript.delta"):
            draft.answer.append(text)
        elif text and "audio" not in kind:
            (draft.thought if "reasoning" in kind else draft.silent).append(text)
        return bool(text)
    if response := fields_of(fields, "response"):
        if kind in LAST_EVENTS:
            draft.ended = True
            draft.reply = list_of(response, "output")
            draft.hosted = [item for item in objects_of(response, "output") if _is_hosted(item)] or draft.hosted
        take_response(draft, response)
    elif kind == "response.output_item.done":
        item = fields_of(fields, "item")
        _count_tool(draft, text_of(item, "type") or "", item)
    elif kind == "response.output_item.added":
        item = fields_of(fields, "item")
        draft.calls += text_of(item, "type") in CALLS
        if text := text_of(item, "name"):
            draft.silent.append(text)
    elif kind == "error":
        draft.said, draft.failed, draft.ended = said_of(fields_of(fields, "error") or fields), True, True
        if draft.said.type == "error":
            draft.said = said_of({**fields, "type": None})
    elif kind == "response.image_generation_call.partial_image":
        return True
    return False


FORMAT = Format("responses", read_request, read_answer, read_event)


def _read_count(draft: Draft, fields: Fields) -> None:
    del draft, fields  # `input_tokens` here is a count that was asked for, not a use


def _count_request(draft: Draft, fields: Fields) -> None:
    read_request(draft, fields)
    draft.bill = "free"


INPUT_TOKENS = Format("responses", _count_request, _read_count)
