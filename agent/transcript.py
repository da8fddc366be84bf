"""What was said in a call: its messages and its answer in the shape of chat completions, whichever API carried them.

Its own file because `show`, `diff`, `replay` and three exports tell the conversation, and each stream or item type is
spelled out once. A body that is not one of the text APIs' gives None.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, cast

import msgspec

from .wire.draft import Fields, fields_of, list_of, objects_of, text_of
from .wire.sse import read_events


@dataclass(frozen=True, slots=True)
class Transcript:
    """`messages` as sent, `answer` as the model's message (None where none came), `parameters` the rest of the request.

    All in the shape of chat completions: role, content, tool_calls, tool_call_id.
    """

    messages: tuple[Fields, ...]
    answer: Fields | None
    parameters: Fields


def read(request: bytes | None, response: bytes | None) -> Transcript | None:
    """The transcript of a chat, responses or completions call; None for any other."""
    asked = decoded(request)
    if asked is None:
        return None
    if "messages" in asked:
        messages, left_out = objects_of(asked, "messages"), {"messages"}
    elif "input" in asked and not _is_embedding(asked):
        messages, left_out = _from_input(asked), {"input", "instructions"}
    elif (prompt := _prompt(asked)) is not None and "size" not in asked:
        messages, left_out = [_message("user", prompt)], {"prompt"}
    else:
        return None
    parameters = {name: value for name, value in asked.items() if name not in left_out}
    return Transcript(tuple(messages), read_answer(response), parameters)


def read_answer(response: bytes | None) -> Fields | None:
    """The model's message in a response body, JSON or a stream of events, as far as it came."""
    if not response:
        return None
    if (fields := decoded(response)) is not None:
        return _from_answer(fields)
    events = [fields for event in read_events(response) if (fields := decoded(event.data)) is not None]
    if any("choices" in fields for fields in events):
        return _from_chunks(events)
    return _from_response_events(events)


def decoded(body: bytes | None) -> Fields | None:
    """The JSON object in `body`, or None."""
    try:
        value: Any = msgspec.json.decode(body or b"")
    except (msgspec.DecodeError, UnicodeDecodeError):
        return None
    return cast(Fields, value) if isinstance(value, dict) else None


def text_of_message(message: Fields | None) -> str:
    """A message's words: its text, what its audio says, then its tool calls, one a line."""
    if message is None:
        return ""
    content = message.get("content")
    lines = [content] if isinstance(content, str) and content else []
    for part in objects_of(message, "content"):
        lines.append(text_of(part, "text") or text_of(part, "refusal") or f"[{text_of(part, 'type') or 'part'}]")
    if refusal := text_of(message, "refusal"):
        lines.append(refusal)
    if spoken := text_of(fields_of(message, "audio"), "transcript"):
        lines.append(spoken)
    calls = [*objects_of(message, "tool_calls"), *([message] if "function_call" in message else [])]
    for call in calls:
        function = fields_of(call, "function") or fields_of(call, "custom") or fields_of(call, "function_call")
        arguments = text_of(function, "arguments") or text_of(function, "input") or ""
        lines.append(f"{text_of(function, 'name')}({arguments})")
    return "\n".join(lines)


def _is_embedding(asked: Fields) -> bool:
    model = text_of(asked, "model") or ""
    return any(word in model for word in ("embedding", "moderation", "tts", "ada"))


def _prompt(asked: Fields) -> str | None:
    """The one prompt of a completion; several in one request are no conversation."""
    given = asked.get("prompt")
    if isinstance(given, list) and len(alone := cast(list[object], given)) == 1:
        given = alone[0]
    return given if isinstance(given, str) else None


def _message(role: str, content: object, **more: object) -> Fields:
    return {"role": role, "content": content, **more}


def _from_input(asked: Fields) -> list[Fields]:
    given = asked.get("input")
    items = [_message("user", given)] if isinstance(given, str) else objects_of(asked, "input")
    instructions = text_of(asked, "instructions")
    return _from_items(([_message("system", instructions)] if instructions else []) + items)


