"""The Sessions tab: spans of recording side by side, so that two runs can be compared line by line."""

from __future__ import annotations

import time

from ...agent.queries import sessions
from ...agent.queries.reader import Reader
from ...agent.queries.sessions import Session
from .. import numbers
from ..columns import Cell, seconds
from ..sorting import CALLS, CAME, FAILED, SENT, SPENT, SPENT_A_CALL, by, of
from ..view import Asked, Head, Row, View, quoted
from .session_page import SessionPage

LIMIT = 300
SORTED = 5000
"""How many of the newest are looked at where the table is sorted; the first LIMIT of them are shown."""
HEADS = (
    Head("session", 14, right=False, grows=True, key=by("name")),
    Head("started", 11, right=False, key=by("started_at")),
    Head("lasted", 7, key=lambda one: (one.ended_at or time.time()) - one.started_at),
    Head("calls", 8, key=CALLS),
    Head("failed", 6, key=FAILED),
    Head("in", 8, optional=True, key=SENT),
    Head("out", 8, optional=True, key=CAME),
    Head("cost $", 9, key=SPENT),
    Head("$ a call", 8, optional=True, key=SPENT_A_CALL),
    Head("p50", 7, optional=True, key=of("latency_p50_ms")),
    Head("p95", 7, key=of("latency_p95_ms")),
)


def read(reader: Reader, asked: Asked) -> View:
    """The newest sessions, whatever the range: a run is compared with one of another day. Raises DatabaseError."""
    limit = SORTED if asked.sorting.head else LIMIT
    found = sessions.sessions(reader, limit)
    more = "the newest " if len(found) == limit else ""
    running = sum(1 for one in found if one.ended_at is None)
    return View(
        summary=f"{more}{numbers.counted(len(found), 'session')}, {running} not ended",
        heads=HEADS,
        rows=tuple(_row(one, asked.now) for one in asked.sorted(found, HEADS)[:LIMIT]),
        empty="No session yet.",
    )


def _row(one: Session, now: float) -> Row:
    lasted = numbers.span(max((one.ended_at or now) - one.started_at, 0)) + ("…" if one.ended_at is None else "")
    tags = " ".join(f"{name}={value}" for name, value in one.tags.items())
    unknown: Cell = (numbers.UNKNOWN, "muted")
    figures: tuple[Cell, ...] = (unknown,) * 8
    if (sums := one.totals) is not None:
        cost, estimated = sums.cost + sums.estimated_cost, bool(sums.estimated_cost)
        figures = (
            (f"{sums.calls:,}", ""),
            (numbers.percent(sums.failed, sums.calls), "bad" if sums.failed else "muted"),
            (numbers.short(sums.input_tokens + sums.estimated_input_tokens), ""),
            (numbers.short(sums.output_tokens + sums.estimated_output_tokens), ""),
            (numbers.price(cost, estimated=estimated), "warn" if estimated else ""),
            (numbers.price(cost / sums.calls if sums.calls else None, estimated=estimated), "muted"),
            (seconds(sums.latency_p50_ms), ""),
            (seconds(sums.latency_p95_ms), ""),
        )
    return Row(
        ((one.name, ""), (numbers.moment(one.started_at, now), "muted"), (lasted, "muted"), *figures),
        f"session:{quoted(one.name)}",
        key=one.name,
        detail=" · ".join(part for part in (one.name, one.kind, tags, one.command or "") if part),
    )


READ = read
ALL_TIME = True
PAGE = SessionPage
