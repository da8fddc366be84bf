"""Counts usage once: of several calls that report the same generation, the one that began first owns tokens and cost.

A response is reported by its POST and again by every GET of its id; a run by its steps and each poll. Each says what it
is counted once for (`Call.usage_key`, which is its `response_id`). Two requests that each asked for a generation made
two, whatever ids the answers have: a simulated provider, or one that repeats what it recorded, gives the same to all.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Sequence
from typing import Final

import msgspec

from . import rollups
from .database import next_revision
from .entry import Entry

ONE_REQUEST: Final = frozenset(("chat", "completions", "responses", "realtime"))
"""Kinds of calls whose generations are each made by one request; a run is reported by all that carry it on."""
SWITCHED: Final = 101


class Holder(msgspec.Struct, frozen=True):
    """The call that owns a generation's usage; its start in Unix milliseconds."""

    call_id: int
    started_at: int
    reported: bool
    created: bool  # by a request that asks for a generation; others only read of one

    def precedes(self, other: Holder) -> bool:
        """Whether this one keeps the usage: reports beat estimates, creating beats reading, then the earlier start."""
        return self._rank <= other._rank

    @property
    def _rank(self) -> tuple[bool, bool, int, int]:
        return not self.reported, not self.created, self.started_at, self.call_id


def creates(method: str, endpoint: str, status: int | None) -> bool:
    """Whether a request asks for a generation, on a websocket too; others read one, change what is kept of it, or end
    it."""
    return status == SWITCHED or (method == "POST" and not endpoint.endswith(("/{id}", "/cancel")))


def holders(connection: sqlite3.Connection, keys: Iterable[str]) -> dict[str, Holder]:
    """The owners so far, by key: of the calls that ended with this id, the first that has its usage."""
    rows = connection.execute(
        "select j.value, c.id, c.started_at, c.usage_source = 'reported', c.method, c.endpoint, c.status "
        "from json_each(?) j join calls c on c.id = (select id from calls where response_id = j.value "
        "and usage_source <> 'none' and state <> 'open' order by id limit 1)",
        (msgspec.json.encode(list(keys)).decode(),),
    )
    return {
        key: Holder(number, started, bool(reported), creates(*request))
        for key, number, started, reported, *request in rows
    }


def release(connection: sqlite3.Connection, holder: Holder) -> None:
    """Take tokens and cost from a stored call, because one that began earlier has turned up."""
    sources = (
        f"select {rollups.SOURCE} from calls c left join processes p on p.id = c.process_id where c.id = ?",
        (holder.call_id,),
    )
    rollups.withdraw(connection, connection.execute(*sources))
    connection.execute(
        "update calls set revision = ?, usage_source = 'none', cost_source = 'free', cost_pico = null, "
        "input_tokens = null, cached_tokens = null, cache_write_tokens = null, output_tokens = null, "
        "reasoning_tokens = null, total_tokens = null, audio_input_tokens = null, audio_output_tokens = null, "
        "image_tokens = null where id = ?",
        (next_revision(connection), holder.call_id),
    )
    rollups.enter(connection, connection.execute(*sources))


class Owners:
    """Decides which call of a batch owns the usage that it reports."""

    def __init__(self, connection: sqlite3.Connection, entries: Sequence[Entry]) -> None:
        self._connection = connection
        self._changed = set[str]()
        keys = {entry.call.usage_key for entry in entries if entry.call.usage_key}
        self._holders = holders(connection, keys) if keys else {}
        self._created = {
            call.usage_key
            for call in (entry.call for entry in entries)
            if call.usage_key
            and call.state != "open"
            and call.usage.source != "none"
            and creates(call.method, call.endpoint, call.status)
        }

    def owned_by(self, entry: Entry, number: int) -> bool:
        """Whether the tokens and cost of `entry`, call number `number`, count as its own."""
        call = entry.call
        if not call.usage_key or call.state == "open" or call.usage.source == "none":
            return True
        key, started = call.usage_key, round(call.started_at * 1000)
        created = creates(call.method, call.endpoint, call.status)
        mine = Holder(number, started, call.usage.source == "reported", created)
        holder = self._holders.get(key)
        if holder is not None and holder.created and created and call.kind in ONE_REQUEST:
            return True
        if not mine.created and key in self._created:
            return False
        if holder is not None and holder.call_id != number:
            if key in self._changed or holder.precedes(mine):
                return False
            release(self._connection, holder)
        self._holders[key] = mine
        self._changed.add(key)
        return True
