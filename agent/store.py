"""Saves entries: one writer, one transaction a batch.

The same entry may come twice, and a call comes as often as it has news; what is final never changes again. Everything
that hangs on a call (details, bodies, search index, roll-ups, retries, conversations) is kept in the same transaction.
"""

from __future__ import annotations

import json
import sqlite3
import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec

from . import bodies, rollups
from .call import NO_STRINGS, RateLimits
from .call_rows import COLUMNS, Links, Row, number_of, pack, row_of
from .conversations import Turn, asked_keys, earlier_turns, left_keys, title_of
from .database import explaining, next_revision, open_writer, transaction
from .entry import Entry, Process
from .retries import Attempt, Place, continues, is_worth_retrying, latest_attempts
from .usage_keys import Holder, holders, release

EXHAUSTED = "credit_balance_exhausted"
EXHAUSTED_ONCE = "insufficient_quota"  # how the provider said it before there was a code of its own
RATELIMIT_STEP_MS = 10_000  # one sample a model and key in this time is kept

_INSERT = f"insert into calls ({', '.join(COLUMNS)}) values ({', '.join('?' * len(COLUMNS))})"
_CHANGED = [name for name in COLUMNS if name not in ("id", "uid", "note", "rating")]
_UPDATE = (
    f"update calls set {', '.join(f'{name} = ?{COLUMNS.index(name) + 1}' for name in _CHANGED)}, "
    f"note = coalesce(note, ?{COLUMNS.index('note') + 1}), rating = coalesce(rating, ?{COLUMNS.index('rating') + 1}) "
    f"where id = ?1 and uid = ?{len(COLUMNS)}"
)
_SOURCES = f"select {rollups.SOURCE} from calls c left join processes p on p.id = c.process_id"


@dataclass(frozen=True, slots=True)
class _Known:
    """A call that is stored already."""

    id: int
    state: str
    conversation_id: int | None
    retry_of: int | None


@dataclass(frozen=True, slots=True)
class _Item:
    """One entry of a batch with its ids."""

    entry: Entry
    links: Links
    known: bool

    @property
    def final(self) -> bool:
        return self.entry.call.state != "open"


def _json(values: Iterable[object]) -> str:
    return msgspec.json.encode(list(values)).decode()


def _now() -> int:
    return round(time.time() * 1000)


