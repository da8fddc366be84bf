"""Sessions and processes get one number each, which survives being forgotten."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest
from wiretally.agent.copies import replace
from wiretally.agent.database import open_writer
from wiretally.agent.entry import Process
from wiretally.agent.origins import Origins

WORKER = Process(100, 1000.5, "worker.py", "python worker.py", "/srv", "main")


@pytest.fixture
def connection(tmp_path: Path) -> Iterator[sqlite3.Connection]:
    connection = open_writer(tmp_path / "wiretally.db")
    yield connection
    connection.close()


def test_a_session_begins_with_its_first_call(connection: sqlite3.Connection) -> None:
    origins = Origins(connection)
    first, second = origins.session("night"), origins.session("day")
    origins.forget()
    assert (origins.session("night"), origins.session("day")) == (first, second)
    rows = connection.execute("select name, started_at > 0, kind from sessions order by id").fetchall()
    assert rows == [("night", 1, "exec"), ("day", 1, "exec")]
    assert connection.execute("select count(distinct revision) from sessions").fetchone() == (2,)


def test_a_session_ends_and_one_that_is_not_there_stays_away(connection: sqlite3.Connection) -> None:
    origins = Origins(connection)
    for name in ("night", "day"):
        origins.session(name)
    for name in ("night", "noon"):
        origins.end(name)
    rows = connection.execute("select name, ended_at >= started_at from sessions order by id").fetchall()
    assert rows == [("night", 1), ("day", None)]


def test_a_process_is_its_pid_start_and_command(connection: sqlite3.Connection) -> None:
    origins = Origins(connection)
    numbers = [
        origins.process(process)
        for process in (WORKER, replace(WORKER, pid=101), replace(WORKER, started_at=1000.6), WORKER)
    ]
    assert len(set(numbers)) == 3
    assert numbers[0] == numbers[3]
    assert origins.process(None) is None


def test_what_is_known_of_a_process_is_brought_up_to_date(connection: sqlite3.Connection) -> None:
    number = Origins(connection).process(WORKER)
    assert Origins(connection).process(replace(WORKER, cwd="/home", git_branch="fix")) == number
    assert connection.execute("select cwd, git_branch, started_at from processes").fetchall() == [
        ("/home", "fix", 1_000_500)
    ]


def test_a_row_that_another_program_deleted_is_made_again_once_forgotten(connection: sqlite3.Connection) -> None:
    origins = Origins(connection)
    origins.session("night")
    connection.execute("delete from sessions")
    origins.forget()
    number = origins.session("night")
    assert connection.execute("select name from sessions where id = ?", (number,)).fetchone() == ("night",)
