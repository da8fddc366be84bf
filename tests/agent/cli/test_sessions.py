"""Sessions: list, show, rename, delete."""

from __future__ import annotations

import json

from .conftest import Run


def test_sessions_are_listed_with_their_totals(run: Run) -> None:
    found = {session["name"]: session for session in json.loads(run("sessions", "--json").out)}
    assert set(found) == {"first", "second"}
    assert sum(session["totals"]["calls"] for session in found.values()) == 64
    assert "first" in run("sessions").out
    assert (
        len(json.loads(run("sessions", "show", "second", "--json").out)["calls"]) == found["second"]["totals"]["calls"]
    )
    assert "endpoint" in run("sessions", "show", "first").out


def test_renaming_and_deleting(run: Run) -> None:
    run("sessions", "rename", "second", "night")
    assert "calls deleted" in run("sessions", "delete", "night", "--yes").err
    assert [session["name"] for session in json.loads(run("sessions", "--json").out)] == ["first"]
    assert run("sessions", "show", "night").code == 2
