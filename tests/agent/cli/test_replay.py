"""The replay command against a server on loopback."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from wiretally.agent.store import Store

from .. import made
from ..provider import provider
from .conftest import Run

BODY = b'{"model":"gpt-5","messages":[{"role":"user","content":"Hi"}]}'


def test_what_changed_is_shown(run: Run, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "sk-now")
    said = {"choices": [{"message": {"role": "assistant", "content": "new"}}], "model": "gpt-5-mini"}
    with provider(lambda path: (200, said)) as server:
        store = Store(home / "wiretally.db")
        host = server.url.removeprefix("http://")
        old = b'{"choices":[{"message":{"role":"assistant","content":"old"}}]}'
        store.save([made.entry(900, scheme="http", host=host, request_body=BODY, response_body=old)])
        store.close()
        done = run("replay", "last", "--json")
        assert [body for *_, body in server.requests] == [BODY]
    rows = {(row["section"], row["name"]): (row["left"], row["right"]) for row in json.loads(done.out)["rows"]}
    assert rows["answer", "assistant"] == ("old", "new")
    assert "no agent runs" in done.err


def test_a_call_without_its_body_is_not_sent(run: Run) -> None:
    assert "is not kept" in run("replay", "64").err
