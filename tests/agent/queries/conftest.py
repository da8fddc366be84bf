"""A database with one conversation, failures of several kinds, a retry storm, repeats and two sessions."""

from __future__ import annotations

import json
from decimal import Decimal
from itertools import batched
from pathlib import Path

import pytest
from wiretally.agent import turns as turns_of
from wiretally.agent.call import Cost
from wiretally.agent.copies import replace
from wiretally.agent.database import open_writer
from wiretally.agent.edits import note
from wiretally.agent.entry import Entry
from wiretally.agent.store import Store

from .. import made


def turns(count: int, first: int = 1000) -> list[Entry]:
    """A conversation of `count` turns, each resending what was said before."""
    messages: list[dict[str, str]] = [{"role": "system", "content": "Be brief."}]
    made_turns = list[Entry]()
    for number in range(first, first + count):
        messages.append({"role": "user", "content": f"Question {number}"})
        answer = {"role": "assistant", "content": f"Answer {number}"}
        said = turns_of.read_turns(messages)
        body = json.dumps({"messages": messages, "model": "gpt-5-mini"}).encode()
        made_turns.append(
            made.entry(
                number,
                request_body=body,
                thread_of=said.prefixes,
                thread_next=turns_of.following(said.digest, [answer]),
            )
        )
        messages.append(answer)
    return made_turns


def storm() -> list[Entry]:
    """A call that is refused twice, tried again each time, and answered at last."""
    refused = {"state": "failed", "fault": "rate_limit", "status": 429, "error_code": "rate_limit_exceeded"}
    starts = (2000, 2002, 2005)
    return [
        made.entry(
            start, body_hash="stormy", retry_count=place, error_message="Slow down",
            timing=replace(made.call(1).timing, duration_ms=500.0), **(refused if place < 2 else {}),
        )
        for place, start in enumerate(starts)
    ]  # fmt: skip


@pytest.fixture(scope="session")
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("queries") / "wiretally.db"
    store = Store(path)
    plain = [made.entry(number) for number in range(100)]
    repeated = [
        made.entry(3000 + number, body_hash="same", cost=Cost(Decimal("0.25"), "priced"), session="second")
        for number in range(4)
    ]
    for batch in (plain, turns(5), storm(), repeated):
        store.save(batch)
    store.end_session("first")
    store.set_state("doors", "8787 8788")
    store.fault("capture", "boom")
    store.fault("capture", "boom", 2)
    store.refusal(plain[0].process, "api.openai.com", "unknown ca")
    store.close()
    return path


@pytest.fixture(scope="session")
def spread(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Calls of all kinds whose numbers have gaps, so that few of them fill many blocks; most have a summary."""
    path = tmp_path_factory.mktemp("spread") / "wiretally.db"
    store, writer = Store(path), open_writer(path)
    for batch in batched(made.traffic(480), 16):
        store.save(batch)
        writer.execute("update sqlite_sequence set seq = seq + 400 where name = 'calls'")
    store.close()
    note(path, 1, "looks wrong", "down")
    writer.close()
    return path
