"""Functions are counted as the TypeScript that models are shown."""

from __future__ import annotations

from typing import Any

from wiretally.agent.tokens import count
from wiretally.agent.tool_tokens import NAMESPACE, function_tokens, functions_in, namespace, schema_tokens

PAINT: dict[str, Any] = {
    "name": "paint",
    "description": "Paint it\n    all over.\n",
    "parameters": {
        "type": "object",
        "properties": {
            "color": {"type": "string", "enum": ["red", "blue"], "description": "Which one"},
            "tags": {"type": "array", "items": {"type": "string"}, "title": "Tags"},
            "where": {"$ref": "#/$defs/Place"},
            "size": {"anyOf": [{"type": "integer"}, {"type": "null"}]},
            "coat": {"type": "string", "default": "thin"},
        },
        "required": ["color"],
        "$defs": {
            "Place": {
                "type": "object",
                "properties": {"lat": {"type": "number", "title": "Lat"}},
                "required": ["lat"],
            }
        },
    },
}


def test_functions_are_shown_as_typescript() -> None:
    assert namespace([PAINT, {"name": "now"}]) == (
        "namespace functions {\n\n// Paint it all over.\ntype paint = (_: {\n// Which one\n"
        'color: "red" | "blue",\n// Tags\ntags?: string[],\nwhere?: {\n  lat: number,\n},\nsize?: number | null,\n'
        'coat?: string, // default: "thin"\n}) => any;\n\n'
        "type now = () => any;\n\n} // namespace functions"
    )


def test_a_schema_that_contains_itself_ends() -> None:
    node: dict[str, Any] = {"type": "object", "properties": {"next": {"$ref": "#/$defs/Node"}}}
    parameters = {"properties": {"list": {"$ref": "#/$defs/Node"}}, "$defs": {"Node": node}}
    assert "any" in namespace([{"name": "f", "parameters": parameters}])


def test_functions_in_either_spelling_and_nothing_else() -> None:
    tools = [{"type": "function", "function": PAINT}, {"type": "function", **PAINT}, {"type": "web_search"}, {}]
    assert [function["name"] for function in functions_in(tools)] == ["paint", "paint"]


def test_what_showing_functions_takes() -> None:
    assert function_tokens([], "gpt-4o") == 0
    assert function_tokens([PAINT], "gpt-4o") == NAMESPACE + count(namespace([PAINT]), "gpt-4o")


def test_a_schema_of_the_answer_without_what_models_are_not_shown() -> None:
    schema = {"type": "object", "properties": {"required": {"type": "string"}}, "required": ["required"]}
    shown = '{"type":"object","properties":{"required":{"type":"string"}}}'
    form = {"type": "json_schema", "json_schema": {"name": "card", "schema": schema}}
    assert schema_tokens({"response_format": form}, "gpt-4o") == count("card", "gpt-4o") + count(shown, "gpt-4o")
    assert schema_tokens({"text": {"format": {"type": "text"}}}, "gpt-4o") == 0
