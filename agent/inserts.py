"""Inserts rows with statements for many at once: for each row alone, SQLite would open a cursor in every index of its
table and close it again, which takes as long as writing to them does.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from functools import lru_cache
from typing import Any

TOGETHER = 32, 8, 1
"""Rows of a statement. With the most, each bears a thirtieth of its cost, and its program fits a processor's cache."""


def insert(
    connection: sqlite3.Connection,
    table: str,
    columns: Sequence[str],
    rows: Sequence[Sequence[Any]],
    conflict: str = "rollback",
) -> None:
    """Insert `rows` of these `columns` within the open transaction; where one can't be, it is rolled back.

    Columns that are null in all of many rows are left out: to hand over a null takes longer than a number.
    """
    names, values, left = list(columns), list[Any](), len(rows)
    for row in rows:
        values += row
    if left >= TOGETHER[0]:
        for place in reversed(range(len(names))):
            if rows[0][place] is None and values[place :: len(names)].count(None) == left:
                del values[place :: len(names)], names[place]
    start = 0
    for size in TOGETHER:
        statement = _statement(table, tuple(names), size, conflict)
        while left >= size:
            end = start + size * len(names)
            connection.execute(statement, values[start:end])
            start, left = end, left - size


@lru_cache(64)
def _statement(table: str, columns: tuple[str, ...], rows: int, conflict: str) -> str:
    row = f"({', '.join('?' * len(columns))})"
    return f"insert or {conflict} into {table} ({', '.join(columns)}) values {', '.join([row] * rows)}"
