"""How long single calls took: the points behind the percentiles, for plots of one time against another."""

from __future__ import annotations

from .reader import Reader
from .totals import ALWAYS, Span

MOST = 2000

type Point = tuple[float, float]
"""Milliseconds to the first content and to the end."""


def first_token_against_total(reader: Reader, span: Span = ALWAYS, limit: int = MOST) -> list[Point]:
    """The newest answered calls of a span that have both times, newest first."""
    rows = reader.rows(
        "select ttft_ms, duration_ms from calls where started_at >= ? and started_at < ? and state = 'done' "
        "and ttft_ms is not null and duration_ms is not null order by started_at desc limit ?",
        (*span.bounds, limit),
    )
    return [(ttft, total) for ttft, total in rows]
