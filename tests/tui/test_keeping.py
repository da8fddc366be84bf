"""Settings kept from the screen."""

from __future__ import annotations

from wiretally.agent.locations import Home
from wiretally.agent.settings import load
from wiretally.tui.keeping import Change, keep


def test_a_table_is_written_and_taken_out(place: Home) -> None:
    said = keep(place, Change("alarm slow", ("alarm", "slow"), {"metric": "retry_count", "threshold": 3}), nothing)
    assert said == f"alarm slow: kept in {place.config}; the next agent reads it"
    assert load(place.config).alarm["slow"].threshold == 3
    keep(place, Change("alarm slow", ("alarm", "slow"), None), nothing)
    assert load(place.config).alarm == {}


def test_what_is_the_screens_alone_wakes_no_agent(place: Home) -> None:
    said = keep(place, Change("columns", ("tui",), {"columns": ["model"]}), nothing)
    assert said == f"columns: kept in {place.config}"
    assert load(place.config).tui.columns == ["model"]


def nothing(done: int, whole: int) -> None:
    del done, whole
