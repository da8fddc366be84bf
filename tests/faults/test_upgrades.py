"""Databases of every released schema open in this version with every value; newer ones are left alone.

`released/` holds one of each schema, written by the version that had it; a new migration adds the schema before it:
`python -m tests.faults.test_upgrades`.
"""

from __future__ import annotations

import sqlite3
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path
from typing import Any, Final

import pytest
import zstandard
from wiretally.agent import filters, prune, schema
from wiretally.agent.cli import main
from wiretally.agent.queries import calls
from wiretally.agent.queries.reader import Reader
from wiretally.agent.store import Store
from wiretally.agent.verify import vacuum, verify

from ..agent import made
from .reliability import Result, record

RELEASED: Final = Path(__file__).parent / "released"
FILES: Final = sorted(RELEASED.glob("schema-*.db.zst"))

DERIVED: Final = ("usage_keys",)
"""Tables that went because calls tell the same."""

type Rows = dict[str, list[tuple[Any, ...]]]


def _unpacked(packed: Path, folder: Path) -> Path:
    path = folder / "wiretally.db"
    path.write_bytes(zstandard.decompress(packed.read_bytes()))
    return path


def _name(packed: Path) -> str:
    return packed.name.partition(".")[0].replace("-", " ")


def _everything(path: Path, like: Rows | None = None) -> Rows:
    """Every row of every table, or of the tables and columns of `like`, which another version may have added to."""
    with closing(sqlite3.connect(path)) as connection:
        tables = [name for (name,) in connection.execute("select name from sqlite_master where type = 'table'")]
        found: Rows = {}
        for table in like or tables:
            if table.startswith(("search", "sqlite_", "_sqlite_")) or table in DERIVED:
                continue
            kept = connection.execute(f"select * from [{table}]")
            names = tuple(column[0] for column in kept.description)
            wanted = like[table][0] if like else names
            columns = ", ".join(f"[{name}]" for name in wanted)
            rows = connection.execute(f"select {columns} from [{table}]").fetchall()
            found[table] = [wanted, *sorted(rows, key=repr)]
    return found


def test_every_released_schema_is_here() -> None:
    assert [int(path.name.split("-")[1].split(".")[0]) for path in FILES] == [*range(1, len(FILES) + 1)]
    assert len(FILES) >= schema.newest() - 1, "add the schema before your migration to released/"


@pytest.mark.parametrize("packed", FILES, ids=lambda path: path.name)
def test_a_released_database_keeps_every_value(tmp_path: Path, packed: Path) -> None:
    path = _unpacked(packed, tmp_path)
    before = _everything(path)
    Store(path).close()
    assert _everything(path, before) == before
    with closing(sqlite3.connect(path)) as connection:
        assert schema.version(connection) == schema.newest()
    assert verify(path).problems == ()
    with Reader(path) as reader:
        assert calls.count(reader) == len(before["calls"]) - 1
        for row in calls.page(reader, limit=100).rows:
            assert calls.detail(reader, row.id)
    store = Store(path)
    store.save([made.entry(7000)])
    store.close()
    record(
        Result(f"upgrade from schema {before and packed.name.split('.')[0][7:]}", 1, len(before["calls"]) - 1, lost=0)
    )


@pytest.mark.parametrize("packed", FILES, ids=lambda path: path.name)
def test_words_of_a_released_database_are_found_until_their_call_goes(tmp_path: Path, packed: Path) -> None:
    path = _unpacked(packed, tmp_path)
    store = Store(path)
    store.save([made.entry(7000, prompt_text="a xylotomous beetle")])
    store.close()
    before = _found(path, "a*")
    assert before[0] in _found(path, "xylotomous")
    prune.delete(path, f"id = {before[0]}")
    vacuum(path)
    assert _found(path, "xylotomous") == []
    assert _found(path, "a*") == before[1:]


def _found(path: Path, text: str) -> list[int]:
    """The calls that a search finds, newest first."""
    with Reader(path) as reader:
        return [row.id for row in calls.page(reader, filters.parse(text), limit=1000).rows]


MIGRATING = """
import sqlite3, sys, time
from wiretally.agent import filters, prune, schema

def slow(connection):
    schema.run(connection, "create table further (id integer primary key, number integer);")
    for number in range(100_000):
        connection.execute("insert into further (number) values (?)", (number,))
        if number == 500:
            print("half-way", flush=True)
        time.sleep(0.0005)

connection = sqlite3.connect(sys.argv[1], isolation_level=None)
schema.migrate(connection, (*schema.MIGRATIONS, ("m999_slow", slow)))
"""


@pytest.mark.parametrize("packed", FILES, ids=lambda path: path.name)
def test_an_upgrade_killed_half_way_is_finished_by_the_next(tmp_path: Path, packed: Path) -> None:
    """SIGKILL within the last migration: what was before it is kept, and nothing of it."""
    path = _unpacked(packed, tmp_path)
    before = _everything(path)
    for pause in (0.0, 0.1):
        process = subprocess.Popen([sys.executable, "-c", MIGRATING, str(path)], stdout=subprocess.PIPE)
        assert process.stdout
        assert process.stdout.readline() == b"half-way\n"
        time.sleep(pause)
        process.kill()
        process.communicate()
        with closing(sqlite3.connect(path)) as connection:
            assert schema.version(connection) == schema.newest()
            assert not connection.execute("select 1 from sqlite_master where name = 'further'").fetchall()
    Store(path).close()
    assert _everything(path, before) == before
    assert verify(path).problems == ()
    record(Result(f"SIGKILL within an upgrade from {_name(packed)}", 2, len(before["calls"]) - 1, lost=0))


COMMANDS = (
    ("stats",), ("tail",), ("show", "1"), ("errors",), ("sessions",), ("export", "--format", "jsonl"),
    ("note", "1", "a remark"), ("balance", "set", "5"), ("prune", "--older-than", "30d"), ("db", "verify"),
    ("db", "vacuum"), ("agent",),
)  # fmt: skip


@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_an_older_program_touches_nothing_of_a_newer_database(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str], command: tuple[str, ...]
) -> None:
    path = _unpacked(FILES[-1], tmp_path)
    Store(path).close()
    with closing(sqlite3.connect(path)) as connection:
        connection.execute(f"pragma user_version = {schema.newest() + 1}")
        connection.execute("pragma wal_checkpoint(truncate)")
    before = path.read_bytes()
    monkeypatch.setenv("WIRETALLY_HOME", str(tmp_path))
    with pytest.raises(SystemExit) as ended:
        main([*command])
    said = capfd.readouterr().err.strip().splitlines()[-1]
    assert ended.value.code == 1
    assert "newer wiretally" in said
    assert str(path) in said
    assert path.read_bytes() == before


def _release() -> None:
    """Write a database of this version's schema, with rows of every sort."""
    path = RELEASED / f"schema-{schema.newest()}.db"
    store = Store(path)
    store.save(made.traffic(60))
    store.save([made.entry(number) for number in range(100, 120)])
    store.close()
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("pragma journal_mode = delete")
        connection.execute("vacuum")
    path.with_suffix(".db.zst").write_bytes(zstandard.compress(path.read_bytes(), 19))
    path.unlink()


if __name__ == "__main__":
    _release()
