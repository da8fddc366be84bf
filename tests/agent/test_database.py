"""Opening: what is wrong is said in one line, and the file is the user's alone."""

from __future__ import annotations

import os
import sqlite3
import stat
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest
from wiretally.agent import database
from wiretally.agent.database import open_writer
from wiretally.agent.store import Store

from . import made


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "wiretally.db"
    Store(path).close()
    return path


def test_modes_hold_under_any_umask(tmp_path: Path) -> None:
    before = os.umask(0)
    try:
        store = Store(tmp_path / "wiretally.db")
        store.save([made.entry(1)])
        for file in tmp_path.iterdir():
            assert stat.S_IMODE(file.stat().st_mode) == 0o600
        store.close()
    finally:
        os.umask(before)


def test_no_database_is_made_by_reading(tmp_path: Path) -> None:
    with pytest.raises(database.DatabaseMissing, match="no database at"):
        database.open_reader(tmp_path / "none.db")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("content", [b"not a database at all" * 500, b"SQLite format 3\0" + b"\xff" * 5000])
def test_a_damaged_file_is_named_and_left_alone(path: Path, content: bytes) -> None:
    path.write_bytes(content)
    for opening in (database.open_reader, database.open_writer):
        with pytest.raises(database.DatabaseError, match=r"wiretally\.db"):
            opening(path)
    assert path.read_bytes() == content


def test_a_lock_is_said_to_be_one(path: Path) -> None:
    holder = sqlite3.connect(path, isolation_level=None)
    holder.execute("begin immediate")
    connection = database.open_writer(path)
    connection.execute("pragma busy_timeout = 10")
    with (
        pytest.raises(database.DatabaseLocked, match="locked by another program"),
        database.transaction(connection, path),
    ):
        pass
    holder.execute("rollback")
    with database.transaction(connection, path):
        assert database.next_revision(connection, 3) == 1
        assert database.next_revision(connection) == 4
    connection.close()
    holder.close()


def test_a_failed_transaction_keeps_nothing(path: Path) -> None:
    connection = database.open_writer(path)
    with pytest.raises(RuntimeError), database.transaction(connection, path):
        database.next_revision(connection)
        raise RuntimeError
    assert connection.execute("select value from counters where name = 'revision'").fetchone() == (0,)
    connection.close()


def test_a_folder_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    with pytest.raises(database.DatabaseUnwritable, match="cannot write"):
        database.open_writer(tmp_path / "none" / "wiretally.db")


def test_readers_cannot_write(path: Path) -> None:
    connection = database.open_reader(path)
    with pytest.raises(sqlite3.OperationalError):
        connection.execute("delete from calls")
    connection.close()


def test_opening_again_keeps_the_locks_of_this_process(tmp_path: Path) -> None:
    path = tmp_path / "wiretally.db"
    first = open_writer(path)
    first.execute("insert into agent_state values ('a', 'b')")
    open_writer(path).close()
    # another process that closes the database would clear the log away, if it were the only one left
    code = "import sqlite3, sys; c = sqlite3.connect(sys.argv[1]); c.execute('select * from agent_state'); c.close()"
    subprocess.run([sys.executable, "-c", code, str(path)], check=True, timeout=30)
    assert path.with_name("wiretally.db-wal").exists()
    first.execute("insert into agent_state values ('c', 'd')")
    first.close()
    with closing(sqlite3.connect(path)) as again:
        assert again.execute("select count(*) from agent_state").fetchone() == (2,)


def test_set_aside_takes_the_write_ahead_log_along(tmp_path: Path) -> None:
    path = tmp_path / "wiretally.db"
    first = open_writer(path)
    first.execute("insert into agent_state values ('a', 'b')")
    aside = database.set_aside(path, "then")
    assert aside == tmp_path / "wiretally-then.db"
    with closing(open_writer(path)) as fresh:
        assert fresh.execute("select count(*) from agent_state").fetchone() == (0,)
    first.close()
    with closing(sqlite3.connect(aside)) as kept:
        assert kept.execute("select * from agent_state").fetchall() == [("a", "b")]
