"""Turns find their conversation by the API's ids and by what they resend."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from wiretally.agent import conversations
from wiretally.agent.queries import conversations as questions
from wiretally.agent.queries.reader import Reader
from wiretally.agent.store import Store

from . import made
from .queries.conftest import turns


@pytest.mark.parametrize("size", [1, 2, 5])
def test_turns_are_chained_whatever_the_batches(tmp_path: Path, size: int) -> None:
    path = tmp_path / "wiretally.db"
    store = Store(path)
    told = turns(5)
    for start in range(0, 5, size):
        store.save([made.opened(entry) for entry in told[start : start + size]])
        store.save(told[start : start + size])
    store.close()
    with Reader(path) as reader:
        (found,) = questions.conversations(reader)
        assert (found.turns, found.title) == (5, "Question 1000")
        assert reader.value("select turns from conversations") == 5


def test_the_apis_own_ids_chain_calls(tmp_path: Path) -> None:
    path = tmp_path / "wiretally.db"
    store = Store(path)
    first = made.entry(
        1, response_id="resp_a", kind="responses", request_body=json.dumps({"input": "Hello there"}).encode()
    )
    second = made.entry(2, previous_response_id="resp_a", response_id="resp_b", kind="responses")
    third = made.entry(3, previous_response_id="resp_b")
    store.save([first])
    store.save([second, third])
    store.save([made.entry(number, conversation_ref="conv_1") for number in (5, 6)])
    store.close()
    with Reader(path) as reader:
        assert sorted((found.title, found.turns) for found in questions.conversations(reader)) == [
            ("Hello there", 3), ("prompt 6", 2),
        ]  # fmt: skip


def test_unrelated_calls_have_no_conversation(tmp_path: Path) -> None:
    path = tmp_path / "wiretally.db"
    store = Store(path)
    store.save([made.entry(number) for number in range(20)])
    store.close()
    with Reader(path) as reader:
        assert questions.conversations(reader) == []


@pytest.mark.parametrize(
    ("body", "title"),
    [
        (b'{"messages":[{"role":"system","content":"x"},{"role":"user","content":"Sum  up"}]}', "Sum up"),
        (b'{"input":"Sum up"}', "Sum up"),
        (b'{"input":[{"role":"user","content":[{"type":"input_text","text":"Sum up"}]}]}', "Sum up"),
        (b'{"messages":[1,null,{"role":"user"}]}', ""), (b"[]", ""), (b"\xff", ""), (None, ""), (b'{"input":7}', ""),
    ],
)  # fmt: skip
def test_a_title_is_what_the_user_said_first(body: bytes | None, title: str) -> None:
    assert conversations.title_of(body) == title
