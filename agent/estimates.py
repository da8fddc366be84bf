"""Usage estimated from what was sent and said, for calls whose usage the provider did not report. Its own file because
an estimate is a reading of its own, marked as such wherever it shows, and never stands in for a reported number.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any, cast

from .call import JSON, Usage
from .image_tokens import image_size, image_url, tokens_of_image
from .tokens import count, count_short
from .wire.draft import Draft, Fields, fields_of, list_of, objects_of, text_of

PER_MESSAGE = 3
PER_NAME = 1
FOR_REPLY = 3
UNSEEN = frozenset(("required", "additionalProperties"))
"""Keywords of a schema that models are not shown."""

MOST_DEPTH = 40


@dataclass(frozen=True, slots=True)
class Overhead:
    """What a family of models adds to the tokens of the text, in chat and in responses.

    A reply that calls tools costs `call` for one call, else `calls` and `per_call` for each.
    """

    base: int  # of the input
    tools: int  # where the request has tools
    schema: int  # where the answer has one
    round: int  # for each earlier call of a tool
    parallel: int  # for several calls in one message
    text: int  # of a reply in words
    call: int
    calls: int
    per_call: int


CHAT = {
    "gpt-4": Overhead(0, -1, 13, 4, 14, 0, 7, 16, 6),
    "gpt-5": Overhead(-1, 81, 12, 8, 0, 9, 16, 11, 11),
    "gpt-5.": Overhead(-1, 81, 12, 10, 0, 3, 10, 4, 11),
    "o": Overhead(-1, 1, 12, 8, 0, 14, 18, 11, 11),
}
RESPONSES = {
    "gpt-4": Overhead(0, -6, 7, 7, 0, 1, 8, 17, 7),
    "gpt-5": Overhead(-1, 0, 7, 9, 0, 6, 13, 8, 11),
    "gpt-5.": Overhead(-1, 0, 7, 12, 0, 4, 11, 4, 11),
    "o": Overhead(-1, 0, 7, 9, 0, 6, 13, 8, 11),
}


def overhead_of(draft: Draft, model: str | None) -> Overhead:
    """The overhead for a draft's endpoint and model."""
    name = (model or "").removeprefix("ft:")
    if name.startswith(("o1", "o3", "o4")):
        family = "o"
    elif name.startswith("gpt-5."):
        family = "gpt-5."
    else:
        family = "gpt-5" if name.startswith("gpt-5") else "gpt-5." if name.startswith("gpt-6") else "gpt-4"
    return (RESPONSES if "responses" in draft.path else CHAT)[family]


def estimate(draft: Draft) -> tuple[Usage | None, str | None]:
    """The usage of a draft whose answer was not accompanied by one, and what to say about it. Never raises."""
    if "messages" not in draft.request and "input" not in draft.request and "prompt" not in draft.request:
        return None, None
    model = draft.model or draft.model_requested
    try:
        inputs = input_tokens(draft, model)
        outputs = output_tokens(draft, count("".join(draft.answer) + "".join(draft.silent), model), model)
    except Exception as error:  # noqa: BLE001  a tokenizer that fails must not take the row with it; the note shows it
        return None, f"its tokens could not be estimated: {type(error).__name__}: {error}"
    why = unseen(draft)
    note = f"its input is more than the estimate: {why}" if why else None
    return Usage(input_tokens=inputs, output_tokens=outputs, total_tokens=inputs + outputs, source="estimated"), note


def input_tokens(draft: Draft, model: str | None) -> int:
    """What the request of a draft comes to as tokens."""
    request = draft.request
    if request.get("prompt") is not None and "messages" not in request:
        return _prompt_tokens(draft, model)
    overhead = overhead_of(draft, model)
    total = FOR_REPLY + overhead.base
    rounds = 0
    for message in draft.messages:
        total += _message_tokens(message, model)
        calls = _calls_in(message)
        rounds += calls
        total += overhead.parallel if calls > 1 else 0
    if tools := _tool_tokens(objects_of(request, "tools") or objects_of(request, "functions"), model):
        total += tools + overhead.tools + _forced_tokens(request, model)
    if schema := _schema_tokens(request, model):
        total += schema + overhead.schema
    return max(total + rounds * overhead.round, 0)


def _forced_tokens(request: Fields, model: str | None) -> int:
    """What naming the one tool to call adds; models before GPT-5 are told in the prompt."""
    choice = fields_of(request, "tool_choice")
    name = text_of(fields_of(choice, "function") or choice, "name")
    if name is None or (model or "").startswith(("gpt-5", "gpt-6", "o")):
        return 0
    return 7 + 2 * count_short(name, model)


