"""The bench of the recorder runs a real one on each kind of call, and every call of it is stored and priced."""

import sqlite3
from pathlib import Path

import pytest
from wiretally.agent.locations import Home

from bench import recorder
from bench.frames import KINDS


@pytest.mark.parametrize("kind", KINDS)
def test_calls_go_through_a_real_recorder_and_their_rows_can_be_inserted_again(tmp_path: Path, kind: str) -> None:
    home = Home(tmp_path / "home").make()
    by_clock, by_processor = recorder.record(home, recorder.made(kind, recorder.WARMING + 40, seed=1))
    assert by_clock > 0
    assert by_processor > 0
    with sqlite3.connect(home.database) as connection:
        rows = connection.execute("select usage_source, cost_source, status from calls").fetchall()
    connection.close()
    assert rows == [("reported", "priced", 200)] * (recorder.WARMING + 40)
    assert recorder.insert(home.database, tmp_path / "bare.db") > 0


def test_a_chat_call_brings_two_kilobytes_of_bodies() -> None:
    frames = recorder.made("chat", 1, seed=1)[0]
    assert 3_000 < sum(map(len, frames)) < 5_000
