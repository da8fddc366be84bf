"""The Latency tab: how long calls take, how soon they begin, and which are slow."""

from __future__ import annotations

import math
from typing import cast

from ...agent.queries import totals
from ...agent.queries.reader import Reader
from ...agent.queries.totals import Bar, Dimension, Group
from .. import numbers
from ..columns import seconds
from ..view import Asked, Head, Plot, Row, View, quoted, step_of
from .cost import labels_of

CHOICES = ("model", "app", "endpoint", "session", "key")
HEADS = (
    Head("calls", 9),
    Head("p50", 8),
    Head("p95", 8),
    Head("p99", 8, optional=True),
    Head("ttft p50", 8),
    Head("ttft p95", 8),
    Head("tok/s", 6, optional=True),
)
LEAST, EDGES_PER_DOUBLING = 50.0, 2


def read(reader: Reader, asked: Asked) -> View:
    """Raises DatabaseError."""
    groups = totals.by(reader, cast(Dimension, asked.choice), asked.span)
    groups.sort(key=lambda group: -(group.totals.latency_p95_ms or 0))
    whole = totals.totals(reader, asked.span)
    span, step = step_of(asked.span, asked.now)
    steps = [(bucket, bucket.by_value.get("")) for bucket in totals.series(reader, span, step)]
    over_time = Plot(
        "lines",
        "seconds, over time",
        labels_of([bucket for bucket, _ in steps], step),
        (
            ("p95", tuple(_s(sums.latency_p95_ms) if sums else None for _, sums in steps)),
            ("p50", tuple(_s(sums.latency_p50_ms) if sums else None for _, sums in steps)),
            ("ttft p50", tuple(_s(sums.ttft_p50_ms) if sums else None for _, sums in steps)),
        ),
    )
    return View(
        summary=(
            f"p50 {numbers.tenths(whole.latency_p50_ms)} · p95 {numbers.tenths(whole.latency_p95_ms)} · "
            f"first token p50 {numbers.tenths(whole.ttft_p50_ms)}"
        ),
        heads=(Head(asked.choice, 16, right=False, grows=True), *HEADS),
        rows=tuple(_row(group, asked.choice) for group in groups[:500]),
        plots=(over_time, histogram_plot(totals.histogram(reader, "latency", asked.span))),
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


def histogram_plot(bars: list[Bar]) -> Plot:
    """How many calls took how long, in steps that double every second bar."""
    counts: dict[int, int] = {}
    for bar in bars:
        place = max(math.ceil(math.log2(max(bar.value, LEAST) / LEAST) * EDGES_PER_DOUBLING), 0)
        counts[place] = counts.get(place, 0) + bar.count
    last = max(counts, default=0)
    edges = [LEAST * 2 ** (place / EDGES_PER_DOUBLING) for place in range(last + 1)]
    labels = tuple(f"{edge / 1000:.1f}s" if edge >= 1000 else f"{edge:.0f}ms" for edge in edges)
    return Plot(
        "bars", "calls by duration", labels, (("calls", tuple(float(counts.get(p, 0)) for p in range(last + 1))),)
    )


READ = read
