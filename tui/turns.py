"""A call's bodies read as a conversation, for people: who said what, in order.

Its own file because the wire readers conclude numbers and never keep who spoke. What has no reading here (files,
batches, ...) gives no turns, and the bodies speak for themselves. Texts are as they were sent; whoever shows them makes
them safe for a terminal.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Literal, cast

from ..agent.wire.draft import Fields, fields_of, list_of, objects_of, text_of
from ..agent.wire.sse import read_events

type Speaker = Literal[
    "system", "user", "assistant", "reasoning", "tools", "tool call", "tool result", "input", "error"
]


@dataclass(frozen=True, slots=True)
class Turn:
    """One thing said. `name` is a tool's; `is_answer` tells the answer's turns from the request's."""

    speaker: Speaker
    text: str
    name: str = ""
    is_answer: bool = False


ROLES: dict[str, Speaker] = {
    "system": "system",
    "developer": "system",
    "user": "user",
    "assistant": "assistant",
    "tool": "tool result",
    "function": "tool result",
}


def turns_of(request_body: bytes | None, response_body: bytes | None, *, stream: bool) -> tuple[Turn, ...]:
    """The turns of one call: the request's, then the answer's, as far as it came."""
    turns = list(_request(_object(request_body)))
    if response_body:
        answer = _streamed(response_body) if stream else _object(response_body)
        turns.extend(Turn(turn.speaker, turn.text, turn.name, True) for turn in _answer(answer))
    return tuple(turns)


def _object(body: bytes | None) -> Fields:
    try:
        value = json.loads(body or b"null")
    except (ValueError, UnicodeDecodeError):
        return {}
    return cast(Fields, value) if isinstance(value, dict) else {}


def _request(fields: Fields) -> Iterator[Turn]:
    names = [_tool_name(tool) for tool in objects_of(fields, "tools")]
    if names:
        yield Turn("tools", _pretty(fields["tools"]), ", ".join(names))
    if instructions := text_of(fields, "instructions"):
        yield Turn("system", instructions)
    for message in objects_of(fields, "messages"):
        yield from _message(message)
    given = fields.get("input", fields.get("prompt"))
    if isinstance(given, str):
        yield Turn("user" if "model" in fields and "encoding_format" not in fields else "input", given)
    for item in cast(list[Any], given) if isinstance(given, list) else []:
        if isinstance(item, dict):
            yield from _item(cast(Fields, item))
        else:
            yield Turn("input", str(item))


def _answer(fields: Fields) -> Iterator[Turn]:
    for choice in objects_of(fields, "choices"):
        if text := text_of(choice, "text"):
            yield Turn("assistant", text)
        yield from _message({"role": "assistant", **fields_of(choice, "message")})
    for item in objects_of(fields, "output"):
        yield from _item({"role": "assistant", **item})
    if error := fields_of(fields, "error"):
        yield Turn("error", text_of(error, "message") or _pretty(error), text_of(error, "code") or "")


def _tool_name(tool: Fields) -> str:
    return text_of(fields_of(tool, "function"), "name") or text_of(tool, "name") or text_of(tool, "type") or "?"


def _message(message: Fields) -> Iterator[Turn]:
    speaker = ROLES.get(text_of(message, "role") or "", "user")
    for name in ("reasoning_content", "reasoning"):
        if thought := text_of(message, name):
            yield Turn("reasoning", thought)
    text = _content(message.get("content"))
    if refusal := text_of(message, "refusal"):
        text = f"{text}\n{refusal}".strip()
    if transcribed := text_of(fields_of(message, "audio"), "transcript"):
        text = f"{text}\n{transcribed}".strip()
    if text:
        yield Turn(speaker, text, text_of(message, "name") or text_of(message, "tool_call_id") or "")
    for call in [*objects_of(message, "tool_calls"), fields_of(message, "function_call")]:
        if function := fields_of(call, "function") or fields_of(call, "custom") or call:
            said = text_of(function, "arguments") or text_of(function, "input") or ""
            yield Turn("tool call", said, text_of(function, "name") or "")


def _item(item: Fields) -> Iterator[Turn]:
    """One item of the Responses API's input or output."""
    kind = text_of(item, "type") or "message"
    if kind == "message":
        yield from _message(item)
    elif kind == "reasoning":
        thought = "\n".join(text_of(part, "text") or "" for part in objects_of(item, "summary"))
        yield Turn("reasoning", thought or _content(item.get("content")) or "(not shown by the API)")
    elif kind.endswith("_output"):
        output = item.get("output")
        yield Turn(
            "tool result", output if isinstance(output, str) else _content(output), text_of(item, "call_id") or ""
        )
    elif kind in ("function_call", "custom_tool_call"):
        said = text_of(item, "arguments") or text_of(item, "input") or ""
        yield Turn("tool call", said, text_of(item, "name") or "")
    elif kind.endswith("_call"):
        rest = {name: value for name, value in item.items() if name not in ("type", "id", "status") and value}
        yield Turn("tool call", _pretty(rest), kind.removesuffix("_call"))
    else:
        yield Turn("input", _content([item]) or _pretty(item), kind)


