"""Recorded exchanges give the numbers that were recorded, and nothing makes the interpreter raise."""

from __future__ import annotations

import gzip
import json
import sqlite3
import zlib
from copy import replace
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
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


PATHS = (
    "/v1/chat/completions",
    "/v1/responses",
    "/v1/responses/resp_123",
    "/v1/completions",
    "/v1/embeddings",
    "/v1/images/generations",
    "/v1/audio/transcriptions",
    "/v1/audio/speech",
    "/v1/moderations",
    "/v1/batches/batch_123",
    "/v1/threads/thread_123/runs",
    "/v1/fine_tuning/jobs/ftjob-123",
    "/v1/evals/eval_1/runs/run_1",
    "/v1/videos/video_1",
    "/v1/containers",
    "/v1/realtime/client_secrets",
    "/v1/organization/costs?x=1",
    "/\x00\xff?key=secret",
    "",
)

WORDS = st.sampled_from(
    (
        *("id", "object", "model", "usage", "choices", "delta", "message", "content", "tool_calls", "function"),
        *("name", "arguments", "output", "input", "type", "text", "response", "error", "code", "status", "messages"),
        *("role", "data", "prompt_tokens", "completion_tokens", "input_tokens", "output_tokens", "total_tokens"),
        *("prompt_tokens_details", "cached_tokens", "input_token_details", "tools", "response_format", "json_schema"),
        *("schema", "properties", "items", "$ref", "input_image", "image_url", "stream", "seconds", "duration"),
        *("per_model_usage", "trained_tokens", "response.completed", "response.failed", "file_search_call", "video"),
        *("response.output_text.delta", "chat.completion", "thread.run", "batch", "eval.run", "container"),
    )
)
NUMBERS = st.one_of(st.integers(), st.floats(), st.just(10**400), st.just(-1))
VALUES = st.recursive(
    st.one_of(st.none(), st.booleans(), NUMBERS, st.text(), WORDS),
    lambda inner: st.one_of(st.lists(inner, max_size=4), st.dictionaries(WORDS, inner, max_size=5)),
    max_leaves=30,
)


def must_be_savable(call: Call) -> None:
    """What SQLite refuses must not be in a call: integers past 64 bits, lone surrogates."""
    connection = sqlite3.connect(":memory:")
    usage = call.usage
    values = [call.path, call.endpoint, call.model, call.error_code, call.error_message, call.answer_text]
    values += [call.prompt_text, call.note, call.user, call.finish_reason, call.response_id, call.user_agent]
    counts = [usage.input_tokens, usage.output_tokens, usage.cached_tokens, usage.total_tokens, call.retry_count]
    for value in [*values, *counts]:
        connection.execute("select ?", (value,))
    connection.close()


@given(st.sampled_from(PATHS), VALUES, VALUES, st.integers(100, 599), st.booleans())
@settings(max_examples=400, suppress_health_check=[HealthCheck.too_slow], deadline=None)
def test_json_of_any_shape_makes_a_row(path: str, asked: object, answered: object, status: int, stream: bool) -> None:
    answer = json.dumps(answered).encode()
    if stream:
        answer = b"data: " + answer + b"\n\n"
    exchange = CapturedExchange(
        uid="1",
        started_at=recorded.NOON,
        method="POST",
        host="api.openai.com",
        path=path,
        request_body=json.dumps(asked).encode(),
        status=status,
        response_headers=(("content-type", "text/event-stream" if stream else "application/json"),),
        response_body=answer,
        pieces=[(recorded.NOON + 1, len(answer))],
        ended_at=recorded.NOON + 2,
        ending="answered",
    )
    call = INTERPRETER.call(exchange)
    assert call.note is None or "could not be read" not in call.note, call.note
    must_be_savable(call)


