"""A stream seen while it arrives says the same, at its end, as the stream read whole."""

from __future__ import annotations

import gzip
import json
import time
from typing import Any

import pytest
from wiretally.agent.exchange import CapturedExchange
from wiretally.agent.headers import HeaderBlock
from wiretally.agent.interpret import Interpreter, StreamProgress

from . import recorded

NOON = recorded.NOON


@pytest.fixture(scope="module")
def interpreter() -> Interpreter:
    return Interpreter(salt=b"a salt for tests")


def opened(encoding: str | None = None) -> CapturedExchange:
    request = {"model": "gpt-4o", "stream": True, "messages": [{"role": "user", "content": "Say something long"}]}
    headers = [("content-type", "text/event-stream"), *([("content-encoding", encoding)] if encoding else [])]
    return CapturedExchange(
        uid="p",
        started_at=NOON,
        method="POST",
        host="api.openai.com",
        path="/v1/chat/completions",
        request_body=json.dumps(request).encode(),
        status=200,
        response_headers=HeaderBlock.of(*headers),
    )


def chunk(text: str | None = None, **more: Any) -> bytes:
    choices = [] if text is None else [{"index": 0, "delta": {"role": "assistant", "content": text}}]
    return f"data: {json.dumps({'id': 'c', 'model': 'gpt-4o-2024-08-06', 'choices': choices, **more})}\n\n".encode()


def test_a_stream_counts_up_while_it_arrives(interpreter: Interpreter) -> None:
    progress = StreamProgress(opened(), interpreter)
    progress.feed(chunk(""), NOON + 0.2)
    first = progress.call()
    assert (first.state, first.usage.output_tokens, first.model) == ("open", None, "gpt-4o-2024-08-06")
    progress.feed(chunk("one two three"), NOON + 0.5)
    progress.feed(chunk(" four five"), NOON + 0.6)
    second = progress.call()
    assert (second.usage.output_tokens, second.usage.source, second.answer_text) == (
        5,
        "estimated",
        "one two three four five",
    )
    assert second.timing.ttft_ms == pytest.approx(500, abs=1)
    progress.feed(chunk(usage={"prompt_tokens": 9, "completion_tokens": 5, "total_tokens": 14}), NOON + 0.7)
    third = progress.call()
    assert (third.usage.input_tokens, third.usage.source, third.state) == (9, "reported", "open")


def test_pieces_cut_anywhere_and_compressed_say_the_same(interpreter: Interpreter) -> None:
    body = chunk("Grüße, ") + chunk("Welt €") + b"data: [DONE]\n\n"
    packed = gzip.compress(body)
    progress = StreamProgress(opened("gzip"), interpreter)
    for place in range(len(packed)):
        progress.feed(packed[place : place + 1], NOON + 1)
    assert progress.call().answer_text == "Grüße, Welt €"


def test_at_its_end_it_agrees_with_the_whole(interpreter: Interpreter) -> None:
    streams = [record for record in recorded.records() if record["stream"] and record["method"] == "POST"][::9]
    for record in streams:
        exchange = recorded.exchange_of(record)
        whole = interpreter.call(exchange)
        progress = StreamProgress(exchange, interpreter)
        body = exchange.response_body
        for start in range(0, len(body), 3000):
            progress.feed(body[start : start + 3000], NOON + 0.3)
        seen = progress.call()
        assert (seen.answer_text, seen.state, seen.error_code, seen.response_id, seen.finish_reason) == (
            whole.answer_text,
            whole.state,
            whole.error_code,
            whole.response_id,
            whole.finish_reason,
        )
        if whole.usage.source == "reported":
            assert (seen.usage, seen.cost) == (whole.usage, whole.cost)


def test_an_answer_that_is_no_stream_is_only_a_row(interpreter: Interpreter) -> None:
    exchange = opened()
    exchange.response_headers = HeaderBlock.of(("content-type", "application/json"))
    progress = StreamProgress(exchange, interpreter)
    progress.feed(b'{"id": "c"', NOON + 1)
    assert progress.call().state == "open"


def test_each_piece_is_read_once(interpreter: Interpreter) -> None:
    """Ten thousand pieces, asked about every hundred, in the time that reading them anew each time could not meet."""
    progress = StreamProgress(opened(), interpreter)
    piece = chunk("some more words ")
    progress.call()
    began = time.thread_time()
    for number in range(10_000):
        progress.feed(piece, NOON + number / 100)
        if number % 100 == 0:
            progress.call()
    assert time.thread_time() - began < 2.5
    assert progress.call().usage.output_tokens == pytest.approx(30_000, rel=0.35)
