"""Habits."""

from __future__ import annotations

import json

from .conftest import Run


def test_insights_in_words_and_as_json(run: Run) -> None:
    out = run("insights").out
    assert "A response cache would have saved" in out
    assert "Calls by hour of the week" in out
    found = json.loads(run("insights", "--json").out)
    assert set(found) == {"repeats", "retries", "cache", "peak_hours", "typical"}
    assert len(found["peak_hours"]) == 168
