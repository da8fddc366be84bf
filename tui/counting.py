"""What the counters show, as one frozen record, and how it is read: asked by the feed, drawn by widgets/counters.py."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from ..agent.queries import balance, limits, totals
from ..agent.queries.reader import Reader
from ..agent.queries.totals import Span
from .ranges import Range

NEAR_PERCENT = 20
TOLD_SECONDS = 900
"""How long what an answer said of the rate limits is shown."""
TREND_MINUTES = 60
RATE_MINUTES = 5


@dataclass(frozen=True, slots=True)
class Purse:
    """The prepaid balance. `share` is what is left of the last deposit, None where none is known."""

    usd: Decimal
    alarm_below: Decimal | None = None
    share: float | None = None
    seconds_left: float | None = None

    @property
    def is_low(self) -> bool:
        return self.alarm_below is not None and self.usd < self.alarm_below


@dataclass(frozen=True, slots=True)
class Room:
    """The least headroom under the provider's rate limits that was told lately. `percent` is what is left, 0 to 100;
    `resets_at` is when it is whole again, Unix seconds; `what` is "requests" or "tokens"."""

    model: str
    what: str
    remaining: int
    limit: int
    resets_at: float | None

    @property
    def percent(self) -> float:
        return 100 * self.remaining / self.limit

    @property
    def is_near(self) -> bool:
        return self.percent < NEAR_PERCENT


@dataclass(frozen=True, slots=True)
class Counters:
    """Sums of the shown range of time, and one value a minute for the trends. Times in milliseconds."""

    window: str
    calls: int = 0
    failed: int = 0
    calls_per_minute: float = 0.0
    spend: Decimal = Decimal(0)
    estimated: Decimal = Decimal(0)
    unpriced: int = 0
    spend_per_minute: Decimal = Decimal(0)
    input: int = 0
    cached: int = 0
    output: int = 0
    speed: float | None = None
    p50: float | None = None
    p95: float | None = None
    ttft_p50: float | None = None
    ttft_p95: float | None = None
    spend_series: tuple[float | None, ...] = ()
    token_series: tuple[float | None, ...] = ()
    call_series: tuple[float | None, ...] = ()
    latency_series: tuple[float | None, ...] = ()
    purse: Purse | None = None
    room: Room | None = None
    now: float = 0.0


def read_purse(reader: Reader, now: float, alarm_below: Decimal | None = None) -> Purse | None:
    """The balance; None where nobody said what it is. `alarm_below` holds unless a threshold was said since.

    Raises DatabaseError.
    """
    found = balance.balance(reader, now)
    said = balance.alarm_below(reader)
    if found.usd is None:
        return None
    deposited = found.usd + found.spent
    share = float(max(found.usd, Decimal(0)) / deposited) if deposited > 0 else 0.0
    return Purse(found.usd, alarm_below if said is None else said, share, found.seconds_left)


def read_counters(reader: Reader, shown: Range, now: float, alarm_below: Decimal | None = None) -> Counters:
    """The counters of a range, the trends of the last hour, the rates of the last minutes. Raises DatabaseError."""
    sums = totals.totals(reader, shown.span(now))
    trend = totals.series(reader, Span(now - (TREND_MINUTES - 1) * 60, now + 60), 60)[-TREND_MINUTES:]
    steps = [step.by_value.get("") for step in trend]
    recent = [step for step in steps[-RATE_MINUTES - 1 : -1] if step] or [step for step in steps[-1:] if step]
    minutes = RATE_MINUTES if len(steps) > RATE_MINUTES else 1
    return Counters(
        window=shown.words,
        calls=sums.calls,
        failed=sums.failed,
        calls_per_minute=sum(step.calls for step in recent) / minutes,
        spend=sums.cost + sums.estimated_cost,
        estimated=sums.estimated_cost,
        unpriced=sums.unpriced,
        spend_per_minute=sum((step.cost + step.estimated_cost for step in recent), Decimal(0)) / minutes,
        input=sums.input_tokens + sums.estimated_input_tokens,
        cached=sums.cached_tokens,
        output=sums.output_tokens + sums.estimated_output_tokens,
        speed=sums.output_tokens_per_second,
        p50=sums.latency_p50_ms,
        p95=sums.latency_p95_ms,
        ttft_p50=sums.ttft_p50_ms,
        ttft_p95=sums.ttft_p95_ms,
        spend_series=tuple(float(step.cost + step.estimated_cost) if step else 0.0 for step in steps),
        token_series=tuple(float(step.input_tokens + step.output_tokens) if step else 0.0 for step in steps),
        call_series=tuple(float(step.calls) if step else 0.0 for step in steps),
        latency_series=tuple(step.latency_p95_ms if step else None for step in steps),
        purse=read_purse(reader, now, alarm_below),
        room=least_room(limits.latest(reader), now),
        now=now,
    )


def least_room(told: Sequence[limits.Headroom], now: float) -> Room | None:
    """The limit nearest to its end. One that was reset since is whole again; one told long ago says nothing."""
    found = list[Room]()
    for one in told:
        if now - one.at > TOLD_SECONDS:
            continue
        for what, remaining, limit, reset in (
            ("requests", one.remaining_requests, one.limit_requests, one.reset_requests_ms),
            ("tokens", one.remaining_tokens, one.limit_tokens, one.reset_tokens_ms),
        ):
            if remaining is not None and limit:
                resets_at = None if reset is None else one.at + reset / 1000
                is_over = resets_at is not None and resets_at <= now
                found.append(Room(one.model, what, limit if is_over else remaining, limit, resets_at))
    return min(found, key=lambda room: room.percent, default=None)