@given(st.binary(max_size=300), st.binary(max_size=300), st.sampled_from(["", "gzip", "br", "zstd", "deflate", "x"]))
@settings(max_examples=300, deadline=None)
def test_bytes_of_any_kind_make_a_row(asked: bytes, answered: bytes, coding: str) -> None:
    for content_type in ("application/json", "text/event-stream", "multipart/form-data", "audio/mpeg"):
        exchange = CapturedExchange(
            uid="1",
            started_at=recorded.NOON,
            method="POST",
            path="/v1/chat/completions",
            request_headers=(("content-encoding", coding), ("authorization", "Bearer")),
            request_body=asked,
            status=200,
            response_headers=(("content-type", content_type), ("content-encoding", coding)),
            response_body=answered,
            ending="answered",
        )
        call = INTERPRETER.call(exchange)
        assert call.note is None or "could not be read" not in call.note
        must_be_savable(call)
        INTERPRETER.decoded_bodies(exchange)


INTERPRETER = Interpreter(salt=b"a salt for tests")

HOSTILE = {
    "deep lists": b"[" * 200_000,
    "deep objects": b'{"a":' * 100_000 + b"1" + b"}" * 100_000,
    "deep content": b'{"choices":' + b"[" * 5000 + b"]" * 5000 + b"}",
    "lone surrogate": b'{"id":"\\ud800","choices":[{"message":{"content":"\\udfff end"}}]}',
    "invalid UTF-8": b'{"id":"\xff\xfe","model":"\xc3"}',
    "a number past everything": b'{"usage":{"prompt_tokens":' + b"9" * 5000 + b',"completion_tokens":-4}}',
    "not a number": b'{"usage":{"prompt_tokens":NaN,"completion_tokens":Infinity}}',
    "nothing": b"",
    "null": b"null",
    "a half": b'{"id":"chatcmpl-1","usage":{"prompt_tok',
    "zero bytes": bytes(1000),
}


@pytest.mark.parametrize("name", HOSTILE)
@pytest.mark.parametrize("stream", [False, True])
def test_a_hostile_answer_is_a_row(name: str, stream: bool) -> None:
    body = b"data: " + HOSTILE[name] + b"\n\n" if stream else HOSTILE[name]
    exchange = CapturedExchange(
        uid="1",
        started_at=recorded.NOON,
        method="POST",
        path="/v1/chat/completions",
        request_body=HOSTILE[name],
        status=200,
        response_headers=(("content-type", "text/event-stream" if stream else "application/json"),),
        response_body=body,
        ending="answered",
    )
    call = INTERPRETER.call(exchange)
    assert call.note is None or "could not be read" not in call.note
    must_be_savable(call)


def test_a_bomb_does_not_take_the_memory() -> None:
    packer = zlib.compressobj(9, wbits=31)
    bomb = b"".join(packer.compress(bytes(1_000_000)) for _ in range(400)) + packer.flush()
    exchange = CapturedExchange(
        uid="1",
        started_at=recorded.NOON,
        method="POST",
        path="/v1/chat/completions",
        status=200,
        response_headers=(("content-encoding", "gzip"), ("content-type", "application/json")),
        response_body=bomb,
        ending="answered",
    )
    call = INTERPRETER.call(exchange)
    assert call.note == "the body decodes to more than is kept; its end was left out"
    assert len(INTERPRETER.decoded_bodies(exchange)[1]) == 67_108_864


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
        response_headers=(("content-type", "text/event-stream"), *([("content-encoding", coding)] if coding else [])),
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
    asked = (
        ("Authorization", f"Bearer {key}"),
        ("User-Agent", "OpenAI/Python 3.1"),
        ("OpenAI-Project", "proj_1"),
        ("X-Stainless-Retry-Count", "2"),
        ("traceparent", "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"),
    )
    answered = (
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
        response_headers=(("Content-Encoding", "gzip"),),
        response_body=gzip.compress(b'{"data":[]}'),
        ending="answered",
    )
    assert INTERPRETER.decoded_bodies(exchange) == (b'{"model":"m"}', b'{"data":[]}')
    again = INTERPRETER.call(replace(exchange, uid="2"))
    assert INTERPRETER.call(exchange).body_hash == again.body_hash
    assert INTERPRETER.call(replace(exchange, request_body=b"{}")).body_hash != again.body_hash
