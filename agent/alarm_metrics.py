"""What alarms can watch: each metric with its words, its unit and the side on which it is bad. Imports nothing of ours,
so that settings can check a threshold against it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

type MetricName = Literal[
    "balance_usd",
    "spend_usd",
    "requests_per_minute",
    "error_rate",
    "latency_p95_ms",
    "ttft_p95_ms",
    "tokens_per_minute",
    "ratelimit_remaining_percent",
    "retry_count",
]


def _dollars(value: float) -> str:
    size = abs(value)
    text = f"${size:,.2f}" if size >= 1 or size == 0 else f"${size:.6f}".rstrip("0")
    return f"-{text}" if value < 0 else text


def _count(value: float) -> str:
    return f"{value:,.1f}".removesuffix(".0")


def _time(value: float) -> str:
    return f"{value:,.0f} ms" if value < 10_000 else f"{value / 1000:,.1f} s"


def _percent(value: float) -> str:
    return f"{value:.1f} %"


def _share(value: float) -> str:
    return _percent(100 * value)


@dataclass(frozen=True, slots=True)
class Metric:
    """One metric. `below`: it is bad when it falls; `most`: the largest value it can have.

    `windowed` metrics are over the calls that ended within the rule's window; the balance is of the moment.
    """

    label: str
    show: Callable[[float], str]
    below: bool = False
    windowed: bool = True
    most: float | None = None


METRICS: dict[MetricName, Metric] = {
    "balance_usd": Metric("prepaid balance", _dollars, below=True, windowed=False),
    "spend_usd": Metric("spend", _dollars),
    "requests_per_minute": Metric("calls a minute", _count),
    "error_rate": Metric("share of failed calls", _share, most=1),
    "latency_p95_ms": Metric("95th percentile of latency", _time),
    "ttft_p95_ms": Metric("95th percentile of time to first token", _time),
    "tokens_per_minute": Metric("tokens a minute", _count),
    "ratelimit_remaining_percent": Metric("rate limit's remaining share", _percent, below=True, most=100),
    "retry_count": Metric("retries", _count),
}
