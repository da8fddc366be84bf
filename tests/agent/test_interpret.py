"""Recorded exchanges give the numbers that were recorded; what a reader can't make out costs its details only."""

from __future__ import annotations

import gzip
import zlib
from typing import Any

import pytest
from wiretally.agent.call import Call
from wiretally.agent.copies import replace
from wiretally.agent.exchange import CapturedExchange
from wiretally.agent.headers import HeaderBlock
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


INTERPRETER = Interpreter(salt=b"a salt for tests")


def test_a_reader_that_fails_costs_the_row_its_details_only(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> None:
        raise ZeroDivisionError("a bug")

    monkeypatch.setattr("wiretally.agent.interpret.read_request", broken)
    exchange = recorded.exchange_of(recorded.records()[0])
    call = Interpreter(salt=b"").call(exchange)
    assert (call.state, call.status, call.note) == (
        "done",
        200,
        "this call could not be read: ZeroDivisionError: a bug",
    )
    assert call.response_bytes == len(exchange.response_body)


STREAM = (
    b'data: {"id":"c","model":"gpt-4o","choices":[{"index":0,"delta":{"role":"assistant","content":""}}]}\n\n'
    b'data: {"id":"c","model":"gpt-4o","choices":[{"index":0,"delta":{"content":"Hello"}}]}\n\n'
    b'data: {"id":"c","model":"gpt-4o","choices":[{"index":0,"delta":{"content":" you"}}]}\n\n'
    b'data: {"id":"c","model":"gpt-4o","choices":[{"index":0,"delta":{},"finish_reason":"stop"}]}\n\ndata: [DONE]\n\n'
)


@pytest.mark.parametrize("coding", [None, "gzip"])
def test_time_to_first_token_is_of_the_first_content_not_of_the_head(coding: str | None) -> None:
    pieces: list[bytes] = []
    packer = zlib.compressobj(wbits=31)
    for event in STREAM.split(b"\n\n")[:-1]:
        plain = event + b"\n\n"
        pieces.append(plain if coding is None else packer.compress(plain) + packer.flush(zlib.Z_SYNC_FLUSH))
    sizes = [sum(len(piece) for piece in pieces[: n + 1]) for n in range(len(pieces))]
    exchange = CapturedExchange(
        uid="1",
        started_at=recorded.NOON,
        method="POST",
        path="/v1/chat/completions",
        request_body=b'{"model":"gpt-4o","stream":true,"messages":[]}',
        status=200,
        response_headers=HeaderBlock.of(
            ("content-type", "text/event-stream"), *([("content-encoding", coding)] if coding else [])
        ),
        response_body=b"".join(pieces),
        head_at=recorded.NOON + 0.1,
        pieces=[(recorded.NOON + 0.2 + n / 10, size) for n, size in enumerate(sizes)],
        ended_at=recorded.NOON + 1,
        ending="answered",
    )
    timing = INTERPRETER.call(exchange).timing
    assert timing.first_byte_ms == pytest.approx(200, abs=1)
    assert timing.ttft_ms == pytest.approx(300, abs=1)  # the second event is the first with content
    assert timing.last_content_ms == pytest.approx(400, abs=1)


def test_what_the_headers_tell_is_on_the_row() -> None:
    record = next(r for r in recorded.records() if r["endpoint"] == "/v1/chat/completions" and r["status"] == 200)
    exchange = recorded.exchange_of(record)
    key = "sk-proj-0123456789abcdefghijWXYZ"
    asked = HeaderBlock.of(
        ("Authorization", f"Bearer {key}"),
        ("User-Agent", "OpenAI/Python 3.1"),
        ("OpenAI-Project", "proj_1"),
        ("X-Stainless-Retry-Count", "2"),
        ("traceparent", "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"),
    )
    answered = HeaderBlock.of(
        ("Content-Type", "application/json"),
        ("x-request-id", "req_1"),
        ("openai-processing-ms", "412"),
        ("openai-organization", "org-1"),
        ("x-should-retry", "false"),
        ("x-ratelimit-remaining-tokens", "99"),
        ("x-ratelimit-limit-tokens", "100"),
    )
    exchange = replace(exchange, request_headers=asked, response_headers=answered)
    call = INTERPRETER.call(exchange)
    assert (call.api_key, call.user_agent, call.project, call.organization) == (
        "WXYZ",
        "OpenAI/Python 3.1",
        "proj_1",
        "org-1",
    )
    assert (call.request_id, call.processing_ms, call.retry_count, call.should_retry) == ("req_1", 412, 2, False)
    assert call.trace_id == "4bf92f3577b34da6a3ce929d0e0e4736"
    assert call.ratelimit is not None
    assert (call.ratelimit.remaining_tokens, call.ratelimit.limit_tokens) == (99, 100)
    assert call.key_hash == Interpreter(salt=b"a salt for tests").call(exchange).key_hash
    assert call.key_hash != Interpreter(salt=b"another").call(exchange).key_hash
    assert key not in repr(call)
    assert key not in repr(INTERPRETER.redacted_headers(asked))


def test_bodies_are_kept_decoded_and_the_same_request_has_the_same_hash() -> None:
    exchange = CapturedExchange(
        uid="1",
        started_at=recorded.NOON,
        method="POST",
        path="/v1/embeddings",
        request_body=b'{"model":"m"}',
        status=200,
        response_headers=HeaderBlock.of(("Content-Encoding", "gzip")),
        response_body=gzip.compress(b'{"data":[]}'),
        ending="answered",
    )
    assert INTERPRETER.decoded_bodies(exchange) == (b'{"model":"m"}', b'{"data":[]}')
    again = INTERPRETER.call(replace(exchange, uid="2"))
    assert INTERPRETER.call(exchange).body_hash == again.body_hash
    assert INTERPRETER.call(replace(exchange, request_body=b"{}")).body_hash != again.body_hash
