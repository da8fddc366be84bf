"""Single calls' times, for plots."""

from __future__ import annotations

from pathlib import Path

from wiretally.agent.queries.durations import first_token_against_total
from wiretally.agent.queries.reader import Reader
from wiretally.agent.queries.totals import Span
from wiretally.agent.store import Store

from ..made import START, call, entry
from ..made import opened as under_way


def test_the_newest_answered_calls_of_the_span(tmp_path: Path) -> None:
    store = Store(tmp_path / "w.db")
    store.save([entry(number) for number in range(5)])
    store.save([entry(7, state="failed", fault="provider"), under_way(entry(8))])
    store.close()
    with Reader(tmp_path / "w.db") as reader:
        points = first_token_against_total(reader, Span(START + 1), limit=3)
        assert points == [(call(number).timing.ttft_ms, call(number).timing.duration_ms) for number in (4, 3, 2)]
        assert first_token_against_total(reader, Span(START + 100)) == []
