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
