"""Numbers that no provider should send: whatever they are and wherever they stand, the call is stored."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from wiretally.agent.call import MOST_USD, Cost, Usage
from wiretally.agent.entry import Entry
from wiretally.agent.exchange import CapturedExchange
from wiretally.agent.headers import HeaderBlock
from wiretally.agent.interpret import Interpreter
from wiretally.agent.pricing import PriceBook, Terms, together
from wiretally.agent.store import Store
from wiretally.agent.verify import verify

from .odd_values import with_everywhere
from .recorded import NOON

TEXTS = (
    "5", "-5", "1e5", "9" * 30, "1" * 400, "nan", "inf", "-inf", "1e400", "0x10", "\u00b2", "", "1s", "9" * 20 + "h",
    "1d2h", "-1ms", "1_000",
)  # fmt: skip
ANSWERED = (
    "x-ratelimit-limit-requests", "x-ratelimit-remaining-requests", "x-ratelimit-reset-requests",
    "x-ratelimit-limit-tokens", "x-ratelimit-remaining-tokens", "x-ratelimit-reset-tokens", "x-ratelimit-reset-other",
    "openai-processing-ms", "x-should-retry", "content-length", "retry-after", "retry-after-ms", "date",
)  # fmt: skip
ASKED = ("x-stainless-retry-count", "x-stainless-timeout", "content-length", "traceparent")

VALUES: tuple[object, ...] = (-1, 2**53, 2**70, 1e300, -1e300, 0.5, "5", None, True, [], {})
KINDS = (
    "responses", "chat/completions", "images/generations", "videos", "audio/speech", "audio/transcriptions",
    "embeddings", "fine_tuning/jobs", "batches",
)  # fmt: skip
REQUEST: dict[str, Any] = {
    "model": "gpt-5", "input": "x", "stream": False, "user": "u", "n": 1, "service_tier": "auto", "seconds": "8",
    "tools": [{"type": "web_search"}], "size": "1024x1024", "quality": "low",
}  # fmt: skip
ANSWER: dict[str, Any] = {
    "object": "response", "id": "r", "created_at": 1, "model": "gpt-5", "status": "completed", "seconds": 3,
    "output": [
        {"type": "message", "role": "assistant", "content": [{"type": "output_text", "text": "hi"}]},
        {"type": "web_search_call"},
    ],
    "usage": {
        "input_tokens": 5, "input_tokens_details": {"cached_tokens": 1}, "output_tokens": 5,
        "output_tokens_details": {"reasoning_tokens": 2}, "total_tokens": 10, "seconds": 3,
    },
    "error": None, "incomplete_details": None, "previous_response_id": None, "conversation": {"id": "c"},
}  # fmt: skip


def call(number: int, kind: str, asked: dict[str, Any], answered: dict[str, Any], *headers: tuple[str, str]) -> Entry:
    """One call, its usage its own; a header of ASKED is the request's, any other the answer's."""
    if answered["id"] == ANSWER["id"]:
        answered = answered | {"id": f"r{number}"}
    at = NOON + number
    sent = [it for it in headers if it[0] in ASKED]
    told = [("content-type", "application/json"), *(it for it in headers if it[0] in ANSWERED)]
    exchange = CapturedExchange(
        uid=f"u{number}", started_at=at, method="POST", host="api.openai.com", path=f"/v1/{kind}",
        request_headers=HeaderBlock.of(*sent), request_body=json.dumps(asked).encode(), status=200,
        response_headers=HeaderBlock.of(*told), response_body=json.dumps(answered).encode(), head_at=at,
        ended_at=at + 1, ending="answered",
    )  # fmt: skip
    return Entry(Interpreter(salt=b"").call(exchange), "s")


def stored(path: Path, entries: list[Entry]) -> None:
    store = Store(path)
    try:
        store.save(entries)
    finally:
        store.close()
    verdict = verify(path)
    assert (verdict.calls, verdict.problems) == (len(entries), ())


def test_headers(tmp_path: Path) -> None:
    pairs = [(name, text) for text in TEXTS for name in (*ANSWERED, *ASKED)]
    told = [call(at, "responses", REQUEST, ANSWER, pair) for at, pair in enumerate(pairs)]
    stored(tmp_path / "wiretally.db", told)


@pytest.mark.parametrize("kind", KINDS)
def test_bodies(tmp_path: Path, kind: str) -> None:
    bodies: list[tuple[dict[str, Any], dict[str, Any]]] = []
    for value in VALUES:
        bodies += [(asked, ANSWER) for asked in with_everywhere(REQUEST, value)]
        bodies += [(REQUEST, answered) for answered in with_everywhere(ANSWER, value)]
    stored(tmp_path / "wiretally.db", [call(at, kind, *pair) for at, pair in enumerate(bodies)])


def test_more_than_any_call_costs_is_unpriced_and_says_so() -> None:
    """1e12 tokens come to more picodollars than 64 bits hold, and the call could not be stored."""
    book, terms = PriceBook(), Terms(NOON)
    most = book.price("gpt-5", Usage(input_tokens=10**9, output_tokens=0, source="reported"), terms)
    assert most.source == "priced" and most.usd is not None and most.usd <= MOST_USD
    cost = book.price("gpt-5", Usage(input_tokens=10**12, output_tokens=0, source="reported"), terms)
    assert (cost.usd, cost.source) == (None, "unpriced")
    assert cost.note == "it comes to 1,250,000 USD: the usage that was told, or a rate, is taken for a mistake"
    half = Cost(MOST_USD * 2 / 3, "priced")
    assert together([half]).usd == half.usd
    assert together([half, half]).source == "unpriced"