def output_tokens(draft: Draft, text_tokens: int, model: str | None) -> int:
    """What the model generated comes to as tokens, `text_tokens` of them in words, names and arguments."""
    if draft.request.get("prompt") is not None or not text_tokens:
        return text_tokens
    overhead = overhead_of(draft, model)
    if draft.calls > 1:
        return text_tokens + overhead.calls + overhead.per_call * draft.calls
    return text_tokens + (overhead.call if draft.calls else overhead.text)


def unseen(draft: Draft) -> str | None:
    """Why the prompt was longer than the request shows, None where the request shows all of it."""
    request = draft.request
    if draft.previous_response_id or draft.conversation_ref:
        return "the conversation so far is kept by the provider"
    if any(text_of(tool, "type") not in ("function", "custom", None) for tool in objects_of(request, "tools")):
        return "hosted tools add to it"
    for message in draft.messages:
        if isinstance(message, dict) and (why := _unseen_in(cast(Fields, message))):
            return why
    return None


def _unseen_in(message: Fields) -> str | None:
    kind = text_of(message, "type") or ""
    if message.get("encrypted_content"):
        return "earlier reasoning is in it, encrypted"
    if kind in ("compaction", "item_reference") or kind == "reasoning":
        return "earlier reasoning is in it"
    for part in objects_of(message, "content"):
        kind = text_of(part, "type") or ""
        if "file" in kind or "audio" in kind:
            return "a file is in it"
        if "image" in kind and image_size(image_url(part)) is None:
            return "an image is in it whose size is not known"
    return None


def _calls_in(message: object) -> int:
    if not isinstance(message, dict):
        return 0
    fields = cast(Fields, message)
    return len(list_of(fields, "tool_calls")) + ((text_of(fields, "type") or "") == "function_call")


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
    text = json.dumps(_without(schema.get("schema", {}), UNSEEN), separators=(",", ":"))
    said = (text_of(schema, "name") or "") + (text_of(schema, "description") or "")
    return count_short(said, model) + count(text, model)


def _without(schema: JSON, names: frozenset[str], depth: int = 0) -> JSON:
    """A JSON schema without these keywords (properties of that name stay)."""
    if depth > MOST_DEPTH:
        return {}
    if isinstance(schema, list):
        return [_without(item, names, depth + 1) for item in cast(list[Any], schema)]
    if not isinstance(schema, dict):
        return schema
    kept: Fields = {}
    for key, value in cast(Fields, schema).items():
        if key in ("properties", "$defs") and isinstance(value, dict):
            kept[key] = {name: _without(one, names, depth + 1) for name, one in cast(Fields, value).items()}
        elif key not in names:
            kept[key] = _without(value, names, depth + 1)
    return kept


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
        if title := text_of(parameters, "title"):
            lines.append(f"// {title}")
        name = text_of(function, "name")
        if fields_of(parameters, "properties"):
            lines += [
                f"type {name} = (_: {{",
                *_properties(parameters, 0, fields_of(parameters, "$defs")),
                "}) => any;",
                "",
            ]
        else:
            lines += [f"type {name} = () => any;", ""]
    lines.append("} // namespace functions")
    return "\n".join(lines)


def _resolved(schema: Fields, definitions: Fields) -> Fields:
    """A schema that only points to a definition, as that definition."""
    target = (text_of(schema, "$ref") or "").rpartition("/")[2]
    return fields_of(definitions, target) if target else schema


def _properties(schema: Fields, depth: int, definitions: Fields) -> list[str]:
    required = {item for item in list_of(schema, "required") if isinstance(item, str)}
    lines: list[str] = []
    indent = " " * depth
    for name, value in fields_of(schema, "properties").items():
        fields = _resolved(cast(Fields, value), definitions) if isinstance(value, dict) else {}
        if description := text_of(fields, "description"):
            lines += [f"{indent}// {line}" for line in description.split("\n")]
        lines.append(f"{indent}{name}{'' if name in required else '?'}: {_type(fields, depth, definitions)},")
    return lines


def _type(schema: Fields, depth: int, definitions: Fields) -> str:
    schema = _resolved(schema, definitions)
    if depth > MOST_DEPTH:
        return "any"
    if values := list_of(schema, "enum"):
        return " | ".join(json.dumps(value) for value in values)
    for key in ("anyOf", "oneOf"):
        if choices := objects_of(schema, key):
            return " | ".join(_type(choice, depth + 1, definitions) for choice in choices)
    kind = schema.get("type")
    if isinstance(kind, list):
        return " | ".join(_type({**schema, "type": one}, depth + 1, definitions) for one in cast(list[Any], kind))
    if kind == "array":
        return f"{_type(fields_of(schema, 'items'), depth + 1, definitions)}[]"
    if kind == "object":
        if fields_of(schema, "properties"):
            return "\n".join(["{", *_properties(schema, depth + 2, definitions), "}"])
        return "object"
    return {"integer": "number", "null": "null"}.get(str(kind), str(kind or "any"))
