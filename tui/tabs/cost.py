"""The Cost tab: what was spent, on what, and where it is heading."""

from __future__ import annotations

import time
from datetime import UTC, datetime
from decimal import Decimal
from typing import cast

from ...agent.queries import totals
from ...agent.queries.reader import Reader
from ...agent.queries.totals import Bucket, Dimension, Group, Span
from .. import numbers
from ..sorting import CACHED, CALLS, CAME, SENT, SPENT, SPENT_A_CALL, by, of
from ..view import Asked, Head, Plot, Row, View, quoted, step_of

CHOICES = ("model", "app", "session", "endpoint", "key", "user", "tag", "hour", "day")
FILTERS = {"session": "session", "model": "model", "app": "app", "endpoint": "endpoint", "key": "key", "user": "user"}
MOST_SERIES = 5

HEADS = (
    Head("", 16, right=False, grows=True),
    Head("calls", 9, key=CALLS),
    Head("in", 7, key=SENT),
    Head("cached", 7, optional=True, key=CACHED),
    Head("out", 7, key=CAME),
    Head("cost $", 11, key=SPENT),
    Head("share", 6, optional=True, key=SPENT),
    Head("$ a call", 9, optional=True, key=SPENT_A_CALL),
    Head("unpriced", 8, key=of("unpriced")),
)


def read(reader: Reader, asked: Asked) -> View:
    """Raises DatabaseError."""
    groups = totals.by(reader, cast(Dimension, asked.choice), asked.span)
    whole = totals.totals(reader, asked.span)
    span, step = step_of(asked)
    over = cast(Dimension, asked.choice if asked.choice in ("model", "app", "session", "key") else "model")
    steps = totals.series(reader, span, step, over)
    name = by("key" if asked.choice in ("hour", "day") else "value")
    heads = (Head(asked.choice, 16, right=False, grows=True, key=name), *HEADS[1:])
    return View(
        summary=_summary(reader, asked, whole),
        heads=heads,
        rows=tuple(_row(group, asked.choice, _sum(whole)) for group in asked.sorted(groups, heads)[:500]),
        plots=(stacked(f"$ spent by {over}", steps, step),),
    )


def _sum(sums: totals.Totals) -> Decimal:
    return sums.cost + sums.estimated_cost


def _cost(group: Group) -> Decimal:
    return _sum(group.totals)


def _summary(reader: Reader, asked: Asked, whole: totals.Totals) -> str:
    """What was spent, and the month's end at the pace of the last seven days."""
    week = _sum(totals.totals(reader, Span(asked.now - 7 * 86_400, asked.now)))
    year, month, *_ = time.localtime(asked.now)
    begin = time.mktime((year, month, 1, 0, 0, 0, 0, 0, -1))
    end = time.mktime((year + month // 12, month % 12 + 1, 1, 0, 0, 0, 0, 0, -1))
    so_far = _sum(totals.totals(reader, Span(begin, asked.now)))
    ahead = so_far + week * Decimal(max(end - asked.now, 0)) / Decimal(7 * 86_400)
    unpriced = f" and {numbers.counted(whole.unpriced, 'unpriced call')}" if whole.unpriced else ""
    return (
        f"{numbers.spend(_sum(whole))} spent{unpriced}"
        f" · this month {numbers.spend(so_far)}, heading for ~{numbers.spend(ahead)}"
    )


def _row(group: Group, choice: str, everything: Decimal) -> Row:
    sums, cost = group.totals, _cost(group)
    estimated = bool(sums.estimated_cost)
    mean = cost / sums.calls if sums.calls else None
    name = group.value or f"(no {choice})"
    return Row(
        (
            (name, "" if group.value else "muted"),
            (f"{sums.calls:,}", ""),
            (numbers.short(sums.input_tokens + sums.estimated_input_tokens), ""),
            (numbers.percent(sums.cached_tokens, sums.input_tokens), "muted"),
            (numbers.short(sums.output_tokens + sums.estimated_output_tokens), ""),
            (numbers.price(cost, estimated=estimated), "warn" if estimated else ""),
            (numbers.percent(float(cost), float(everything)), "muted"),
            (numbers.price(mean, estimated=estimated), "muted"),
            (f"{sums.unpriced:,}" if sums.unpriced else numbers.UNKNOWN, "warn" if sums.unpriced else "muted"),
        ),
        _filter(group, choice),
    )


def _filter(group: Group, choice: str) -> str:
    """What finds the calls of a group again."""
    if choice in ("hour", "day"):
        begin, length = int(group.key) // 1000, 3600 if choice == "hour" else 86_400
        since, until = (f"{datetime.fromtimestamp(at, UTC):%Y-%m-%dT%H:%M:%SZ}" for at in (begin, begin + length))
        return f"since:{since} until:{until}"
    if choice == "tag":
        return f"tag:{quoted(group.value)}" if group.value else ""
    field = FILTERS.get(choice)
    return f"{field}:{quoted(group.value)}" if field and group.value else ""


def stacked(title: str, steps: list[Bucket], step: int) -> Plot:
    """Money over time, the dearest values apart and the rest together."""
    sums: dict[str, Decimal] = {}
    for bucket in steps:
        for value, found in bucket.by_value.items():
            sums[value] = sums.get(value, Decimal(0)) + _sum(found)
    ranked = sorted(sums, key=lambda value: -sums[value])
    shown, rest = ranked[:MOST_SERIES], ranked[MOST_SERIES:]
    series = [
        (value or "(none)", tuple(float(_sum(b.by_value[value])) if value in b.by_value else 0.0 for b in steps))
        for value in shown
    ]
    if rest:
        others = (sum(float(_sum(b.by_value[value])) for value in rest if value in b.by_value) for b in steps)
        series.append(("others", tuple(others)))
    return Plot("stacked", title, labels_of(steps, step), tuple(series))


def labels_of(steps: list[Bucket], step: int) -> tuple[str, ...]:
    """Local times or days under a plot."""
    form = "%H:%M" if step < 86_400 else "%m-%d"
    return tuple(time.strftime(form, time.localtime(bucket.start)) for bucket in steps)


READ = read