def _content(content: object) -> str:
    """A message's content as text; what is not text is named by kind and size."""
    if isinstance(content, str):
        return content
    parts: list[str] = []
    for part in cast(list[Any], content) if isinstance(content, list) else []:
        if isinstance(part, str):
            parts.append(part)
        elif isinstance(part, dict):
            parts.append(_part(cast(Fields, part)))
    return "\n".join(part for part in parts if part)


def _part(part: Fields) -> str:
    kind = text_of(part, "type") or "part"
    if (text := text_of(part, "text")) is not None:
        return text
    if (refusal := text_of(part, "refusal")) is not None:
        return refusal
    source = text_of(part, "image_url") or text_of(fields_of(part, "image_url"), "url") or ""
    data = text_of(fields_of(part, "input_audio"), "data") or text_of(part, "file_data") or ""
    data = data or text_of(fields_of(part, "file"), "file_data") or ""
    if source.startswith("data:"):
        head, _, data = source.partition(",")
        kind = head[5:].removesuffix(";base64")
    if data:
        return f"[{kind}, {len(data) * 3 // 4:,} bytes]"
    return f"[{kind} {source or text_of(part, 'file_id') or ''}]".replace(" ]", "]")


def _pretty(value: object) -> str:
    return json.dumps(value, indent=2, ensure_ascii=False)


def _streamed(body: bytes) -> Fields:
    """A stream's events put together as the answer that would have come in one piece, as far as they reach."""
    items: dict[int, Fields] = {}
    choices: dict[int, Fields] = {}
    for event in read_events(body):
        fields = _object(event.data)
        if response := fields_of(fields, "response"):
            if list_of(response, "output") or fields_of(response, "error"):
                return response
        elif "choices" in fields:
            for choice in objects_of(fields, "choices"):
                _take_delta(choices, choice)
        elif error := fields_of(fields, "error") or (fields if fields.get("type") == "error" else {}):
            return {"choices": _in_order(choices), "output": _in_order(items), "error": error}
        else:
            _take_item(items, fields)
    return {"choices": _in_order(choices), "output": _in_order(items)}


def _in_order(found: dict[int, Fields]) -> list[Fields]:
    return [found[index] for index in sorted(found)]


def _index(fields: Fields, name: str = "index") -> int:
    value = fields.get(name)
    return value if isinstance(value, int) else 0


def _take_delta(choices: dict[int, Fields], choice: Fields) -> None:
    kept = choices.setdefault(_index(choice), {"message": {"tool_calls": []}, "text": ""})
    kept["text"] += text_of(choice, "text") or ""
    message, delta = kept["message"], fields_of(choice, "delta")
    for name in ("content", "refusal", "reasoning_content", "reasoning"):
        if text := text_of(delta, name):
            message[name] = message.get(name, "") + text
    calls: list[Fields] = message["tool_calls"]
    for call in objects_of(delta, "tool_calls"):
        while len(calls) <= min(_index(call), 1000):
            calls.append({"function": {"name": "", "arguments": ""}})
        function, said = calls[min(_index(call), 1000)]["function"], fields_of(call, "function")
        for name in ("name", "arguments"):
            function[name] += text_of(said, name) or ""


def _take_item(items: dict[int, Fields], fields: Fields) -> None:
    kind, index = text_of(fields, "type") or "", _index(fields, "output_index")
    if kind in ("response.output_item.added", "response.output_item.done"):
        items[index] = fields_of(fields, "item")
    elif kind == "response.output_text.delta":
        item = items.setdefault(index, {"type": "message", "role": "assistant"})
        parts = item["content"] = list_of(item, "content") or [{"type": "output_text", "text": ""}]
        if parts and isinstance(parts[0], dict):
            parts[0]["text"] = (text_of(cast(Fields, parts[0]), "text") or "") + (text_of(fields, "delta") or "")
    elif kind == "response.function_call_arguments.delta":
        item = items.setdefault(index, {"type": "function_call"})
        item["arguments"] = (text_of(item, "arguments") or "") + (text_of(fields, "delta") or "")