def _from_items(items: Iterable[Fields]) -> list[Fields]:
    """Items of the Responses API as chat messages; consecutive items of one assistant turn become one message."""
    messages: list[Fields] = []
    for item in items:
        kind = text_of(item, "type") or "message"
        if kind == "message":
            role = text_of(item, "role") or "user"
            message = _message(role, _content(item.get("content")))
            if role == "assistant" and messages and _is_waiting(messages[-1]):
                messages[-1]["content"] = message["content"]
            else:
                messages.append(message)
        elif kind in ("function_call", "custom_tool_call"):
            if not messages or messages[-1]["role"] != "assistant":
                messages.append(_message("assistant", None))
            messages[-1].setdefault("tool_calls", []).append(_tool_call(item))
        elif kind in ("function_call_output", "custom_tool_call_output"):
            messages.append(_message("tool", _content(item.get("output")), tool_call_id=text_of(item, "call_id")))
        elif kind != "reasoning":
            messages.append(_message("assistant", [{"type": kind}]))
    return messages


def _is_waiting(message: Fields) -> bool:
    return message["role"] == "assistant" and message["content"] is None


def _tool_call(item: Fields) -> Fields:
    number, name = text_of(item, "call_id") or text_of(item, "id"), text_of(item, "name")
    if text_of(item, "type") == "custom_tool_call":
        return {"id": number, "type": "custom", "custom": {"name": name, "input": text_of(item, "input") or ""}}
    function = {"name": name, "arguments": text_of(item, "arguments") or ""}
    return {"id": number, "type": "function", "function": function}


def _content(content: object) -> object:
    """A content list of the Responses API in chat's spelling; one text part alone is its text."""
    if not isinstance(content, list):
        return content
    parts: list[Fields] = []
    for part in objects_of({"content": content}, "content"):
        kind = text_of(part, "type")
        if kind in ("input_text", "output_text", "text"):
            parts.append({"type": "text", "text": text_of(part, "text") or ""})
        elif kind == "input_image":
            parts.append({"type": "image_url", "image_url": {"url": part.get("image_url") or part.get("file_id")}})
        elif kind == "input_file" and not part.get("file_url"):
            told = {name: part[name] for name in ("file_data", "file_id", "filename") if part.get(name)}
            parts.append({"type": "file", "file": told})
        else:
            parts.append(part)
    return parts[0]["text"] if len(parts) == 1 and parts[0].get("type") == "text" else parts


def _from_answer(fields: Fields) -> Fields | None:
    if choices := objects_of(fields, "choices"):
        if message := fields_of(choices[0], "message"):
            return message
        text = text_of(choices[0], "text")
        return None if text is None else _message("assistant", text)
    messages = _from_items(objects_of(fields, "output"))
    return messages[-1] if messages else None


def _from_chunks(events: list[Fields]) -> Fields | None:
    text: list[str] = []
    refusal: list[str] = []
    calls: dict[int, Fields] = {}
    for choice in (choice for event in events for choice in objects_of(event, "choices") if not choice.get("index")):
        delta = fields_of(choice, "delta")
        text.append(text_of(delta, "content") or text_of(choice, "text") or "")
        refusal.append(text_of(delta, "refusal") or "")
        for place, piece in enumerate(objects_of(delta, "tool_calls")):
            _add_tool_call(calls.setdefault(int(piece.get("index", place)), {}), piece)
    message = _message("assistant", "".join(text) or None)
    if any(refusal):
        message["refusal"] = "".join(refusal)
    if calls:
        message["tool_calls"] = [calls[place] for place in sorted(calls)]
    return message


def _add_tool_call(call: Fields, piece: Fields) -> None:
    function = fields_of(piece, "function")
    call["id"] = call.get("id") or text_of(piece, "id")
    call["type"] = "function"
    so_far = call.setdefault("function", {"name": "", "arguments": ""})
    so_far["name"] += text_of(function, "name") or ""
    so_far["arguments"] += text_of(function, "arguments") or ""


def _from_response_events(events: list[Fields]) -> Fields | None:
    for event in reversed(events):
        if output := list_of(fields_of(event, "response"), "output"):
            return _from_answer({"output": output})
    pieces = [text_of(event, "delta") or "" for event in events if event.get("type") == "response.output_text.delta"]
    return _message("assistant", "".join(pieces)) if pieces else None
