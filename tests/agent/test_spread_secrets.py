"""A secret said a few characters at a time reaches neither the kept stream nor the answer's text."""

from __future__ import annotations

import json

import pytest
from wiretally.agent.copies import replace
from wiretally.agent.exchange import CapturedExchange
from wiretally.agent.headers import HeaderBlock
from wiretally.agent.interpret import Interpreter

from . import recorded

SECRET = "sk-proj-" + "aB3-x" * 8
TEXT = f"Your key is {SECRET} – keep it. €"


def stream(size: int, path: str) -> bytes:
    parts = [TEXT[i : i + size] for i in range(0, len(TEXT), size)]
    if path == "/v1/responses":
        events = [{"type": "response.output_text.delta", "delta": part} for part in parts]
        events.append({"type": "response.completed"})
        return "".join(f"data: {json.dumps(event)}\n\n" for event in events).encode()
    chunks = [{"id": "c", "choices": [{"index": 0, "delta": {"content": part}}]} for part in parts]
    return "".join(f"data: {json.dumps(c, ensure_ascii=False)}\n\n" for c in chunks).encode() + b"data: [DONE]\n\n"


@pytest.mark.parametrize("size", [1, 3, 7, 20])
@pytest.mark.parametrize("path", ["/v1/chat/completions", "/v1/responses"])
def test_it_is_masked_in_every_event_that_carries_a_part(size: int, path: str) -> None:
    interpreter = Interpreter(salt=b"a salt for tests")
    exchange = CapturedExchange(
        uid="1",
        started_at=recorded.NOON,
        method="POST",
        path=path,
        status=200,
        response_headers=HeaderBlock.of(("content-type", "text/event-stream")),
        response_body=stream(size, path),
        ending="answered",
    )
    call = interpreter.call(exchange)
    kept = interpreter.decoded_bodies(exchange)[1]
    assert call.answer_text == "Your key is [redacted API key] – keep it. €"
    again = interpreter.call(replace(exchange, uid="2", response_body=kept))
    assert again.answer_text.endswith("keep it. €")
    assert all(SECRET[i : i + 8] not in again.answer_text for i in range(len(SECRET) - 7))
    assert kept.count(b"[redacted]") >= len(SECRET) // size
    assert len(kept.split(b"\n\n")) == len(exchange.response_body.split(b"\n\n"))
