"""Corrects the balance by what the organization's costs say, for what did not pass here and for prices that differ.

Apart from balance.py because it asks the provider, with an admin key, and only when told to.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal

from . import edits, reconcile
from .errors import UsageError
from .locations import Home
from .moments import iso
from .queries import balance as ledger
from .queries import totals
from .queries.reader import Reader
from .queries.totals import Span


@dataclass(frozen=True, slots=True)
class Correction:
    """What the organization's costs made of the estimate; amounts in USD, `since` in Unix seconds.

    `billed` is what the provider charged since then, `here` what passed here: their difference is `elsewhere`.
    """

    before: Decimal
    after: Decimal
    since: float
    billed: Decimal
    here: Decimal

    @property
    def elsewhere(self) -> Decimal:
        return self.billed - self.here


def correct(home: Home, key: str, base_url: str, now: float) -> Correction:
    """Correct the estimate by the organization's costs since the balance was last said, and keep that.

    Costs are told by whole days (UTC), so what passed here earlier on the first day is taken off it; and they lag, so
    the running day counts as the greater of both ledgers. Raises WiretallyError where the balance is not known or the
    provider does not tell.
    """
    with Reader(home.database) as reader:
        known = ledger.balance(reader, now)
        start = ledger.stated(reader, now, synced=False)
        if start is None or known.usd is None:
            raise UsageError("nobody said what the balance is yet. Say it with `wiretally balance set USD`.")
        if known.exhausted:
            raise UsageError("the provider said that the balance is used up. Say what you bought: `balance add USD`.")
        today = int(now) - int(now) % reconcile.DAY
        days = reconcile.reconcile(reader, key, (int(start.at), int(now)), base_url)
        early = totals.totals(reader, Span(start.at - start.at % reconcile.DAY, start.at))
    running = datetime.fromtimestamp(today, UTC).date().isoformat()
    here = sum((day.priced + day.estimated for day in days), Decimal(0)) - early.cost - early.estimated_cost
    billed = sum((_billed(day, running) for day in days), Decimal(0)) - early.cost - early.estimated_cost
    after = start.amount + (start.added or Decimal(0)) - max(billed, Decimal(0))
    edits.state_balance(home.database, "sync", after, f"organization's costs since {iso(round(start.at * 1000))}", now)
    return Correction(known.usd, after, start.at, billed, here)


def _billed(day: reconcile.Day, running: str) -> Decimal:
    return max(day.provider, day.priced + day.estimated) if day.day == running else day.provider
