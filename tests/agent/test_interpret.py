"""Recorded exchanges give the numbers that were recorded, and nothing makes the interpreter raise."""

from __future__ import annotations

from typing import Any

import pytest
from wiretally.agent.call import Call
from wiretally.agent.exchange import CapturedExchange
from wiretally.agent.interpret import Interpreter

from . import recorded


@pytest.fixture(scope="module")
def interpreter() -> Interpreter:
    return Interpreter(salt=b"a salt for tests")


def stored(call: Call) -> dict[str, Any]:
    """The fields of a call that a recording can say something about, by their exported names."""
    return {
        "status": call.status,
        "error_code": call.error_code,
        "input_tokens": call.usage.input_tokens,
        "output_tokens": call.usage.output_tokens,
        "cached_tokens": call.usage.cached_tokens,
        "reasoning_tokens": call.usage.reasoning_tokens,
        "usage_source": call.usage.source,
    }


def test_every_recorded_exchange_gives_what_was_recorded() -> None:
    wrong: list[str] = []
    for record, call in recorded.calls():
        found = stored(call)
        expected = recorded.tool("replay").expected_of(record)
        bad = {k: (found[k], v) for k, v in expected.items() if found[k] != v and not (v == 0 and found[k] is None)}
        if call.endpoint != record["endpoint"]:
            bad["endpoint"] = (call.endpoint, record["endpoint"])
        if call.note is not None and "could not be read" in call.note:
            bad["note"] = (call.note, None)
        if bad:
            wrong.append(f"{record['id']} {record['endpoint']}: (found, recorded) {bad}")
    assert wrong == []


def test_a_request_without_an_answer_is_a_row(interpreter: Interpreter) -> None:
    exchange = CapturedExchange(
        uid="1", started_at=5.0, method="POST", host="api.openai.com", path="/v1/chat/completions", request_body=b"{}"
    )
    call = interpreter.call(exchange)
    assert (call.state, call.status, call.kind, call.endpoint) == ("open", None, "chat", "/v1/chat/completions")
    assert call.cost.usd is None
