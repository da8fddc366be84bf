"""Clock readings as milliseconds, and the time of an event found through its compression."""

from __future__ import annotations

import gzip

import pytest
from wiretally.agent.exchange import CapturedExchange
from wiretally.agent.timing import MOST_EVENTS, arrival_of, read_timing, thinned


def test_milliseconds_from_the_start() -> None:
    exchange = CapturedExchange(
        uid="1", started_at=100.0, sent_at=100.25, head_at=100.5, pieces=[(101.0, 5), (102.0, 9)], ended_at=103.0,
        connect_ms=12.5, tls_ms=30.0,
    )  # fmt: skip
    timing = read_timing(exchange, 102.0, 102.5)
    assert (timing.connect_ms, timing.tls_ms, timing.sent_ms, timing.first_byte_ms) == (12.5, 30.0, 250.0, 1000.0)
    assert (timing.ttft_ms, timing.last_content_ms, timing.duration_ms) == (2000.0, 2500.0, 3000.0)
    assert timing.events == ((1000.0, 5), (2000.0, 9))


def test_without_content_the_first_body_byte_counts_and_without_a_body_nothing() -> None:
    exchange = CapturedExchange(uid="1", started_at=100.0, head_at=100.5, pieces=[(101.0, 5)])
    assert read_timing(exchange, None, None).ttft_ms == 1000.0
    empty = read_timing(CapturedExchange(uid="1", started_at=100.0), None, None)
    assert (empty.ttft_ms, empty.first_byte_ms, empty.duration_ms) == (None, None, None)


def test_a_clock_that_went_back_gives_no_negative_time() -> None:
    assert read_timing(CapturedExchange(uid="1", started_at=100.0, ended_at=99.0), None, None).duration_ms == 0


def test_pieces_are_thinned_to_their_first_last_and_some_between() -> None:
    pieces = [(float(n), n) for n in range(12_345)]
    few = thinned(pieces)
    assert len(few) == MOST_EVENTS
    assert (few[0], few[-1]) == (pieces[0], pieces[-1])
    assert few == sorted(set(few))


@pytest.mark.parametrize("coding", [None, "gzip"])
def test_a_place_in_the_decoded_answer_has_the_time_of_its_piece(coding: str | None) -> None:
    body = b"".join(b"event number %d, with some text\n" % n for n in range(2000))
    wire = gzip.compress(body) if coding else body
    step = len(wire) // 10
    pieces = [(float(n), min(n * step, len(wire))) for n in range(1, 12)]
    exchange = CapturedExchange(uid="1", started_at=0.0, response_body=wire, pieces=pieces)
    first, last = arrival_of(exchange, coding, (1, len(body)))
    assert first == 1.0
    assert last in (10.0, 11.0)
    assert arrival_of(CapturedExchange(uid="1", started_at=0.0), coding, (1,)) == [None]
