"""The prepaid balance: what the user said it was, less what was spent since, and how long it lasts at this rate.

The provider has no endpoint for it. An answer with code `credit_balance_exhausted` is the one hard fact: the balance
is 0 then.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from ..call_rows import dollars
from .reader import Reader
from .totals import Span, totals

type EventKind = Literal["set", "add", "sync", "exhausted", "alarm"]

BURN_SECONDS = 3600


@dataclass(frozen=True, slots=True)
class BalanceEvent:
    """One statement about the balance; `at` in Unix seconds. `add` adds to it, `alarm` says below
    what the alarm fires, the others say what it was."""

    at: float
    kind: EventKind
    amount: Decimal
    note: str | None


@dataclass(frozen=True, slots=True)
class Balance:
    """The balance as far as it is known, in USD; None where nobody ever said what it was.

    `spent` is the local ledger since `known_at` with the `estimated` part of it; `unpriced` calls are in neither, so
    the true balance is lower where there are any. `burn_per_hour` is over the last hour, `seconds_left` at that rate.
    """

    usd: Decimal | None
    known_at: float | None
    exhausted: bool
    spent: Decimal
    estimated: Decimal
    unpriced: int
    burn_per_hour: Decimal
    seconds_left: float | None


def events(reader: Reader, limit: int = 1000) -> list[BalanceEvent]:
    """What was said about the balance, newest first."""
    rows = reader.rows(
        "select at, kind, amount_pico, note from balance_events order by at desc, id desc limit ?", (limit,)
    )
    return [BalanceEvent(at / 1000, kind, dollars(amount or 0) or Decimal(0), note) for at, kind, amount, note in rows]


def alarm_below(reader: Reader) -> Decimal | None:
    """The amount below which the alarm is to fire, as last said with `balance set`; None where nobody did."""
    return dollars(
        reader.value("select amount_pico from balance_events where kind = 'alarm' order by at desc, id desc limit 1")
    )


@dataclass(frozen=True, slots=True)
class Statement:
    """What was last said the balance is, and what was added to it since then (None: nothing)."""

    at: float
    kind: EventKind
    amount: Decimal
    added: Decimal | None


def stated(reader: Reader, now: float, *, synced: bool = True) -> Statement | None:
    """The last word on the balance at `now` (Unix seconds); None where nobody said anything.

    Without `synced`, the last one that is no correction by the organization's costs.
    """
    moment = round(now * 1000)
    last = reader.row(
        "select id, at, kind, amount_pico from balance_events where kind not in ('add', 'alarm', ?) and at <= ? "
        "order by at desc, id desc limit 1",
        ("" if synced else "sync", moment),
    )
    number, at, kind, amount = last or (0, 0, "add", 0)
    first, added = reader.row(
        "select min(at), sum(amount_pico) from balance_events where kind = 'add' and (at, id) > (?, ?) and at <= ?",
        (at, number, moment),
    ) or (None, None)
    if last is None:
        if first is None:
            return None
        at = first
    return Statement(at / 1000, kind, dollars(amount or 0) or Decimal(0), dollars(added))


def balance(reader: Reader, now: float | None = None) -> Balance:
    """The balance at `now` (Unix seconds; this moment by default)."""
    moment = time.time() if now is None else now
    recent = totals(reader, Span(moment - BURN_SECONDS, moment))
    burn = (recent.cost + recent.estimated_cost) * 3600 / BURN_SECONDS
    said = stated(reader, moment)
    if said is None:
        return Balance(None, None, False, Decimal(0), Decimal(0), 0, burn, None)
    since = totals(reader, Span(said.at, moment))
    spent = since.cost + since.estimated_cost
    exhausted = said.kind == "exhausted" and said.added is None
    usd = Decimal(0) if exhausted else said.amount + (said.added or Decimal(0)) - spent
    left = float(max(usd, Decimal(0)) / burn * 3600) if burn else None
    return Balance(usd, said.at, exhausted, spent, since.estimated_cost, since.unpriced, burn, left)
