"""What answers tell of the account is kept once a stretch, and that it is empty once until it is set again."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest
from wiretally.agent import account
from wiretally.agent.call import RateLimits
from wiretally.agent.database import open_writer

from . import made


@pytest.fixture
def connection(tmp_path: Path) -> Iterator[sqlite3.Connection]:
    connection = open_writer(tmp_path / "wiretally.db")
    yield connection
    connection.close()


def test_one_sample_of_the_limits_a_model_key_and_stretch_is_kept_the_newest(connection: sqlite3.Connection) -> None:
    for number in (0, 1, 2, 60):
        account.note(connection, [(made.call(number), number)])
    account.note(connection, [(made.call(3, key_hash="k2", ratelimit=RateLimits(None, 7)), 3)])
    rows = connection.execute("select model, key_hash, remaining_requests, limit_tokens from ratelimits").fetchall()
    assert rows == [
        ("gpt-5-mini", "k1", 9997, 1_000_000), ("gpt-5-mini", "k1", 9939, 1_000_000), ("gpt-5-mini", "k2", 7, None),
    ]  # fmt: skip
    assert all(row[0] % account.RATELIMIT_STEP_MS == 0 for row in connection.execute("select at from ratelimits"))


@pytest.mark.parametrize(
    ("served", "limited_as"),
    [
        ("gpt-4o-mini-2024-07-18", "gpt-4o-mini"),
        ("gpt-3.5-turbo-0125", "gpt-3.5-turbo"),
        ("gpt-4-32k", "gpt-4-32k"),
        ("text-embedding-3-small", "text-embedding-3-small"),
    ],
)
def test_a_refusal_and_an_answer_tell_of_one_limit(
    connection: sqlite3.Connection, served: str, limited_as: str
) -> None:
    account.note(connection, [(made.call(1, model=limited_as, model_requested=limited_as), 1)])
    account.note(connection, [(made.call(2, model=served, model_requested=limited_as), 2)])
    account.note(connection, [(made.call(3, model=served, model_requested=None), 3)])
    assert connection.execute("select distinct model from ratelimits").fetchall() == [(limited_as,)]


def test_a_call_that_tells_nothing_leaves_nothing(connection: sqlite3.Connection) -> None:
    account.note(connection, [(made.call(1, ratelimit=None, error_code="rate_limit_exceeded"), 1)])
    for table in ("ratelimits", "balance_events"):
        assert connection.execute(f"select count(*) from {table}").fetchone() == (0,)


@pytest.mark.parametrize(
    "told",
    [
        {"error_code": "credit_balance_exhausted", "error_type": "invalid_request_error"},
        {"error_code": "insufficient_quota", "error_type": "insufficient_quota"},
    ],
)
def test_an_empty_balance_is_one_event_until_it_is_set(connection: sqlite3.Connection, told: dict[str, str]) -> None:
    for number in (1, 2):
        account.note(connection, [(made.call(number, **told), number)])
    connection.execute(
        "insert into balance_events (at, kind, amount_pico) values (?, 'set', 5)", ((made.START + 3) * 1000,)
    )
    account.note(connection, [(made.call(4, **told), 4)])
    rows = connection.execute("select kind, amount_pico, note from balance_events order by at").fetchall()
    code = told["error_code"]
    assert rows == [
        ("exhausted", 0, f"call 1 was refused: {code}"), ("set", 5, None),
        ("exhausted", 0, f"call 4 was refused: {code}"),
    ]  # fmt: skip
