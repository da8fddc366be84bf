"""Headroom by model and key."""

from __future__ import annotations

import json

from .conftest import Run


def test_the_newest_word_on_each_model_and_key(run: Run) -> None:
    rooms = json.loads(run("limits", "--json").out)
    assert {"model", "remaining_percent", "reset_tokens_ms"} <= set(rooms[0])
    assert rooms[0]["remaining_percent"] == min(room["remaining_percent"] for room in rooms)
    assert "of 10,000" in run("limits").out
