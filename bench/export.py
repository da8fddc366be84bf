"""Export of a million calls to JSONL beside `sqlite3 -json` dumping the same table.

    python -m bench.export [FILE]

FILE is a database as bench.generate makes it; else it is the one of bench/million.py. Both write to a file on the same
disk, in turns; the time is that of the whole command.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from .million import home_of, million
from .results import Pair, Row, middle, program, table

ROUNDS = 3


def run(database: Path | None = None) -> list[Row]:
    """The promise on exports."""
    with home_of(database or million()) as home:
        return [_measured(home)]


def _measured(home: Path) -> Row:
    sqlite3 = program("sqlite3", "sqlite3")
    ours, peers, lines = list[float](), list[float](), 0
    target = home / "calls.json"
    for _ in range(ROUNDS):
        export = [sys.executable, "-m", "wiretally.agent.cli", "export", "-f", "jsonl", "-o", str(target)]
        ours.append(_seconds(export, home, None))
        lines = sum(1 for _ in target.open("rb"))
        target.unlink()
        dump = [sqlite3, "-json", str(home / "wiretally.db"), "select * from calls"]
        peers.append(_seconds(dump, home, target))
        target.unlink()
    pair = Pair(tuple(1 / value for value in ours), tuple(1 / value for value in peers))
    return Row(
        f"export of {lines:,} calls to JSONL", f"{middle(ours):.1f} s", f"sqlite3 -json {middle(peers):.1f} s",
        pair.written(), "≥ 1.0", pair.ratio >= 1, "whole command, to a file, in turns",
    )  # fmt: skip


def _seconds(command: Sequence[str], home: Path, output: Path | None) -> float:
    started = time.perf_counter()
    with (output or Path(os.devnull)).open("wb") as out:
        subprocess.run(
            command, check=True, stdout=out, stderr=subprocess.DEVNULL, env=os.environ | {"WIRETALLY_HOME": str(home)}
        )
    return time.perf_counter() - started


if __name__ == "__main__":
    print(table(run(Path(sys.argv[1]) if len(sys.argv) > 1 else None)))
