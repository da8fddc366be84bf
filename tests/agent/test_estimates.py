"""Recorded streams without their usage are estimated close to it; what can't be seen is said."""

from __future__ import annotations

import json
from collections.abc import Callable
from statistics import median
from typing import Any

import pytest
from wiretally.agent import estimates
from wiretally.agent.call import Usage
from wiretally.agent.interpret import Interpreter

from . import recorded

GENERATING = ("/v1/chat/completions", "/v1/responses", "/v1/completions")


def without_usage(body: bytes) -> bytes:
    """A stream as it would have been had nobody asked for usage."""
    kept: list[str] = []
    for event in body.decode().replace("\r\n", "\n").split("\n\n"):
        lines: list[str] = []
        for line in event.split("\n"):
            if line.startswith("data: {"):
                document: Any = json.loads(line[6:])
                for holder in (document, document.get("response")):
                    if isinstance(holder, dict):
                        holder.pop("usage", None)  # pyright: ignore[reportUnknownMemberType]  # JSON of any shape
                lines.append("data: " + json.dumps(document))
            else:
                lines.append(line)
        kept.append("\n".join(lines))
    return "\n\n".join(kept).encode()


@pytest.fixture(scope="module")
def pairs() -> list[tuple[Usage, Usage, bool]]:
    """For each recorded stream: the reported usage, the estimate, and whether all of the prompt is in the request."""
    interpreter = Interpreter(salt=b"a salt for tests")
    found: list[tuple[Usage, Usage, bool]] = []
    for record, call in recorded.calls():
        if not record["stream"] or record["endpoint"] not in GENERATING or call.usage.source != "reported":
            continue
        exchange = recorded.exchange_of(record)
        exchange.response_body = without_usage(exchange.response_body)
        estimated = interpreter.call(exchange)
        if call.state == "failed" or not call.usage.input_tokens:
            continue
        assert estimated.usage.source == "estimated", record["id"]
        assert estimated.cost.source in ("estimated", "unpriced")
        found.append((call.usage, estimated.usage, "its input is more" not in (estimated.note or "")))
    return found


def errors(pairs: list[tuple[Usage, Usage]], count: Callable[[Usage], int | None]) -> list[float]:
    return sorted(abs((count(guess) or 0) - (count(true) or 0)) / max(count(true) or 1, 1) for true, guess in pairs)


def test_input_is_within_2_percent_at_the_median_and_10_percent_at_p95(pairs: list[tuple[Usage, Usage, bool]]) -> None:
    everything = errors([(true, guess) for true, guess, _ in pairs], lambda usage: usage.input_tokens)
    told = errors([(true, guess) for true, guess, seen in pairs if seen], lambda usage: usage.input_tokens)
    assert len(everything) > 330
    assert len(told) > 0.9 * len(everything)
    assert median(everything) <= 0.02
    assert told[int(len(told) * 0.95)] <= 0.10


def test_output_is_within_1_percent_at_the_median(pairs: list[tuple[Usage, Usage, bool]]) -> None:
    everything = errors([(true, guess) for true, guess, _ in pairs], lambda usage: usage.output_tokens)
    assert median(everything) <= 0.01


def test_functions_are_counted_as_the_typescript_that_models_are_shown() -> None:
    color = {"type": "string", "enum": ["red", "blue"]}
    place = {"type": "object", "properties": {"lat": {"type": "number"}}, "required": ["lat"]}
    parameters = {
        "type": "object",
        "properties": {
            "color": {**color, "description": "Which one"},
            "tags": {"type": "array", "items": {"type": "string"}},
            "where": {"$ref": "#/$defs/Place"},
            "size": {"anyOf": [{"type": "integer"}, {"type": "null"}]},
        },
        "required": ["color"],
        "$defs": {"Place": place},
    }
    functions: list[dict[str, Any]] = [
        {"name": "paint", "description": "Paint it", "parameters": parameters},
        {"name": "now"},
    ]
    assert estimates.namespace(functions) == (
        "namespace functions {\n\n// Paint it\ntype paint = (_: {\n// Which one\n"
        'color: "red" | "blue",\ntags?: string[],\nwhere?: {\n  lat: number,\n},\nsize?: number | null,\n}) => any;\n\n'
        "type now = () => any;\n\n} // namespace functions"
    )


def test_a_schema_that_contains_itself_ends() -> None:
    node: dict[str, Any] = {"type": "object", "properties": {"next": {"$ref": "#/$defs/Node"}}}
    parameters = {"properties": {"list": {"$ref": "#/$defs/Node"}}, "$defs": {"Node": node}}
    assert "any" in estimates.namespace([{"name": "f", "parameters": parameters}])
