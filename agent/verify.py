"""Proves that the database is whole: SQLite's own check, sums against rows, every body decodes; and compacts it."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import zstandard

from . import call_blocks, leftovers, rollups, search_index
from .body_check import BodyCheck
from .database import DatabaseMissing, explaining, open_reader, open_writer, transaction
from .details import unpack

PAGE = 200
MOST_PROBLEMS = 100

type Progress = Callable[[int, int], None]
"""Told how many calls of how many have been read."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What was looked at, and each thing that is wrong, as a sentence."""

    calls: int
    bodies: int
    rollups: int
    problems: tuple[str, ...]


def verify(path: Path, progress: Progress | None = None) -> Verdict:
    """Read everything. Raises DatabaseError where the file cannot be read at all."""
    connection = open_reader(path)
    try:
        with explaining(path):
            problems = [
                f"SQLite: {row[0]}" for row in connection.execute("pragma integrity_check(20)") if row[0] != "ok"
            ]
            kept, wrong = _compare_sums(connection)
            problems += wrong
            calls, read, damaged = _read_everything(connection, progress)
            problems += damaged
            problems += _count_users(connection)
        return Verdict(calls, read, kept, tuple(problems[:MOST_PROBLEMS]))
    finally:
        connection.close()


def _compare_sums(connection: sqlite3.Connection) -> tuple[int, list[str]]:
    """Roll-ups and blocks' summaries against the rows, in one snapshot; how many roll-ups there are, and what is wrong.

    The finest level of each dimension is made anew from the rows, the coarser ones from the finer.
    """
    problems = list[str]()
    connection.execute("begin")
    try:
        rows = connection.execute(
            f"select {rollups.SOURCE} from calls c left join processes p on p.id = c.process_id where c.state <> 'open'"
        )
        expected = {(level, *key): entry for level, key, entry in rollups.all_levels(rollups.tally(rows))}
        columns = ", ".join((*rollups.COUNTS, *rollups.HISTOGRAMS))
        kept = 0
        for level, dimension, start, value, *figures in connection.execute(
            f"select level, dimension, start, value, {columns} from rollups"
        ):
            kept += 1
            entry = expected.pop((level, dimension, start, value), None)
            if entry is None or not entry.equals(figures):
                problems.append(
                    f"roll-up {dimension}={value!r} of {level // 1000} s from {start} differs from its rows"
                )
        problems += [f"roll-up {key[1]}={key[3]!r} of {key[0] // 1000} s from {key[2]} is missing" for key in expected]
        problems += [f"block {block} of calls differs from its summary" for block in call_blocks.untrue(connection)]
    finally:
        connection.execute("rollback")
    return kept, problems


def _read_everything(connection: sqlite3.Connection, progress: Progress | None) -> tuple[int, int, list[str]]:
    problems = list[str]()
    total: int = connection.execute("select count(*) from calls").fetchone()[0]
    calls = last = 0
    with BodyCheck(connection) as check:
        while rows := connection.execute(
            "select c.id, (select data from details where call_id = c.id) from calls c "
            "where c.id > ? order by c.id limit ?",
            (last, PAGE),
        ).fetchall():
            for number, packed in rows:
                try:
                    unpack(packed)
                except (ValueError, zstandard.ZstdError) as error:
                    problems.append(f"details of call {number}: {error}")
            problems += check.problems(last + 1, rows[-1][0])
            calls, last = calls + len(rows), rows[-1][0]
            if progress:
                progress(calls, total)
    return calls, check.read, problems


def _count_users(connection: sqlite3.Connection) -> list[str]:
    rows = connection.execute(
        "select l.id, l.users, count(b.call_id) from body_logs l left join bodies b on b.log_id = l.id "
        "group by l.id having l.users <> count(b.call_id)"
    )
    return [f"log {log} of bodies counts {users} users and has {found}" for log, users, found in rows]


def vacuum(path: Path) -> tuple[int, int]:
    """Give the space of deleted rows back, with all that search index and body logs kept of them; waits for writers.

    Returns the file's size before and after.
    """
    if not path.exists():
        raise DatabaseMissing(f"there is no database at {path}. Nothing to compact.")
    before = path.stat().st_size
    connection = open_writer(path)
    try:
        with transaction(connection, path):
            search_index.cleanse(connection)
            leftovers.cleanse(connection)
        with explaining(path):
            connection.execute("vacuum")
            connection.execute("pragma wal_checkpoint(truncate)")
    finally:
        connection.close()
    return before, path.stat().st_size
