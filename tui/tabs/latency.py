"""The Latency tab: how long calls take, how soon they begin, and which are slow."""

from __future__ import annotations

import math
from typing import cast

from ...agent.queries import durations, totals
from ...agent.queries.reader import Reader
from ...agent.queries.totals import Bar, Dimension, Group
from .. import numbers
from ..columns import seconds
from ..sorting import CALLS, by, of
from ..view import Asked, Head, Plot, Row, View, quoted, step_of
from .cost import labels_of

FIRST = "first token"
CHOICES = ("model", "app", "endpoint", "session", "key", FIRST)
TITLES = {"latency": "calls by duration", "ttft": "calls by time to first token"}
HEADS = (
    Head("calls", 9, key=CALLS),
    Head("p50", 8, key=of("latency_p50_ms")),
    Head("p95", 8, key=of("latency_p95_ms")),
    Head("p99", 8, optional=True, key=of("latency_p99_ms")),
    Head("ttft p50", 8, key=of("ttft_p50_ms")),
    Head("ttft p95", 8, key=of("ttft_p95_ms")),
    Head("tok/s", 6, optional=True, key=of("output_tokens_per_second")),
)
LEAST, EDGES_PER_DOUBLING = 50.0, 2


def read(reader: Reader, asked: Asked) -> View:
    """Raises DatabaseError."""
    over = "model" if asked.choice == FIRST else asked.choice
    groups = totals.by(reader, cast(Dimension, over), asked.span)
    slowest = "ttft_p95_ms" if asked.choice == FIRST else "latency_p95_ms"
    groups.sort(key=lambda group: -(getattr(group.totals, slowest) or 0))
    heads = (Head(over, 16, right=False, grows=True, key=by("value")), *HEADS)
    whole = totals.totals(reader, asked.span)
    span, step = step_of(asked)
    steps = [(bucket, bucket.by_value.get("")) for bucket in totals.series(reader, span, step)]
    over_time = Plot(
        "lines",
        "seconds",
        labels_of([bucket for bucket, _ in steps], step),
        (
            ("p95", tuple(_s(sums.latency_p95_ms) if sums else None for _, sums in steps)),
            ("p50", tuple(_s(sums.latency_p50_ms) if sums else None for _, sums in steps)),
            ("ttft", tuple(_s(sums.ttft_p50_ms) if sums else None for _, sums in steps)),
        ),
    )
    metric: totals.Metric = "ttft" if asked.choice == FIRST else "latency"
    histogram = histogram_plot(totals.histogram(reader, metric, asked.span), metric)
    against = against_plot(durations.first_token_against_total(reader, asked.span))
    return View(
        summary=(
            f"p50 {numbers.tenths(whole.latency_p50_ms)} · p95 {numbers.tenths(whole.latency_p95_ms)} · "
            f"first token p50 {numbers.tenths(whole.ttft_p50_ms)}"
        ),
        heads=heads,
        rows=tuple(_row(group, over) for group in asked.sorted(groups, heads)[:500]),
        plots=(over_time, histogram, against) if asked.choice != FIRST else (against, histogram),
    )


def _s(milliseconds: float | None) -> float | None:
    return None if milliseconds is None else milliseconds / 1000


def _row(group: Group, choice: str) -> Row:
    sums = group.totals
    speed = sums.output_tokens_per_second
    values = (sums.latency_p50_ms, sums.latency_p95_ms, sums.latency_p99_ms, sums.ttft_p50_ms, sums.ttft_p95_ms)
    return Row(
        (
            (group.value or f"(no {choice})", "" if group.value else "muted"),
            (f"{sums.calls:,}", ""),
            *((seconds(value), "") for value in values),
            (numbers.UNKNOWN if speed is None else f"{speed:.0f}", "muted"),
        ),
        f"{choice}:{quoted(group.value)}" if group.value else "",
    )


def histogram_plot(bars: list[Bar], metric: totals.Metric = "latency") -> Plot:
    """How many calls took how long, in steps that double every second bar."""
    counts: dict[int, int] = {}
    for bar in bars:
        place = max(math.ceil(math.log2(max(bar.value, LEAST) / LEAST) * EDGES_PER_DOUBLING), 0)
        counts[place] = counts.get(place, 0) + bar.count
    last = max(counts, default=0)
    edges = [LEAST * 2 ** (place / EDGES_PER_DOUBLING) for place in range(last + 1)]
    labels = tuple(f"{edge / 1000:.1f}s" if edge >= 1000 else f"{edge:.0f}ms" for edge in edges)
    return Plot("bars", TITLES[metric], labels, (("calls", tuple(float(counts.get(p, 0)) for p in range(last + 1))),))


def against_plot(points: list[durations.Point]) -> Plot:
    """First token against total, both in seconds: high on the left is a slow generation, low along the line a wait."""
    ordered = sorted((ttft / 1000, total / 1000) for ttft, total in points)
    return Plot(
        "dots",
        "total by first token, s",
        tuple(f"{ttft:g}" for ttft, _ in ordered),
        (("calls", tuple(total for _, total in ordered)),),
    )


READ = read
