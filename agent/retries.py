"""Which call tries an earlier one again. `retry_of` names the first attempt, so that a storm is one group of rows.

The SDK says so itself (x-stainless-retry-count); without it, the same body from the same process soon after a failure
that is worth a retry counts as one.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Sequence

import msgspec

from .call_rows import number_of
from .entry import Entry

BACK_OFF_MS = 60_000  # how long after a failure the same body is taken for another attempt
LONGEST_WAIT_MS = 150_000  # the openai SDKs wait 120 s for a Retry-After at most
RETRYABLE_FAULTS = frozenset({"rate_limit", "provider", "network"})

type Place = tuple[int, int | None]
"""Digest of a request and the process that sent it: where attempts at one thing meet."""


class Attempt(msgspec.Struct, frozen=True):
    """One call as the next attempt sees it; times in Unix milliseconds. `first` is the id of the first attempt."""

    first: int
    started_at: int
    ended_at: int
    worth_retrying: bool


def is_worth_retrying(state: str, fault: str | None, status: int | None) -> bool:
    """Whether a client would try again after this end: what the openai SDKs retry by themselves."""
    return state in ("failed", "aborted") and (fault in RETRYABLE_FAULTS or status in (408, 409))


def continues(earlier: Attempt, started_at: int, retry_count: int | None) -> bool:
    """Whether a call that began at `started_at` tries `earlier` again."""
    waited = started_at - earlier.ended_at
    if started_at < earlier.started_at:
        return False
    if retry_count:
        return waited <= LONGEST_WAIT_MS
    return retry_count is None and earlier.worth_retrying and waited <= BACK_OFF_MS


def latest_attempts(connection: sqlite3.Connection, places: Iterable[Place]) -> dict[Place, Attempt]:
    """The newest stored call at each place."""
    rows = connection.execute(
        "select c.body_hash, c.process_id, c.id, c.retry_of, c.started_at, c.duration_ms, c.state, c.fault, c.status "
        "from json_each(?) j join calls c on c.id = (select id from calls where body_hash = j.value ->> 0 "
        "and process_id is j.value ->> 1 order by id desc limit 1)",
        (msgspec.json.encode(list(places)).decode(),),
    )
    return {
        (digest, process): Attempt(
            first or call, started, started + round(duration or 0), is_worth_retrying(state, fault, status)
        )
        for digest, process, call, first, started, duration, state, fault, status in rows
    }


class Retries:
    """Finds the first attempt of each call of a batch, among what is stored and the batch itself."""

    def __init__(
        self, connection: sqlite3.Connection, entries: Sequence[Entry], processes: Sequence[int | None]
    ) -> None:
        places = {
            (number_of(entry.call.body_hash), process)
            for entry, process in zip(entries, processes, strict=True)
            if entry.call.body_hash and entry.call.retry_count != 0  # of a first attempt, the earlier ones matter not
        }
        self._places = places
        self._latest: dict[Place, Attempt] = latest_attempts(connection, places) if places else {}

    def first_attempt(self, entry: Entry, number: int, process: int | None) -> int | None:
        """The id of the call that `entry`, itself number `number`, tries again; None where it is a first attempt."""
        call = entry.call
        if not call.body_hash or not self._places:
            return None
        place = number_of(call.body_hash), process
        if place not in self._places:  # no call of the batch may be another attempt at this
            return None
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
