"""Retention."""

from __future__ import annotations

import time

import pytest

from .. import made
from .conftest import Run


def test_old_bodies_then_old_calls_go(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(time, "time", lambda: made.START + 30 * 86_400)
    assert run("prune", "--older-than", "1d", "--bodies-only").err.startswith("bodies of ")
    assert run("show", "61", "--body", "request").code == 2
    assert run("prune", "--older-than", "1d").err.endswith("calls deleted\n")
    assert run("export", "--filter", "-is:open").out == ""


def test_an_age_is_a_length_of_time(run: Run) -> None:
    done = run("prune", "--older-than", "yesterday")
    assert (done.code, "90s, 10m" in done.err) == (2, True)
