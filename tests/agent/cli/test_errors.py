"""Failures with what to do."""

from __future__ import annotations

import json

from .conftest import Run


def test_failures_are_grouped_and_advised(run: Run) -> None:
    groups = json.loads(run("errors", "--json").out)
    calls = [json.loads(line) for line in run("export", "--filter", "fault:*").out.splitlines()]
    assert sum(group["count"] for group in groups) == len(calls) > 0
    assert all(group["advice"] for group in groups)
    assert "what to do" in run("errors").out


def test_no_failures_is_said_on_stderr(run: Run) -> None:
    done = run("errors", "--filter", "model:none")
    assert (done.code, done.out, done.err) == (0, "", "no failures\n")
