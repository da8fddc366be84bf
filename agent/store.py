"""Saves entries: one writer, one transaction a batch.

The same entry may come twice, and a call comes as often as it has news; what is final never changes again. Everything
that hangs on a call (details, bodies, search index, roll-ups, retries, conversations) is kept in the same transaction.
"""

from __future__ import annotations

import json
import time
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import msgspec

from . import account, bodies, call_blocks, rollups, search_index
from .call import NO_STRINGS
from .call_rows import COLUMNS, Links, Row, row_of
from .conversations import Threads
from .database import explaining, next_revision, open_writer, transaction
from .details import pack
from .earlier import Asked, Earlier, look_up
from .entry import Entry, Process
from .inserts import insert
from .origins import Origins
from .retries import Retries
from .usage_keys import Owners

_CHANGED = [name for name in COLUMNS if name not in ("id", "uid", "note", "rating")]
_UPDATE = (
    f"update calls set {', '.join(f'{name} = ?{COLUMNS.index(name) + 1}' for name in _CHANGED)}, "
    f"note = coalesce(note, ?{COLUMNS.index('note') + 1}), rating = coalesce(rating, ?{COLUMNS.index('rating') + 1}) "
    f"where id = ?1 and uid = ?{len(COLUMNS)}"
)
_SOURCES = f"select {rollups.SOURCE} from calls c left join processes p on p.id = c.process_id"


class _Known(msgspec.Struct, frozen=True):
    """A call that is stored already."""

    id: int
    state: str
    conversation_id: int | None
    retry_of: int | None
    process_id: int | None


class _Item(msgspec.Struct, frozen=True):
    """One entry of a batch with its ids, its row, and the keys that it leaves for a following turn."""

    entry: Entry
    links: Links
    row: Row
    known: bool
    left: Sequence[int]

    @property
    def final(self) -> bool:
        return self.entry.call.state != "open"


def _json(values: Iterable[object]) -> str:
    return msgspec.json.encode(list(values)).decode()


def _now() -> int:
    return round(time.time() * 1000)


