"""Rows are inserted many at a time, each once, whatever their number and wherever they have no value."""

from __future__ import annotations

import sqlite3
from collections.abc import Generator
from contextlib import closing, contextmanager

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from wiretally.agent.inserts import TOGETHER, insert

COLUMNS = ("id", "name", "size")
VALUES = st.tuples(st.none() | st.text(), st.none() | st.integers(-9, 9))


@contextmanager
def opened() -> Generator[sqlite3.Connection]:
    with closing(sqlite3.connect(":memory:", isolation_level=None)) as connection:
        connection.execute("create table things (id integer primary key, name text, size integer)")
        yield connection


@settings(deadline=None)
@given(st.lists(VALUES, max_size=2 * TOGETHER[0] + TOGETHER[1]))
def test_every_row_is_inserted_as_it_is(values: list[tuple[str | None, int | None]]) -> None:
    rows = [(number, *rest) for number, rest in enumerate(values)]
    with opened() as connection:
        insert(connection, "things", COLUMNS, rows)
        assert connection.execute("select * from things order by id").fetchall() == rows


def test_columns_without_a_value_stay_null() -> None:
    rows = [(number, None, number) for number in range(TOGETHER[0])]
    with opened() as connection:
        insert(connection, "things", COLUMNS, rows)
        assert connection.execute("select * from things order by id").fetchall() == rows


def test_a_row_that_can_not_be_inserted_undoes_the_transaction() -> None:
    with opened() as connection:
        connection.execute("begin")
        insert(connection, "things", COLUMNS, [(1, "one", 1)])
        with pytest.raises(sqlite3.IntegrityError):
            insert(connection, "things", COLUMNS, [(number, "again", 1) for number in reversed(range(TOGETHER[0]))])
        assert not connection.in_transaction
        assert connection.execute("select count(*) from things").fetchone() == (0,)


@pytest.mark.parametrize(("conflict", "name"), [("ignore", "old"), ("replace", "new")])
def test_a_row_that_is_there_already(conflict: str, name: str) -> None:
    with opened() as connection:
        insert(connection, "things", COLUMNS, [(1, "old", 1)])
        insert(connection, "things", COLUMNS, [(number, "new", 1) for number in range(9)], conflict)
        assert connection.execute("select name, (select count(*) from things) from things where id = 1").fetchone() == (
            name, 9,
        )  # fmt: skip
