"""Tools and schemas as the text that models are shown, counted. Its own file because this rendering is a format of its
own, a TypeScript namespace; its rules follow OpenAI's cookbook and, where that is silent, recorded usage.
"""

from __future__ import annotations

import json
from typing import Any, cast

from .call import JSON
from .tokens import count, count_short
from .wire.draft import Fields, fields_of, list_of, objects_of, text_of

UNSEEN = frozenset(("required", "additionalProperties"))
"""Keywords of a schema that models are not shown."""

MOST_DEPTH = 40

NAMESPACE = 9
"""What a namespace of functions costs beside its text."""


def schema_tokens(request: Fields, model: str | None) -> int:
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


def functions_in(tools: list[Fields]) -> list[Fields]:
    """The functions among the tools of a request, in chat's spelling or in responses'."""
    functions = [fields_of(tool, "function") or tool for tool in tools if text_of(tool, "type") in ("function", None)]
    return [function for function in functions if text_of(function, "name")]


def function_tokens(functions: list[Fields], model: str | None) -> int:
    """What showing these functions to the model takes; 0 for none."""
    return NAMESPACE + count(namespace(functions), model) if functions else 0


def namespace(functions: list[Fields]) -> str:
    """Functions as the TypeScript that models are shown."""
    lines = ["namespace functions {", ""]
    for function in functions:
        if description := text_of(function, "description"):
            lines.append(f"// {' '.join(description.split())}")
        parameters = fields_of(function, "parameters")
        for said in ("title", "description"):
            if text := text_of(parameters, said):
                lines.append(f"// {' '.join(text.split())}")
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
        if not depth and (title := text_of(fields, "title")):
            lines.append(f"// {title}")
        if description := text_of(fields, "description"):
            lines.append(f"{indent}// {' '.join(description.split())}")
        default = fields.get("default")
        told = f" // default: {json.dumps(default)}" if isinstance(default, str | float) and default != "" else ""
        lines.append(f"{indent}{name}{'' if name in required else '?'}: {_type(fields, depth, definitions)},{told}")
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