class Store:
    """The database, open for writing. Raises DatabaseError (see database.py) where it cannot be used."""

    def __init__(self, path: Path, *, index: bool = True, named: str = "exec") -> None:
        """`index` keeps the full-text index of prompts and answers; `named` is the kind of sessions that calls name."""
        self.path = path
        self._index = index
        self._connection = open_writer(path)
        rollups.register(self._connection)
        self._bodies = bodies.BodyWriter(self._connection)
        self._origins = Origins(self._connection, named)
        self._seen_version = 0
        self._block = -1

    def close(self) -> None:
        self._connection.close()

    def save(self, entries: Sequence[Entry]) -> None:
        """Keep all of `entries`, or none and raise DatabaseError; then the same entries may be saved again."""
        try:
            with transaction(self._connection, self.path):
                self._notice_others()
                self._save(_latest(entries))
        except BaseException:
            self._forget()
            raise

    def _notice_others(self) -> None:
        """Another program may have deleted what is remembered of the database."""
        version: int = self._connection.execute("pragma data_version").fetchone()[0]
        if version != self._seen_version:
            self._forget()
            self._seen_version = version

    def _forget(self) -> None:
        self._bodies.forget()
        self._origins.forget()

    def _save(self, entries: list[Entry]) -> None:
        known = self._known(entries)
        fresh = [entry for entry in entries if (was := known.get(entry.call.uid)) is None or was.state == "open"]
        if not fresh:
            return
        items = self._linked(fresh, known)
        connection = self._connection
        insert(connection, "calls", COLUMNS, [item.row for item in items if not item.known])
        connection.executemany(_UPDATE, [item.row for item in items if item.known])
        details = [(item.links.id, pack(item.entry)) for item in items]
        insert(connection, "details", ("call_id", "data"), details, "replace")
        self._keep_bodies(items)
        final = [item for item in items if item.final]
        left = [(key, item.links.id) for item in final for key in item.left]
        insert(connection, "conversation_keys", ("key", "call_id"), left, "ignore")
        if self._index:
            search_index.enter(
                connection,
                [(item.links.id, item.entry.call.prompt_text, item.entry.call.answer_text) for item in final],
            )
        account.note(connection, [(item.entry.call, item.links.id) for item in final])
        apps = self._origins.apps(item.links.process_id for item in final)
        rollups.enter(connection, rollups.sources_of((item.row for item in final), apps))
        if (block := items[-1].links.id >> call_blocks.SHIFT) > self._block:
            call_blocks.summarise(connection)
            self._block = block

    def _known(self, entries: list[Entry]) -> dict[str, _Known]:
        rows = self._connection.execute(
            "select c.uid, c.id, c.state, c.conversation_id, c.retry_of, c.process_id from json_each(?) j "
            "join calls c on c.uid = j.value",
            (_json(entry.call.uid for entry in entries),),
        )
        return {uid: _Known(*rest) for uid, *rest in rows}

    def _linked(self, entries: list[Entry], known: Mapping[str, _Known]) -> list[_Item]:
        """The entries with everything that they are linked to, in the order in which they began."""
        connection = self._connection
        row = connection.execute("select seq from sqlite_sequence where name = 'calls'").fetchone()
        next_id = (row[0] if row else 0) + 1
        revision = next_revision(connection, len(entries))
        before = [known.get(entry.call.uid) for entry in entries]
        numbers = list[int]()
        for was in before:
            numbers.append(was.id if was else next_id)
            next_id += was is None
        processes = [
            # A recorder that took over may no longer find the program that the one before it found.
            self._origins.process(entry.process) or (was and was.process_id)
            for entry, was in zip(entries, before, strict=True)
        ]
        retries = Retries(connection, entries, processes)
        usage = Owners(connection, entries)
        turns = Threads(connection, entries).turns(numbers, [was and was.conversation_id for was in before])
        items = list[_Item]()
        for entry, was, number, process, turn in zip(entries, before, numbers, processes, turns, strict=True):
            retry_of = retries.first_attempt(entry, number, process)
            links = Links(
                number, revision + len(items), self._origins.session(entry.session), process, turn.conversation_id,
                was.retry_of or retry_of if was else retry_of, usage.owned_by(entry, number),
            )  # fmt: skip
            items.append(_Item(entry, links, row_of(entry, links), was is not None, turn.left))
        return items

    def _keep_bodies(self, items: list[_Item]) -> None:
        stored = set(
            self._connection.execute(
                "select call_id, side from bodies where call_id in (select value from json_each(?))",
                (_json(item.links.id for item in items if item.known),),
            )
        )
        for item in items:
            entry, number = item.entry, item.links.id
            sides = {"request": entry.request_body}
            if item.final:
                sides["response"] = entry.response_body
                sides["messages"] = msgspec.msgpack.encode(entry.messages) if entry.messages else None
            for side, body in sides.items():
                if body and (number, side) not in stored:
                    place = item.links.conversation_id or (item.links.process_id, entry.call.endpoint)
                    self._bodies.save(number, side, body, (side, place))
        self._bodies.flush()

    def session(
        self, name: str, kind: str = "agent", tags: Mapping[str, str] = NO_STRINGS, command: str | None = None
    ) -> None:
        """Begin or go on with a session. `kind` is agent, exec or import."""
        with transaction(self._connection, self.path):
            self._connection.execute(
                "insert into sessions (name, started_at, kind, tags, command, revision) values (?, ?, ?, ?, ?, ?) "
                "on conflict do update set ended_at = null, revision = excluded.revision",
                (
                    name,
                    _now(),
                    kind,
                    json.dumps(dict(tags)) if tags else None,
                    command,
                    next_revision(self._connection),
                ),
            )

    def end_session(self, name: str) -> None:
        """Note that a session is over."""
        with transaction(self._connection, self.path):
            self._origins.end(name)

    def running_sessions(self) -> list[str]:
        """Agents' sessions that are not over, as far as the database knows."""
        with explaining(self.path):
            return self._origins.running()

    def end_unseen(self, sessions: Sequence[str]) -> None:
        """Those of `sessions` that nobody has ended were over after their last call."""
        with transaction(self._connection, self.path):
            self._origins.end_unseen(sessions)

    def earlier(self, asked: Asked) -> Earlier | None:
        """What was reported of a prompt that a call repeats or continues."""
        with explaining(self.path):
            return look_up(self._connection, asked)

    def open_uids(self) -> list[str]:
        """The calls under way, as far as the database knows."""
        with explaining(self.path):
            return [row[0] for row in self._connection.execute("select uid from calls where state = 'open'")]

    def abandon(self, uids: Sequence[str], reason: str) -> None:
        """Those of `uids` that are still open become aborted, with `reason` as their error."""
        connection = self._connection
        with transaction(connection, self.path):
            numbers = [
                row[0]
                for row in connection.execute(
                    "select c.id from json_each(?) j join calls c on c.uid = j.value where c.state = 'open'",
                    (_json(uids),),
                )
            ]
            revision = next_revision(connection, len(numbers))
            connection.executemany(
                "update calls set state = 'aborted', error_code = 'proxy_gone', error_message = ?, revision = ? "
                "where id = ?",
                [(reason, revision + place, number) for place, number in enumerate(numbers)],
            )
            ids = (_json(numbers),)
            rollups.enter(
                connection, connection.execute(f"{_SOURCES} where c.id in (select value from json_each(?))", ids)
            )

    def set_state(self, name: str, value: str) -> None:
        """What the agent says of itself, for the readers."""
        with transaction(self._connection, self.path):
            self._connection.execute("insert or replace into agent_state (name, value) values (?, ?)", (name, value))

    def fault(self, place: str, error: str, count: int = 1) -> None:
        """Count something of wiretally's own that failed at `place`."""
        with transaction(self._connection, self.path):
            self._connection.execute(
                "insert into faults (at, place, error, count) values (?, ?, ?, ?) "
                "on conflict do update set at = excluded.at, count = count + excluded.count",
                (_now(), place, error, count),
            )

    def refusal(self, process: Process | None, server_name: str, error: str) -> None:
        """Keep that a client did not trust the certificate."""
        with transaction(self._connection, self.path):
            self._connection.execute(
                "insert into refusals (at, app, pid, server_name, error) values (?, ?, ?, ?, ?)",
                (_now(), process and process.app, process and process.pid, server_name, error),
            )

    def checkpoint(self) -> bool:
        """Move the write-ahead log into the database and cut it back; false where a reader was in the way."""
        with explaining(self.path):
            busy: Any = self._connection.execute("pragma wal_checkpoint(truncate)").fetchone()[0]
        return not busy


def _latest(entries: Iterable[Entry]) -> list[Entry]:
    """One entry a call, the final one where there is one, in the order in which the calls began."""
    latest: dict[str, Entry] = {}
    for entry in entries:
        was = latest.get(entry.call.uid)
        if was is None or was.call.state == "open":
            latest[entry.call.uid] = entry
    return sorted(latest.values(), key=lambda entry: (entry.call.started_at, entry.call.uid))
