"""Questions about single calls: pages of a list, what changed, one call whole, its bodies."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

import msgspec

from .. import bodies
from ..call import JSON, Cost, RateLimits, Timing
from ..details import unpack
from ..exchange import Message
from ..headers import Headers
from .arrivals import Direction, first_ids
from .blocks import OF_BLOCKS, as_parameter, candidates, looked_up
from .call_line import LINE, WIDTH, CallRow, line_of
from .reader import FROM, Reader, explaining
from .where import EVERYTHING, YES, Where

__all__ = [
    "EVERYTHING", "CallDetail", "CallRow", "Column", "Cursor", "Order", "Page", "Side", "body", "changed", "count",
    "detail", "find_repeat", "find_request", "find_uid", "messages", "newest_id", "newest_revision", "page", "position",
    "rows",
]  # fmt: skip

type Side = Literal["request", "response"]
type Column = Literal[
    "time", "cost", "duration", "ttft", "tokens", "speed", "model", "status", "app", "input", "output"
]

SORTS: dict[Column, str] = {
    "time": "c.id",
    "cost": "c.cost_pico",
    "duration": "c.duration_ms",
    "ttft": "c.ttft_ms",
    "tokens": "c.total_tokens",
    "input": "c.input_tokens",
    "output": "c.output_tokens",
    "speed": "c.output_tokens_per_second",
    "model": "c.model",
    "status": "c.status",
    "app": "p.app",
}
"""What a list can be sorted by. By time means in the order of arrival."""

UNINDEXED = frozenset({"ttft", "tokens", "input", "output", "speed", "app"})
"""Sorts that read all calls once; an index for each would cost every call that is recorded."""


@dataclass(frozen=True, slots=True)
class Order:
    """How a list is sorted; ties are by id in the same direction, unknown values come last in a descending list."""

    column: Column = "time"
    descending: bool = True


@dataclass(frozen=True, slots=True)
class Cursor:
    """A place in a sorted list: the sort key and id of the row there."""

    key: str | int | float | None
    id: int


@dataclass(frozen=True, slots=True)
class Page:
    """Rows of a list in its order. `before` and `after` are where the neighbouring pages begin; None for no rows."""

    rows: tuple[CallRow, ...]
    before: Cursor | None
    after: Cursor | None


@dataclass(frozen=True, slots=True)
class CallDetail:
    """One call whole: its line, the other exported fields, and what was kept beside them."""

    row: CallRow
    scheme: str
    path: str
    door: str
    command: str | None
    cwd: str | None
    git_branch: str | None
    user_agent: str | None
    organization: str | None
    project: str | None
    user: str | None
    request_id: str | None
    response_id: str | None
    trace_id: str | None
    processing_ms: float | None
    service_tier: str | None
    cache_write_tokens: int | None
    audio_input_tokens: int | None
    audio_output_tokens: int | None
    image_tokens: int | None
    tags: dict[str, str]
    problem: str | None
    request_headers: Headers
    response_headers: Headers
    timing: Timing
    usage_raw: JSON
    cost: Cost
    ratelimit: RateLimits | None
    connection: str | None


def page(
    reader: Reader,
    where: Where = EVERYTHING,
    order: Order = Order(),
    *,
    after: Cursor | None = None,
    before: Cursor | None = None,
    limit: int = 100,
) -> Page:
    """`limit` rows of the list: its first, those after a cursor, or those before one (in the list's order too)."""
    backward = before is not None
    cursor = before if backward else after
    descending = order.descending != backward
    key = SORTS[order.column]
    if order.column == "time" and where != EVERYTHING:
        numbers = first_ids(reader, where, Direction(descending, cursor.id if cursor else None), limit)
        where, cursor = (
            Where("c.id in (select value from json_each(?))", (msgspec.json.encode(numbers).decode(),)),
            None,
        )
    condition = where if cursor is None else where & _beyond(key, cursor, descending)
    direction = "desc" if descending else "asc"
    ties = "" if key == "c.id" else f", c.id {direction}"
    ordered = f"order by {key} {direction}{ties}"
    chosen = f"{FROM} where {condition.sql} {ordered} limit ?"
    if order.column in UNINDEXED:  # then only ids go through the sorter, and lines are read for those on the page
        chosen = f"{FROM} where c.id in (select c.id {chosen}) {ordered}"
    rows = reader.rows(f"select {LINE}, {key} {chosen}", (*condition.parameters, limit))
    if backward:
        rows.reverse()
    edges = [Cursor(rows[place][WIDTH], rows[place][0]) for place in (0, -1)] if rows else [None, None]
    return Page(tuple(map(line_of, rows)), edges[0], edges[1])


def _beyond(key: str, cursor: Cursor, descending: bool) -> Where:
    """The rows that come after `cursor` in the given direction. SQLite sorts NULL before every value."""
    sign = "<" if descending else ">"
    if key == "c.id":
        return Where(f"c.id {sign} ?", (cursor.id,))
    if cursor.key is None:
        ties = Where(f"({key} is null and c.id {sign} ?)", (cursor.id,))
        return ties if descending else Where(f"({ties.sql} or {key} is not null)", ties.parameters)
    further = Where(f"({key}, c.id) {sign} (?, ?)", (cursor.key, cursor.id))
    return Where(f"({further.sql} or {key} is null)", further.parameters) if descending else further


def changed(reader: Reader, revision: int, where: Where = EVERYTHING, limit: int = 1000) -> list[CallRow]:
    """The calls that came or changed after `revision`, in the order in which they did."""
    rows = reader.rows(
        f"select {LINE} {FROM} where c.revision > ? and ({where.sql}) order by c.revision limit ?",
        (revision, *where.parameters, limit),
    )
    return [line_of(row) for row in rows]


def count(reader: Reader, where: Where = EVERYTHING) -> int:
    """How many calls there are; at once for EVERYTHING."""
    if where == EVERYTHING:
        return int(
            reader.value(
                "select (select coalesce(sum(calls), 0) from rollups where level = 86400000 and dimension = 'all')"
                " + (select count(*) from calls where state = 'open')"
            )
        )
    if where.bounds.possible == YES:
        return int(reader.value(f"select count(*) from calls c where {where.sql}", where.parameters))
    blocks = candidates(reader, where, (0, newest_id(reader)))
    sql = f"select count(*) from {OF_BLOCKS} where {looked_up(reader, where)}"
    return int(reader.value(sql, (as_parameter(blocks), *where.parameters)))


def position(reader: Reader, call_id: int, where: Where = EVERYTHING, order: Order = Order()) -> int | None:
    """How many rows come before a call in the list; None where it is not in it."""
    key = SORTS[order.column]
    here = reader.row(f"select {key}, c.id {FROM} where c.id = ? and ({where.sql})", (call_id, *where.parameters))
    if here is None:
        return None
    ahead = where & _beyond(key, Cursor(*here), not order.descending)
    return int(reader.value(f"select count(*) {FROM} where {ahead.sql}", ahead.parameters))


def newest_id(reader: Reader) -> int:
    """The id of the call that came last; 0 where there is none."""
    return int(reader.value("select max(id) from calls") or 0)


def newest_revision(reader: Reader) -> int:
    """The revision of the last change."""
    return int(reader.value("select value from counters where name = 'revision'"))


def find_uid(reader: Reader, uid: str) -> int | None:
    """The id of the call with this uid."""
    return reader.value("select id from calls where uid = ?", (uid,))


def rows(reader: Reader, ids: Sequence[int]) -> list[CallRow]:
    """The lines of these calls, by id."""
    found = reader.rows(
        f"select {LINE} {FROM} where c.id in (select value from json_each(?)) order by c.id",
        (msgspec.json.encode(list(ids)).decode(),),
    )
    return [line_of(row) for row in found]


def find_request(reader: Reader, request_id: str) -> int | None:
    """The id of the newest call that the provider answered with this request id."""
    return reader.value("select max(id) from calls where request_id = ?", (request_id,))


def find_repeat(reader: Reader, call_id: int, after: int) -> int | None:
    """The id of the first call after the call `after` that sent the same body as `call_id`."""
    same = "body_hash = (select body_hash from calls where id = ?)"
    return reader.value(f"select min(id) from calls where id > ? and {same}", (after, call_id))


_LIMITS = (
    "limit_requests", "remaining_requests", "reset_requests_ms",
    "limit_tokens", "remaining_tokens", "reset_tokens_ms", "limits_other",
)  # fmt: skip
_MORE = {
    "scheme": "c.scheme", "path": "c.path", "door": "c.door", "command": "p.command", "cwd": "p.cwd",
    "git_branch": "p.git_branch", "user_agent": "c.user_agent", "organization": "c.organization",
    "project": "c.project", "user": "c.user", "request_id": "c.request_id", "response_id": "c.response_id",
    "trace_id": "c.trace_id", "processing_ms": "c.processing_ms", "service_tier": "c.service_tier",
    "cache_write_tokens": "c.cache_write_tokens", "audio_input_tokens": "c.audio_input_tokens",
    "audio_output_tokens": "c.audio_output_tokens", "image_tokens": "c.image_tokens", "problem": "c.problem",
    "tags": "c.tags", "data": "(select data from details where call_id = c.id)",
    **{name: f"c.{name}" for name in _LIMITS},
}  # fmt: skip


def detail(reader: Reader, call_id: int) -> CallDetail | None:
    """One call whole, or None where it is not there (any more)."""
    row = reader.row(f"select {LINE}, {', '.join(_MORE.values())} {FROM} where c.id = ?", (call_id,))
    if row is None:
        return None
    more: dict[str, Any] = dict(zip(_MORE, row[WIDTH:], strict=True))
    kept = unpack(more.pop("data"))
    *told, other = [more.pop(name) for name in _LIMITS]
    limits = None
    if other is not None or any(value is not None for value in told):
        limits = RateLimits(*told, other=msgspec.json.decode(other) if other else {})
    more["tags"] = msgspec.json.decode(more["tags"]) if more["tags"] else {}
    return CallDetail(
        row=line_of(row), request_headers=kept.request_headers, response_headers=kept.response_headers,
        timing=kept.timing, usage_raw=kept.usage, cost=kept.cost, ratelimit=limits,
        connection=kept.connection, **more,
    )  # fmt: skip


def body(reader: Reader, call_id: int, side: Side) -> bytes | None:
    """A call's request or response body as received, decoded and redacted; None where none was kept."""
    with explaining(reader.path):
        return bodies.read(reader.connection, call_id, side)


def messages(reader: Reader, call_id: int) -> tuple[Message, ...]:
    """The messages of a websocket call, in order."""
    with explaining(reader.path):
        packed = bodies.read(reader.connection, call_id, "messages")
    return msgspec.msgpack.decode(packed, type=tuple[Message, ...]) if packed else ()
