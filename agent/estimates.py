"""Usage estimated from what was sent and said, for calls whose usage the provider did not report. Its own file because
an estimate is a reading of its own, marked as such wherever it shows, and never stands in for a reported number.
"""

from __future__ import annotations

import json
from typing import Any, cast

from .call import Usage
from .image_tokens import tokens_of_image
from .tokens import count, count_short
from .wire.draft import Draft, Fields, fields_of, list_of, objects_of, text_of

PER_MESSAGE = 3
PER_NAME = 1
FOR_REPLY = 3


def estimate(draft: Draft, output: str | None = None) -> Usage:
    """The usage of a draft whose answer was not accompanied by one. `output` replaces the draft's own output text."""
    model = draft.model or draft.model_requested
    answered = output if output is not None else "".join(draft.answer) + "".join(draft.silent)
    inputs = input_tokens(draft, model)
    outputs = output_tokens(draft, answered, model)
    return Usage(
        input_tokens=inputs,
        output_tokens=outputs,
        total_tokens=inputs + outputs,
        source="estimated",
    )


def input_tokens(draft: Draft, model: str | None) -> int:
    """What the request of a draft comes to as tokens."""
    if draft.request.get("prompt") is not None and "messages" not in draft.request:
        return _prompt_tokens(draft, model)
    total = FOR_REPLY
    for message in draft.messages:
        total += _message_tokens(message, model)
    total += _tool_tokens(objects_of(draft.request, "tools") or objects_of(draft.request, "functions"), model)
    return total + _schema_tokens(draft.request, model)


def output_tokens(draft: Draft, text: str, model: str | None) -> int:
    """What the model generated comes to as tokens."""
    return count(text, model)


def _prompt_tokens(draft: Draft, model: str | None) -> int:
    prompt = draft.request.get("prompt")
    if isinstance(prompt, list):
        items = cast(list[Any], prompt)
        if all(isinstance(item, int) for item in items):
            return len(items)
        return sum(len(cast(list[Any], i)) if isinstance(i, list) else count(str(i), model) for i in items)
    return count(prompt, model) if isinstance(prompt, str) else 0


def _message_tokens(message: object, model: str | None) -> int:
    if isinstance(message, str):
        return PER_MESSAGE + 1 + count(message, model)
    if not isinstance(message, dict):
        return 0
    fields = cast(Fields, message)
    total = PER_MESSAGE + count_short(text_of(fields, "role") or "user", model)
    if name := text_of(fields, "name"):
        total += PER_NAME + count_short(name, model)
    total += _content_tokens(fields.get("content"), model)
    for call in [*objects_of(fields, "tool_calls"), fields_of(fields, "function_call")]:
        if function := fields_of(call, "function") or call:
            total += PER_MESSAGE + count_short(text_of(function, "name") or "", model)
            total += count(text_of(function, "arguments") or text_of(function, "input") or "", model)
    for part in ("arguments", "output", "input"):
        if text := text_of(fields, part):
            total += count(text, model)
    return total


def _content_tokens(content: object, model: str | None) -> int:
    if isinstance(content, str):
        return count(content, model)
    total = 0
    if isinstance(content, list):
        for part in cast(list[Any], content):
            if isinstance(part, str):
                total += count(part, model)
            elif isinstance(part, dict):
                fields = cast(Fields, part)
                kind = text_of(fields, "type") or ""
                total += count(text_of(fields, "text") or text_of(fields, "refusal") or "", model)
                if "image" in kind:
                    total += tokens_of_image(fields, model)
    return total


def _schema_tokens(request: Fields, model: str | None) -> int:
    """Structured output: its schema is shown to the model."""
    form = fields_of(request, "response_format") or fields_of(fields_of(request, "text"), "format")
    schema = fields_of(form, "json_schema") or form
    if text_of(form, "type") != "json_schema":
        return 0
    text = json.dumps(schema.get("schema", {}), separators=(",", ":"))
    return 11 + count_short(text_of(schema, "name") or "", model) + count(text, model)


def _tool_tokens(tools: list[Fields], model: str | None) -> int:
    functions = [fields_of(tool, "function") or tool for tool in tools if text_of(tool, "type") in ("function", None)]
    functions = [function for function in functions if text_of(function, "name")]
    if not functions:
        return 0
    return 9 + count(namespace(functions), model)


def namespace(functions: list[Fields]) -> str:
    """Functions as the TypeScript that models are shown."""
    lines = ["namespace functions {", ""]
    for function in functions:
        if description := text_of(function, "description"):
            lines += [f"// {line}" for line in description.split("\n")]
        parameters = fields_of(function, "parameters")
        name = text_of(function, "name")
        if fields_of(parameters, "properties"):
            lines += [f"type {name} = (_: {{", *_properties(parameters, 0), "}) => any;", ""]
        else:
            lines += [f"type {name} = () => any;", ""]
    lines.append("} // namespace functions")
    return "\n".join(lines)


def _properties(schema: Fields, depth: int) -> list[str]:
    required = {item for item in list_of(schema, "required") if isinstance(item, str)}
    lines: list[str] = []
    indent = " " * depth
    for name, value in fields_of(schema, "properties").items():
        fields = cast(Fields, value) if isinstance(value, dict) else {}
        if description := text_of(fields, "description"):
            lines += [f"{indent}// {line}" for line in description.split("\n")]
        lines.append(f"{indent}{name}{'' if name in required else '?'}: {_type(fields, depth)},")
    return lines


def _type(schema: Fields, depth: int) -> str:
    if depth > 40:
        return "any"
    if values := list_of(schema, "enum"):
        return " | ".join(json.dumps(value) for value in values)
    for key in ("anyOf", "oneOf"):
        if choices := objects_of(schema, key):
            return " | ".join(_type(choice, depth) for choice in choices)
    kind = schema.get("type")
    if isinstance(kind, list):
        return " | ".join(_type({**schema, "type": one}, depth) for one in cast(list[Any], kind))
    if kind == "array":
        return f"{_type(fields_of(schema, 'items'), depth)}[]"
    if kind == "object":
        if fields_of(schema, "properties"):
            return "\n".join(["{", *_properties(schema, depth + 2), "}"])
        return "object"
    return {"integer": "number", "null": "null"}.get(str(kind), str(kind or "any"))
