"""What the history tells about habits: repeats and what a cache would have saved, retry storms, peak hours, shapes."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from ..call_rows import dollars
from ..rollups import HOUR
from .reader import FROM, Reader
from .totals import ALWAYS, Span
from .where import EVERYTHING, Where

WEEK_HOURS = 168
TYPICAL_OF = 100_000
"""How many calls are enough to say what a typical request is; grouping a million takes seconds and says the same."""
MONDAY = 4 * 24  # Unix time begins on a Thursday


@dataclass(frozen=True, slots=True)
class Repeat:
    """One request that was sent several times. `saved` is what all but the first answered one cost."""

    first_call: int
    last_call: int
    count: int
    model: str | None
    app: str | None
    endpoint: str
    saved: Decimal
    saved_tokens: int


@dataclass(frozen=True, slots=True)
class Repeats:
    """All requests that repeat. `saved` is what a response cache would have saved, `estimated_saved` the guessed part.

    Only answered calls count; `costliest` names the requests that would have saved most.
    """

    requests: int
    calls: int
    saved: Decimal
    estimated_saved: Decimal
    saved_tokens: int
    saved_ms: float
    costliest: tuple[Repeat, ...]


@dataclass(frozen=True, slots=True)
class RetryStorm:
    """One call and its further attempts. `cost` is that of all but the last, which is what retrying cost."""

    first_call: int
    attempts: int
    lasted_seconds: float
    answered: bool
    fault: str | None
    error_code: str | None
    model: str | None
    app: str | None
    cost: Decimal


@dataclass(frozen=True, slots=True)
class PeakHour:
    """How much happens in one hour of the week; `weekday` 0 is Monday."""

    weekday: int
    hour: int
    calls: int
    failed: int
    cost: Decimal


@dataclass(frozen=True, slots=True)
class Shape:
    """A typical request: what is sent most often, and what it takes on average (tokens, milliseconds, USD)."""

    endpoint: str
    model: str | None
    app: str | None
    stream: bool
    calls: int
    input_tokens: float | None
    output_tokens: float | None
    duration_ms: float | None
    cost: Decimal


def repeats(reader: Reader, span: Span = ALWAYS, where: Where = EVERYTHING, limit: int = 20) -> Repeats:
    """Requests with the same method, path and body that were answered more than once."""
    rows = reader.rows(
        "with answered as (select c.id, c.body_hash, c.cost_pico, c.cost_source, c.total_tokens, c.duration_ms, "
        "c.model, p.app, c.endpoint, row_number() over (partition by c.body_hash order by c.id) > 1 again "
        f"{FROM} where c.body_hash in (select body_hash from calls where body_hash is not null group by body_hash "
        "having count(*) > 1) and c.state = 'done' and c.method = 'POST' and c.started_at >= ? and c.started_at < ? "
        f"and ({where.sql})), "
        "grouped as (select min(id) first, max(id) last, count(*) calls, min(model) model, min(app) app, "
        "min(endpoint) endpoint, coalesce(sum(case when again then cost_pico end), 0) saved, "
        "sum(case when again and cost_source = 'estimated' then cost_pico end) guessed, "
        "sum(case when again then total_tokens end) tokens, sum(case when again then duration_ms end) time "
        "from answered group by body_hash having count(*) > 1) "
        "select first, last, calls, model, app, endpoint, saved, tokens, count(*) over (), sum(calls - 1) over (), "
        "sum(saved) over (), sum(guessed) over (), sum(tokens) over (), sum(time) over () "
        "from grouped order by saved desc, calls desc limit ?",
        (*span.bounds, *where.parameters, limit),
    )
    requests, again_calls, saved, guessed, tokens, time = rows[0][8:] if rows else (0, 0, 0, 0, 0, 0.0)
    costliest = tuple(
        Repeat(first, last, count, model, app, endpoint, _usd(cost), spared or 0)
        for first, last, count, model, app, endpoint, cost, spared, *_ in rows
    )
    return Repeats(
        requests, again_calls, _usd(saved - (guessed or 0)), _usd(guessed), tokens or 0, time or 0.0, costliest
    )


@dataclass(frozen=True, slots=True)
class Sent:
    """How often one and the same request body was sent, and what that cost, the guessed part in `estimated_cost`."""

    times: int
    cost: Decimal
    estimated_cost: Decimal
    unpriced: int


def sent_so_far(reader: Reader, call_id: int) -> Sent:
    """A call and all others with its body."""
    row = reader.row(
        "with same as (select * from calls where id = ?1 or body_hash = (select body_hash from calls where id = ?1)) "
        "select count(*), sum(case when cost_source <> 'estimated' then cost_pico end), "
        "sum(case when cost_source = 'estimated' then cost_pico end), sum(cost_source = 'unpriced') from same",
        (call_id,),
    )
    times, cost, estimated, unpriced = row or (0, None, None, None)
    return Sent(times, _usd(cost), _usd(estimated), unpriced or 0)


def _usd(pico: int | None) -> Decimal:
    return dollars(pico or 0) or Decimal(0)


def retry_storms(reader: Reader, span: Span = ALWAYS, where: Where = EVERYTHING, limit: int = 20) -> list[RetryStorm]:
    """Calls that were tried again, most attempts first."""
    rows = reader.rows(
        "select f.id, count(*) + 1, max(c.started_at + coalesce(c.duration_ms, 0)) - f.started_at, "
        "max(c.state = 'done'), coalesce(max(c.fault), f.fault), coalesce(max(c.error_code), f.error_code), f.model, "
        "(select app from processes where id = f.process_id), "
        "coalesce(f.cost_pico, 0) + coalesce(sum(case when c.state <> 'done' then c.cost_pico end), 0) "
        "from calls c join calls f on f.id = c.retry_of where c.retry_of is not null "
        f"and +c.started_at >= ? and +c.started_at < ? and ({where.sql}) "
        "group by f.id order by 2 desc, f.id desc limit ?",
        (*span.bounds, *where.parameters, limit),
    )
    return [
        RetryStorm(first, attempts, lasted / 1000, bool(answered), fault, code, model, app, _usd(cost))
        for first, attempts, lasted, answered, fault, code, model, app, cost in rows
    ]


def peak_hours(reader: Reader, span: Span = ALWAYS, utc_offset_hours: int = 0) -> list[PeakHour]:
    """The 168 hours of the week, Monday's first, from whole hours of the span."""
    place = f"(start / {HOUR} + ? + {WEEK_HOURS} - {MONDAY}) % {WEEK_HOURS}"
    rows = reader.rows(
        f"select {place}, sum(calls), sum(failed), sum(cost_pico + estimated_cost_pico) from rollups "
        "where level = ? and dimension = 'all' and start >= ? and start < ? group by 1",
        (utc_offset_hours, HOUR, *span.bounds),
    )
    found = {row[0]: row[1:] for row in rows}
    hours = [(number, found.get(number, (0, 0, 0))) for number in range(WEEK_HOURS)]
    return [PeakHour(number // 24, number % 24, calls, failed, _usd(cost)) for number, (calls, failed, cost) in hours]


def shapes(reader: Reader, span: Span = ALWAYS, where: Where = EVERYTHING, limit: int = 20) -> list[Shape]:
    """The most frequent kinds of request among the newest TYPICAL_OF calls of the span."""
    rows = reader.rows(
        "with newest as materialized (select c.id from calls c "
        f"where +c.started_at >= ? and +c.started_at < ? and ({where.sql}) order by c.id desc limit ?) "
        "select c.endpoint, c.model, p.app, c.stream, count(*), avg(c.input_tokens), avg(c.output_tokens), "
        f"avg(c.duration_ms), sum(c.cost_pico) {FROM} where c.id in newest "
        "group by c.endpoint, c.model, p.app, c.stream order by 5 desc limit ?",
        (*span.bounds, *where.parameters, TYPICAL_OF, limit),
    )
    return [
        Shape(endpoint, model, app, bool(stream), count, given, made, lasted, _usd(cost))
        for endpoint, model, app, stream, count, given, made, lasted, cost in rows
    ]
