"""Conversations: list, show, rename, delete."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from wiretally.agent.store import Store

from .. import made
from .conftest import Run


@pytest.fixture(autouse=True)
def turns(home: Path) -> None:
    store = Store(home / "wiretally.db")
    store.save([made.entry(500, conversation_ref="conv_1"), made.entry(501, conversation_ref="conv_1")])
    store.close()


def test_a_conversation_shows_its_turns(run: Run) -> None:
    (one,) = json.loads(run("conversations", "--json").out)
    assert one["turns"] == 2
    shown = json.loads(run("conversations", "show", str(one["id"]), "--json").out)
    assert [turn["grown_by"] for turn in shown["turns"]] == [None, 1]
    assert "grown by" in run("conversations", "show", str(one["id"])).out
    assert run("conversations", "show", "99").code == 2


def test_a_filter_leaves_those_of_which_a_turn_matches(run: Run) -> None:
    (whole,) = json.loads(run("conversations", "--json").out)
    last = json.loads(run("conversations", "show", str(whole["id"]), "--json").out)["turns"][-1]["call"]["id"]
    assert json.loads(run("conversations", "--json", "--filter", f"id:{last}").out) == [whole]
    assert json.loads(run("conversations", "--json", "--filter", "app:nobody", "--since", "2000-01-01").out) == []


def test_renaming_and_deleting(run: Run) -> None:
    run("conversations", "rename", "1", "Invoices")
    assert "Invoices" in run("conversations").out
    assert run("conversations", "delete", "1", "--yes").err == "2 calls deleted\n"
    assert json.loads(run("conversations", "--json").out) == []
