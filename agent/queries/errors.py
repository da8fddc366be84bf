"""Failures: by whose move it is and by code, and over time."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from ..call import Fault
from ..call_rows import dollars
from .reader import FROM, Reader
from .totals import ALWAYS, Bucket, Span, series
from .where import EVERYTHING, Where


@dataclass(frozen=True, slots=True)
class ErrorGroup:
    """Failures of one kind. Times in Unix seconds; `newest_call` and its message serve as the example.

    `retried` counts those that are themselves another attempt; `models` and `apps` name up to five of each.
    """

    fault: Fault | None
    error_code: str | None
    status: int | None
    count: int
    retried: int
    first_at: float
    last_at: float
    newest_call: int
    message: str | None
    models: tuple[str, ...]
    apps: tuple[str, ...]
    cost: Decimal


def errors(reader: Reader, span: Span = ALWAYS, where: Where = EVERYTHING) -> list[ErrorGroup]:
    """Failed calls by fault, code and status, most frequent first."""
    rows = reader.rows(
        "select c.fault, c.error_code, c.status, count(*), "
        "sum(c.retry_of is not null or coalesce(c.retry_count, 0) > 0), min(c.started_at), max(c.started_at), "
        "max(c.id), group_concat(distinct c.model), group_concat(distinct p.app), sum(c.cost_pico) "
        f"{FROM} where c.fault is not null and +c.started_at >= ? and +c.started_at < ? and ({where.sql}) "
        "group by c.fault, c.error_code, c.status order by count(*) desc",
        (*span.bounds, *where.parameters),
    )
    found = list[ErrorGroup]()
    for fault, code, status, count, retried, first, last, newest, models, apps, cost in rows:
        message = reader.value("select error_message from calls where id = ?", (newest,))
        found.append(
            ErrorGroup(
                fault, code, status, count, retried, first / 1000, last / 1000, newest, message, _some(models),
                _some(apps), dollars(cost or 0) or Decimal(0),
            )
        )  # fmt: skip
    return found


def _some(joined: str | None) -> tuple[str, ...]:
    return tuple(sorted(joined.split(","))[:5]) if joined else ()


def over_time(reader: Reader, span: Span, step_seconds: int, where: Where = EVERYTHING) -> list[Bucket]:
    """How many calls failed by fault in each step of a span."""
    return series(reader, span, step_seconds, "fault", where)


def codes_over_time(
    reader: Reader, span: Span, step_seconds: int, where: Where = EVERYTHING
) -> dict[str, dict[float, int]]:
    """How many calls failed by error code ("" without one) in each step that has any, by its start in Unix seconds."""
    step = step_seconds * 1000
    rows = reader.rows(
        f"select coalesce(c.error_code, ''), c.started_at / {step} * {step}, count(*) from calls c "
        f"where c.fault is not null and +c.started_at >= ? and +c.started_at < ? and ({where.sql}) group by 1, 2",
        (*span.bounds, *where.parameters),
    )
    found: dict[str, dict[float, int]] = {}
    for code, at, count in rows:
        found.setdefault(code, {})[at / 1000] = count
    return found
