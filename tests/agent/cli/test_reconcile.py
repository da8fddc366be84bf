"""The reconcile command against a server on loopback."""

from __future__ import annotations

import json

import pytest

from ..provider import provider
from .conftest import Run


def test_both_ledgers_are_listed(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_ADMIN_KEY", "sk-admin")
    span = ("--since", "2026-09-20T00:00Z", "--until", "2026-09-26T00:00Z")
    page = {"data": [{"start_time": 1_790_035_200, "results": [{"amount": {"value": "9.5"}}]}], "has_more": False}
    with provider(lambda path: (200, page)) as server:
        days = json.loads(run("reconcile", *span, "--base-url", server.url, "--json").out)
        text = run("reconcile", *span, "--base-url", server.url).out
    assert sum(day["provider"] for day in days) == 9.5
    assert {"day", "priced", "estimated", "elsewhere", "unpriced", "verdict"} <= set(days[0])
    assert "spend that did not pass here" in text
    assert "total" in text


def test_without_an_admin_key_the_variable_is_named(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("OPENAI_ADMIN_KEY", raising=False)
    done = run("reconcile")
    assert (done.code, done.err.startswith("wiretally: OPENAI_ADMIN_KEY is not set")) == (2, True)
