"""The database's place and care."""

from __future__ import annotations

import json
import sqlite3
from pathlib import Path

from .conftest import Run


def test_path_verify_and_vacuum(run: Run, home: Path) -> None:
    assert run("db", "path").out == f"{home / 'wiretally.db'}\n"
    assert json.loads(run("db", "verify", "--json").out)["problems"] == []
    assert "MB after" in run("db", "vacuum").err
    assert "whole" in run("db", "verify").out


def test_damage_is_found(run: Run, home: Path) -> None:
    connection = sqlite3.connect(home / "wiretally.db")
    connection.execute("update rollups set calls = calls + 1 where dimension = 'all'")
    connection.commit()
    connection.close()
    done = run("db", "verify")
    assert done.code == 1
    assert "differs from its rows" in done.out


def test_a_damaged_database_moves_aside_on_request(run: Run, home: Path) -> None:
    database = home / "wiretally.db"
    database.write_bytes(b"no database " * 1000)
    said = run("stats")
    assert said.code == 1
    assert "`wiretally db set-aside`" in said.err
    assert database.exists()
    aside = Path(run("db", "set-aside").out.strip())
    assert aside.read_bytes() == b"no database " * 1000
    assert not database.exists()
    assert "Nothing to set aside" in run("db", "set-aside").err
