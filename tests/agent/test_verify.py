"""Damage is found and named; a whole database passes; vacuum gives space back."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest
from wiretally.agent import prune, verify
from wiretally.agent.store import Store

from . import made


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "wiretally.db"
    store = Store(path)
    store.save(made.traffic(300))
    store.close()
    return path


def test_a_whole_database_passes(path: Path) -> None:
    found = verify.verify(path)
    assert (found.problems, found.calls) == ((), 300)
    assert found.bodies > 500


@pytest.mark.parametrize(
    ("damage", "word"),
    [
        ("update rollups set calls = calls + 1 where dimension = 'model' and level = 3600000", "roll-up model"),
        ("delete from rollups where dimension = 'app'", "is missing"),
        ("update rollups set latency_histogram = null where dimension = 'all'", "differs from its rows"),
        ("update body_parts set data = zeroblob(20) where id % 1024 = 0", "body of call"),
        ("delete from body_parts where id % 1024 <> 0", "body of call"),
        ("update body_logs set users = users + 1", "users"),
        ("update details set data = x'00' where call_id = 7", "details of call 7"),
        ("update calls set cost_pico = cost_pico + 1 where id = 5 or cost_pico > 0", "differs from its rows"),
    ],
)
def test_damage_is_named(path: Path, damage: str, word: str) -> None:
    connection = sqlite3.connect(path)
    connection.execute(damage)
    connection.commit()
    connection.close()
    assert any(word in problem for problem in verify.verify(path).problems)


def test_vacuum_gives_space_back(path: Path) -> None:
    prune.prune(path, made.START + 10 * 86_400)
    before, after = verify.vacuum(path)
    assert after < before
    assert verify.verify(path).problems == ()
