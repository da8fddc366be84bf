"""What agents' traffic takes on disk, who resend their whole conversation each turn: 50 conversations of 40 turns with
tools, through the recorder's own interpretation and store; and how long any body takes to read back."""

from __future__ import annotations

import sqlite3
import tempfile
import time
from itertools import batched
from pathlib import Path

from wiretally.agent.queries import calls
from wiretally.agent.queries.reader import Reader
from wiretally.agent.store import Store
from wiretally.agent.verify import vacuum, verify

from tests.agent.agentic import entries

from .results import Row

CONVERSATIONS, TURNS = 50, 40
MOST_SHARE, MOST_MS = 15.0, 20.0


def run() -> list[Row]:
    """Share of the raw bytes (bodies both ways), and the slowest body."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "wiretally.db"
        store, raw = Store(path), 0
        for batch in batched(entries(CONVERSATIONS, TURNS), 50):
            raw += sum(len(entry.request_body or b"") + len(entry.response_body or b"") for entry in batch)
            store.save(batch)
        store.checkpoint()
        store.close()
        kept = path.stat().st_size
        slowest = 0.0
        with Reader(path) as reader:
            for number in range(1, CONVERSATIONS * TURNS + 1, 7):
                began = time.perf_counter()
                calls.body(reader, number, "request")
                slowest = max(slowest, (time.perf_counter() - began) * 1000)
        if problems := verify(path).problems:
            raise SystemExit(f"the database does not verify: {problems[0]}")
        for name, size in tables(path):
            print(f"  {name:28}{size / raw:8.2%}")
        vacuum(path)
        path_size = path.stat().st_size
        share, after = 100 * kept / raw, 100 * path_size / raw
    return [
        Row(
            "agentic traffic on disk",
            f"{kept / 1e6:.1f} MB",
            f"{raw / 1e6:.1f} MB raw",
            f"{share:.1f} %",
            f"≤ {MOST_SHARE:.0f} %",
            share <= MOST_SHARE,
        ),
        Row(
            "the same after vacuum",
            f"{path_size / 1e6:.1f} MB",
            f"{raw / 1e6:.1f} MB raw",
            f"{after:.1f} %",
            f"≤ {MOST_SHARE:.0f} %",
            after <= MOST_SHARE,
        ),
        Row("slowest body read back", f"{slowest:.1f} ms", "", "", f"≤ {MOST_MS:.0f} ms", slowest <= MOST_MS),
    ]


def tables(path: Path) -> list[tuple[str, int]]:
    """The largest tables and indexes, in bytes."""
    connection = sqlite3.connect(path)
    try:
        return connection.execute(
            "select name, sum(pgsize) from dbstat group by name order by 2 desc limit 12"
        ).fetchall()
    finally:
        connection.close()
