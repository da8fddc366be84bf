"""Sessions: list, show, rename, delete."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

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


def test_a_filter_leaves_the_sessions_with_such_calls_and_sums_these(run: Run) -> None:
    matching = json.loads(run("stats", "--json", "--by", "session", "--filter", "status:429").out)
    found = json.loads(run("sessions", "--json", "--since", "2000-01-01", "--filter", "status:429").out)
    assert found and {it["name"]: it["totals"]["calls"] for it in found} == {
        it["session"]: it["calls"] for it in matching
    }
    assert json.loads(run("sessions", "--json", "--until", "2000-01-01").out) == []


def test_one_that_is_not_there_is_not_asked_about(run: Run) -> None:
    done = run("sessions", "delete", "nope")
    assert (done.code, done.err) == (2, "wiretally: there is no session 'nope'. `wiretally sessions` lists them.\n")


@pytest.mark.parametrize(
    ("answer", "code", "said"), [("", 2, "Give --yes"), ("n\n", 1, "nothing was deleted"), ("y\n", 0, "calls deleted")]
)
def test_nothing_is_deleted_before_somebody_said_yes(home: Path, answer: str, code: int, said: str) -> None:
    command = [sys.executable, "-m", "wiretally.agent.cli", "sessions", "delete", "first"]
    environ = {**os.environ, "WIRETALLY_HOME": str(home)}
    done = subprocess.run(command, input=answer, capture_output=True, text=True, check=False, env=environ)
    assert (done.returncode, said in done.stderr.splitlines()[-1]) == (code, True), done.stderr


def test_renaming_and_deleting(run: Run) -> None:
    run("sessions", "rename", "second", "night")
    assert "calls deleted" in run("sessions", "delete", "night", "--yes").err
    assert [session["name"] for session in json.loads(run("sessions", "--json").out)] == ["first"]
    assert run("sessions", "show", "night").code == 2
