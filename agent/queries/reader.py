"""The reading end of the database: one read-only connection that never holds a transaction open between questions.

A reader that stayed in a transaction would keep the write-ahead log from being cut back; so every question is fetched
whole or, where it streams, in pages.
"""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Callable, Generator, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from ..database import (
    DatabaseCorrupt,
    DatabaseError,
    DatabaseInterrupted,
    DatabaseLocked,
    DatabaseMissing,
    DatabaseNewer,
    explaining,
    open_reader,
)

__all__ = [
    "FROM",
    "DatabaseCorrupt",
    "DatabaseError",
    "DatabaseInterrupted",
    "DatabaseLocked",
    "DatabaseMissing",
    "DatabaseNewer",
    "Reader",
    "Row",
    "explaining",
]

type Row = tuple[Any, ...]

STEPS = 100_000
"""Of SQLite's machine between two looks at whether a question is still wanted: some milliseconds."""

FROM = "from calls c left join processes p on p.id = +c.process_id left join sessions s on s.id = +c.session_id"
"""The call, its process and its session; the `+` keeps SQLite from walking the calls by process instead of in order."""


class Reader:
    """A read-only connection. Safe to use from several threads: questions are asked one after the other.

    Raises DatabaseMissing, DatabaseNewer, DatabaseLocked, DatabaseCorrupt or another DatabaseError.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._connection = open_reader(path)
        self._lock = threading.Lock()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        self._connection.close()

    def give_up_when(self, unwanted: Callable[[], bool]) -> None:
        """End a question that is under way with DatabaseInterrupted once `unwanted()`; asked every few milliseconds."""
        self._connection.set_progress_handler(unwanted, STEPS)

    def data_version(self) -> int:
        """A number that changes when another connection has written."""
        return int(self.value("pragma data_version"))

    def rows(self, sql: str, parameters: Sequence[object] = ()) -> list[Row]:
        """All rows of a query."""
        with self._lock, explaining(self.path):
            return self._connection.execute(sql, parameters).fetchall()

    def row(self, sql: str, parameters: Sequence[object] = ()) -> Row | None:
        """The first row of a query, or None."""
        with self._lock, explaining(self.path):
            cursor = self._connection.execute(sql, parameters)
            row = cursor.fetchone()
            cursor.close()
            return row

    def value(self, sql: str, parameters: Sequence[object] = ()) -> Any:
        """The first column of the first row, or None."""
        row = self.row(sql, parameters)
        return row[0] if row else None

    @contextmanager
    def moment(self) -> Generator[None]:
        """The questions within are all about the same moment. To be short: the write-ahead log grows meanwhile."""
        self.rows("begin")
        try:
            yield
        finally:
            self.rows("commit")

    @property
    def connection(self) -> sqlite3.Connection:
        """For the readers of bodies, which ask several questions; nothing may be left open on it."""
        return self._connection