class Store:
    """The database, open for writing. Raises DatabaseError (see database.py) where it cannot be used."""

    def __init__(self, path: Path, *, index: bool = True) -> None:
        """`index` keeps the full-text index of prompts and answers."""
        self.path = path
        self._index = index
        self._connection = open_writer(path)
        rollups.register(self._connection)
        self._bodies = bodies.BodyWriter(self._connection)
        self._sessions: dict[str, int] = {}
        self._processes: dict[Process, int] = {}
        self._seen_version = 0

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
        self._sessions.clear()
        self._processes.clear()

    def _save(self, entries: list[Entry]) -> None:
        known = self._known(entries)
        fresh = [entry for entry in entries if (was := known.get(entry.call.uid)) is None or was.state == "open"]
        if not fresh:
            return
        items = self._linked(fresh, known)
        connection = self._connection
        connection.executemany(_INSERT, [row_of(item.entry, item.links) for item in items if not item.known])
        updates: list[Row] = [row_of(item.entry, item.links) for item in items if item.known]
        connection.executemany(_UPDATE, updates)
        connection.executemany(
            "insert or replace into details (call_id, data) values (?, ?)",
            [(item.links.id, pack(item.entry)) for item in items],
        )
        self._keep_bodies(items)
        final = [item for item in items if item.final]
        connection.executemany(
            "insert or ignore into conversation_keys (key, call_id) values (?, ?)",
            [(key, item.links.id) for item in final for key in left_keys(item.entry.call)],
        )
        if self._index:
            connection.executemany(
                "insert into search (rowid, prompt, answer) values (?, ?, ?)",
                [
                    (item.links.id, item.entry.call.prompt_text, item.entry.call.answer_text)
                    for item in final
                    if item.entry.call.prompt_text or item.entry.call.answer_text
                ],
            )
        self._keep_ratelimits(final)
        self._notice_exhaustion(final)
        ids = _json(item.links.id for item in final)
        rollups.enter(
            connection, connection.execute(f"{_SOURCES} where c.id in (select value from json_each(?))", (ids,))
        )

    def _known(self, entries: list[Entry]) -> dict[str, _Known]:
        rows = self._connection.execute(
            "select c.uid, c.id, c.state, c.conversation_id, c.retry_of from json_each(?) j "
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
        processes = [self._process(entry.process) for entry in entries]
        retries = _Retries(connection, entries, processes)
        threads = _Threads(connection, entries)
        usage = _Usage(connection, entries)
        items = list[_Item]()
        numbers = list[int]()
        for entry in entries:
            was = known.get(entry.call.uid)
            numbers.append(was.id if was else next_id)
            next_id += was is None
        turns = [
            threads.turn(entry, number, known.get(entry.call.uid))
            for entry, number in zip(entries, numbers, strict=True)
        ]
        for entry, number, process, turn in zip(entries, numbers, processes, turns, strict=True):
            was = known.get(entry.call.uid)
            retry_of = retries.first_attempt(entry, number, process)
            links = Links(
                number, revision + len(items), self._session(entry.session), process, turn.conversation_id,
                was.retry_of or retry_of if was else retry_of, usage.owned_by(entry, number),
            )  # fmt: skip
            items.append(_Item(entry, links, was is not None))
        usage.keep()
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

    def _keep_ratelimits(self, items: list[_Item]) -> None:
        rows = list[Row]()
        for item in items:
            call = item.entry.call
            if isinstance(limits := call.ratelimit, RateLimits):
                at = round((call.started_at + (call.timing.duration_ms or 0) / 1000) * 1000)
                rows.append(
                    (call.model or "", call.key_hash or "", at - at % RATELIMIT_STEP_MS, call.api_key,
                     limits.limit_requests, limits.remaining_requests, limits.reset_requests_ms, limits.limit_tokens,
                     limits.remaining_tokens, limits.reset_tokens_ms)
                )  # fmt: skip
        self._connection.executemany(f"insert or replace into ratelimits values ({', '.join('?' * 10)})", rows)

    def _notice_exhaustion(self, items: list[_Item]) -> None:
        """The provider saying that the balance is used up is the one hard fact about it; once until it is set again."""
        for item in items:
            call = item.entry.call
            if call.error_code == EXHAUSTED or call.error_code == call.error_type == EXHAUSTED_ONCE:
                self._connection.execute(
                    "insert into balance_events (at, kind, amount_pico, note) select ?1, 'exhausted', 0, ?2 "
                    "where (select kind from balance_events where at <= ?1 and kind <> 'alarm' "
                    "order by at desc, id desc limit 1) is not 'exhausted'",
                    (round(call.started_at * 1000), f"call {item.links.id} was refused: {call.error_code}"),
                )

    def _session(self, name: str) -> int:
        if (number := self._sessions.get(name)) is None:
            self._connection.execute(
                "insert or ignore into sessions (name, started_at, revision) values (?, ?, ?)",
                (name, _now(), next_revision(self._connection)),
            )
            number = self._connection.execute("select id from sessions where name = ?", (name,)).fetchone()[0]
            self._sessions[name] = number
        return number

    def _process(self, process: Process | None) -> int | None:
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
            self._connection.execute(
                "update sessions set ended_at = ?, revision = ? where name = ?",
                (_now(), next_revision(self._connection), name),
            )

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


class _Retries:
    """Finds the first attempt of each call of a batch, among what is stored and the batch itself."""

    def __init__(
        self, connection: sqlite3.Connection, entries: Sequence[Entry], processes: Sequence[int | None]
    ) -> None:
        places = {
            (number_of(entry.call.body_hash), process)
            for entry, process in zip(entries, processes, strict=True)
            if entry.call.body_hash
        }
        self._latest: dict[Place, Attempt] = latest_attempts(connection, places) if places else {}

    def first_attempt(self, entry: Entry, number: int, process: int | None) -> int | None:
        call = entry.call
        if not call.body_hash:
            return None
        place = number_of(call.body_hash), process
        started = round(call.started_at * 1000)
        earlier = self._latest.get(place)
        first = None
        if earlier is not None and earlier.first != number and continues(earlier, started, call.retry_count):
            first = earlier.first
        ended = started + round(call.timing.duration_ms or 0)
        self._latest[place] = Attempt(
            first or number, started, ended, is_worth_retrying(call.state, call.fault, call.status)
        )
        return first


class _Threads:
    """Finds the conversation of each call of a batch; begins it where this is its second turn."""

    def __init__(self, connection: sqlite3.Connection, entries: Sequence[Entry]) -> None:
        self._connection = connection
        keys = {key for entry in entries for key in asked_keys(entry.call)}
        self._turns: dict[int, Turn] = earlier_turns(connection, keys) if keys else {}

    def turn(self, entry: Entry, number: int, was: _Known | None) -> Turn:
        """The call as a turn. Its conversation may still be set by a later turn of the batch."""
        call = entry.call
        mine = Turn(number, was.conversation_id if was else None, round(call.started_at * 1000), entry.request_body)
        earlier = next((self._turns[key] for key in asked_keys(call) if key in self._turns), None)
        if mine.conversation_id is None and earlier is not None and earlier.id != number:
            if earlier.conversation_id is None:
                earlier.conversation_id = self._begin(entry, earlier)
            mine.conversation_id = earlier.conversation_id
            self._connection.execute(
                "update conversations set turns = turns + 1, last_call = ?, last_at = ?, revision = ? where id = ?",
                (number, mine.started_at, next_revision(self._connection), mine.conversation_id),
            )
        for key in left_keys(call):
            self._turns[key] = mine
        return mine

    def _begin(self, entry: Entry, first: Turn) -> int:
        connection = self._connection
        body = first.body or bodies.read(connection, first.id, "request") or entry.request_body
        title = title_of(body) or entry.call.prompt_text[:120]
        row = connection.execute(
            "insert into conversations (title, first_call, last_call, turns, started_at, last_at, revision) "
            "values (?, ?, ?, 1, ?, ?, ?) returning id",
            (title, first.id, first.id, first.started_at, first.started_at, next_revision(connection)),
        ).fetchone()
        connection.execute(
            "update calls set conversation_id = ?, revision = ? where id = ?",
            (row[0], next_revision(connection), first.id),
        )
        return int(row[0])


class _Usage:
    """Decides which call of a batch owns the usage that it reports."""

    def __init__(self, connection: sqlite3.Connection, entries: Sequence[Entry]) -> None:
        self._connection = connection
        self._changed: dict[int, Holder] = {}
        keys = {number_of(entry.call.usage_key) for entry in entries if entry.call.usage_key}
        self._holders = holders(connection, keys) if keys else {}
        self._created = {
            number_of(call.usage_key)
            for call in (entry.call for entry in entries)
            if call.usage_key and call.method != "GET" and call.state != "open" and call.usage.source != "none"
        }

    def owned_by(self, entry: Entry, number: int) -> bool:
        call = entry.call
        if not call.usage_key or call.state == "open" or call.usage.source == "none":
            return True
        key, started = number_of(call.usage_key), round(call.started_at * 1000)
        mine = Holder(number, started, call.usage.source == "reported", call.method != "GET")
        holder = self._holders.get(key)
        if not mine.created and key in self._created:
            return False
        if holder is not None and holder.call_id != number:
            if key in self._changed or holder.precedes(mine):
                return False
            release(self._connection, holder)
        self._holders[key] = self._changed[key] = mine
        return True

    def keep(self) -> None:
        self._connection.executemany(
            "insert or replace into usage_keys (key, call_id) values (?, ?)",
            [(key, holder.call_id) for key, holder in self._changed.items()],
        )
