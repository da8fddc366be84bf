"""Ten agents in a row, some of them killed, leave nothing; a hundred by `python -m tests.cycles 100`."""

from __future__ import annotations

from pathlib import Path

from tests.cycles import run


def test_ten_agents_in_a_row_leave_nothing_behind(tmp_path: Path) -> None:
    run(tmp_path, 10)
