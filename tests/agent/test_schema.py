"""Migrations: each whole or not begun, and the same tables by either way."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from wiretally.agent import schema
from wiretally.agent.queries import calls
from wiretally.agent.queries.reader import DatabaseNewer, Reader
from wiretally.agent.store import Store

from . import made


def tables(path: Path) -> list[tuple[str, str]]:
    connection = sqlite3.connect(path)
    found = connection.execute("select name, sql from sqlite_master where sql is not null order by name").fetchall()
    connection.close()
    return found


def test_every_table_can_be_dumped(tmp_path: Path) -> None:
    """As tools for any database do: full-text indexes of some kinds can't be read so."""
    store = Store(tmp_path / "new.db")
    store.save([made.entry(1, prompt_text="a beetle")])
    store.close()
    with closing(sqlite3.connect(tmp_path / "new.db")) as connection:
        assert any('INSERT INTO "search" VALUES' in line for line in connection.iterdump())


def test_a_new_database_has_every_migration(tmp_path: Path) -> None:
    Store(tmp_path / "new.db").close()
    connection = sqlite3.connect(tmp_path / "new.db")
    assert schema.version(connection) == schema.newest() == len(schema.MIGRATIONS)
    connection.close()


def test_a_migration_stopped_half_way_finishes_later_with_rows_kept(tmp_path: Path) -> None:
    path = tmp_path / "wiretally.db"
    store = Store(path)
    store.save([made.entry(1)])
    store.close()

    def fails(connection: Any) -> None:
        schema.run(connection, "create table further (id integer primary key); insert into further values (1);")
        raise RuntimeError("power cut")

    def works(connection: Any) -> None:
        schema.run(connection, "create table further (id integer primary key); insert into further values (1);")

    connection = sqlite3.connect(path, isolation_level=None)
    with pytest.raises(RuntimeError, match="power cut"):
        schema.migrate(connection, (*schema.MIGRATIONS, ("m999_further", fails)))
    assert schema.version(connection) == schema.newest()
    assert connection.execute("select count(*) from sqlite_master where name = 'further'").fetchone() == (0,)
    connection.close()
    with Reader(path) as reader:
        assert calls.count(reader) == 1
    connection = sqlite3.connect(path, isolation_level=None)
    schema.migrate(connection, (*schema.MIGRATIONS, ("m999_further", works)))
    assert connection.execute("select id from further").fetchall() == [(1,)]
    connection.close()
    with pytest.raises(DatabaseNewer, match="newer wiretally"):
        Reader(path)
    with pytest.raises(DatabaseNewer, match="Upgrade wiretally"):
        Store(path)


def test_fresh_equals_migrated_step_by_step(tmp_path: Path) -> None:
    for steps in range(1, len(schema.MIGRATIONS) + 1):
        connection = sqlite3.connect(tmp_path / "steps.db", isolation_level=None)
        schema.migrate(connection, schema.MIGRATIONS[:steps])
        connection.close()
    Store(tmp_path / "fresh.db").close()
    assert tables(tmp_path / "steps.db") == tables(tmp_path / "fresh.db")


def test_a_first_start_does_without_pandas_and_numpy(tmp_path: Path) -> None:
    code = (
        "import sys; from wiretally.agent.store import Store; Store(__import__('pathlib').Path(sys.argv[1])).close(); "
        "assert 'sqlite_utils' in sys.modules and not {'pandas', 'numpy'} & set(sys.modules); import pandas, numpy"
    )
    subprocess.run([sys.executable, "-c", code, str(tmp_path / "wiretally.db")], check=True)
