"""Where calls come from: the rows of their session and their process, made at the first call and remembered.

Apart from the store because it is a cache with a life of its own: it holds only while nobody else writes.
"""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Iterable, Sequence

import msgspec

from .database import next_revision
from .entry import Process

_RUNNING = "select name from sessions where kind = 'agent' and ended_at is null"
_END_UNSEEN = """
update sessions set revision = ?, ended_at = max(started_at, coalesce((
  select started_at + cast(coalesce(duration_ms, 0) as integer) from calls
  where session_id = sessions.id order by id desc limit 1), 0))
where name = ? and ended_at is null"""


class Origins:
    """The numbers of sessions and processes. Works within the caller's transaction. `kind` is that of new sessions."""

    def __init__(self, connection: sqlite3.Connection, kind: str = "exec") -> None:
        self._connection = connection
        self._kind = kind
        self._sessions: dict[str, int] = {}
        self._processes: dict[Process, int] = {}

    def forget(self) -> None:
        """Drop what is remembered: after a transaction that was rolled back, or when another program has written."""
        self._sessions.clear()
        self._processes.clear()

    def session(self, name: str) -> int:
        """The number of the session called `name`, which begins now where there is none."""
        if (number := self._sessions.get(name)) is None:
            self._connection.execute(
                "insert or ignore into sessions (name, started_at, kind, revision) values (?, ?, ?, ?)",
                (name, round(time.time() * 1000), self._kind, next_revision(self._connection)),
            )
            number = int(self._connection.execute("select id from sessions where name = ?", (name,)).fetchone()[0])
            self._sessions[name] = number
        return number

    def end(self, name: str) -> None:
        """Note that the session called `name` is over, where there is one."""
        self._connection.execute(
            "update sessions set ended_at = ?, revision = ? where name = ?",
            (round(time.time() * 1000), next_revision(self._connection), name),
        )

    def running(self) -> list[str]:
        """The names of agents' sessions that nobody has ended."""
        return [row[0] for row in self._connection.execute(_RUNNING)]

    def end_unseen(self, names: Sequence[str]) -> None:
        """Those of these sessions that nobody has ended were over after their last call, as far as is known."""
        self._connection.executemany(_END_UNSEEN, [(next_revision(self._connection), name) for name in names])

    def process(self, process: Process | None) -> int | None:
        """The number of a process; what is known of its app, folder and branch is brought up to date."""
        if process is None:
            return None
        if (number := self._processes.get(process)) is None:
            key = process.pid, round(process.started_at * 1000), process.command
            self._connection.execute(
                "insert into processes (pid, started_at, command, app, cwd, git_branch) values (?, ?, ?, ?, ?, ?) "
                "on conflict do update set app = excluded.app, cwd = excluded.cwd, git_branch = excluded.git_branch",
                (*key, process.app, process.cwd, process.git_branch),
            )
            row = self._connection.execute(
                "select id from processes where pid = ? and started_at = ? and command = ?", key
            ).fetchone()
            number = self._processes[process] = int(row[0])
        return number

    def apps(self, processes: Iterable[int | None]) -> dict[int, str]:
        """The names of these programs, by process number."""
        numbers = msgspec.json.encode(set(processes)).decode()
        return dict(
            self._connection.execute(
                "select id, app from processes where id in (select value from json_each(?))", (numbers,)
            )
        )
