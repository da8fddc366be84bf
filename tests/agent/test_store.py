"""What is saved reads back, once, however often and in whatever order it comes."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest
from wiretally.agent.queries import calls
from wiretally.agent.queries.reader import Reader
from wiretally.agent.store import Store

from . import made


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "wiretally.db"


def test_a_saved_call_reads_back(path: Path) -> None:
    store = Store(path)
    whole = made.entry(1)
    store.save([whole])
    with Reader(path) as reader:
        number = calls.find_uid(reader, whole.call.uid)
        assert number is not None
        found = calls.detail(reader, number)
        assert found is not None
        assert (found.row.input_tokens, found.row.cost, found.cost) == (1001, whole.call.cost.usd, whole.call.cost)
        assert (found.timing, found.ratelimit, found.request_headers) == (
            whole.call.timing, whole.call.ratelimit, whole.request_headers,
        )  # fmt: skip
        assert calls.body(reader, number, "request") == whole.request_body
        assert calls.body(reader, number, "response") == whole.response_body
    store.close()


def test_the_database_is_the_users_alone(path: Path) -> None:
    Store(path).close()
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_a_call_becomes_final_once(path: Path) -> None:
    store = Store(path)
    whole = made.entry(1)
    store.save([made.opened(whole)])
    store.save([whole])
    with Reader(path) as reader:
        before = calls.page(reader).rows
        store.save([whole])
        store.save([made.opened(whole)])
        assert calls.page(reader).rows == before
        assert calls.count(reader) == 1
    store.close()


@pytest.mark.parametrize("batches", [1, 2])
def test_usage_belongs_to_the_call_that_created_it_even_if_a_retrieval_was_seen_first(path: Path, batches: int) -> None:
    store = Store(path)
    retrieved, created = made.entry(1, usage_key="resp_1", method="GET"), made.entry(2, usage_key="resp_1")
    for batch in [[retrieved, created]] if batches == 1 else [[retrieved], [created]]:
        store.save(batch)
    with Reader(path) as reader:
        tokens = {row.uid: row.input_tokens for row in calls.page(reader).rows}
        assert tokens == {created.call.uid: 1002, retrieved.call.uid: None}
    store.close()
