"""Counts usage once: of several calls that report the same generation, the one that began first owns tokens and cost.

A response is reported by its POST and again by every GET of its id; a run by its steps and each poll. Each says what it
is counted once for (`Call.usage_key`).
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from dataclasses import dataclass

import msgspec

from . import rollups
from .database import next_revision


@dataclass(frozen=True, slots=True)
class Holder:
    """The call that owns a generation's usage; its start in Unix milliseconds."""

    call_id: int
    started_at: int
    reported: bool
    created: bool  # by a request that asks for a generation; a GET only reads of one

    def precedes(self, other: Holder) -> bool:
        """Whether this one keeps the usage: reports beat estimates, creating beats reading, then the earlier start."""
        return self._rank <= other._rank

    @property
    def _rank(self) -> tuple[bool, bool, int, int]:
        return not self.reported, not self.created, self.started_at, self.call_id


def holders(connection: sqlite3.Connection, keys: Iterable[int]) -> dict[int, Holder]:
    """The owners so far, by key."""
    rows = connection.execute(
        "select k.key, c.id, c.started_at, c.usage_source = 'reported', c.method <> 'GET' from json_each(?) j "
        "join usage_keys k on k.key = j.value join calls c on c.id = k.call_id",
        (msgspec.json.encode(list(keys)).decode(),),
    )
    return {
        key: Holder(number, started, bool(reported), bool(created)) for key, number, started, reported, created in rows
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
