"""Requests and answers of any shape, hostile ones among them, make rows that the database can hold."""

from __future__ import annotations

import json
import sqlite3
import zlib
from typing import Final

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from wiretally.agent.call import Call
from wiretally.agent.exchange import CapturedExchange
from wiretally.agent.headers import HeaderBlock
from wiretally.agent.interpret import Interpreter

from .recording import AT

pytestmark = pytest.mark.fault("fuzz: requests and answers of any shape", rounds=300)
INTERPRETER: Final = Interpreter(salt=b"a salt for tests")

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
        started_at=AT,
        method="POST",
        host="api.openai.com",
        path=path,
        request_body=json.dumps(asked).encode(),
        status=status,
        response_headers=HeaderBlock.of(("content-type", "text/event-stream" if stream else "application/json")),
        response_body=answer,
        pieces=[(AT + 1, len(answer))],
        ended_at=AT + 2,
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
            started_at=AT,
            method="POST",
            path="/v1/chat/completions",
            request_headers=HeaderBlock.of(("content-encoding", coding), ("authorization", "Bearer")),
            request_body=asked,
            status=200,
            response_headers=HeaderBlock.of(("content-type", content_type), ("content-encoding", coding)),
            response_body=answered,
            ending="answered",
        )
        call = INTERPRETER.call(exchange)
        assert call.note is None or "could not be read" not in call.note
        must_be_savable(call)
        INTERPRETER.decoded_bodies(exchange)


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
        started_at=AT,
        method="POST",
        path="/v1/chat/completions",
        request_body=HOSTILE[name],
        status=200,
        response_headers=HeaderBlock.of(("content-type", "text/event-stream" if stream else "application/json")),
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
        started_at=AT,
        method="POST",
        path="/v1/chat/completions",
        status=200,
        response_headers=HeaderBlock.of(("content-encoding", "gzip"), ("content-type", "application/json")),
        response_body=bomb,
        ending="answered",
    )
    call = INTERPRETER.call(exchange)
    assert call.note == "the body decodes to more than is kept; its end was left out"
    assert len(INTERPRETER.decoded_bodies(exchange)[1]) == 67_108_864
