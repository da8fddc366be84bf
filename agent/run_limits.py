"""What a command may spend, and whether it did: the rule behind `exec --max-cost`, `--max-calls` and `--max-errors`.

Its own file because it is a rule over totals, tried with plain numbers, and says what it can't judge: unpriced calls.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .queries.totals import Totals


@dataclass(frozen=True, slots=True)
class RunLimits:
    """The most a command may do; None is without limit. A command that reaches a limit exactly is within it."""

    max_cost: Decimal | None = None
    max_calls: int | None = None
    max_errors: int | None = None

    def __bool__(self) -> bool:
        return (self.max_cost, self.max_calls, self.max_errors) != (None, None, None)

    def exceeded(self, totals: Totals) -> str | None:
        """By what the first limit was exceeded, as a clause; None where all held. Estimated cost counts as well."""
        cost = totals.cost + totals.estimated_cost
        if self.max_cost is not None and cost > self.max_cost:
            about = "about " if totals.estimated_cost else ""
            return f"cost {about}{_usd(cost)}, over --max-cost ${self.max_cost} by {_usd(cost - self.max_cost)}"
        if self.max_calls is not None and totals.calls > self.max_calls:
            over = totals.calls - self.max_calls
            return f"made {_counted(totals.calls, 'call')}, over --max-calls {self.max_calls} by {over}"
        if self.max_errors is not None and totals.failed > self.max_errors:
            over = totals.failed - self.max_errors
            return f"had {_counted(totals.failed, 'failed call')}, over --max-errors {self.max_errors} by {over}"
        return None

    def unjudged(self, totals: Totals) -> str | None:
        """What --max-cost could not take into account, as a sentence; None where nothing."""
        if self.max_cost is None or not totals.unpriced:
            return None
        return f"not counted against --max-cost, for want of a price: {_counted(totals.unpriced, 'call')}"


def summary(totals: Totals) -> str:
    """The totals in a few words."""
    parts = [
        _counted(totals.calls, "call"),
        f"{totals.input_tokens + totals.output_tokens:,} tokens",
        _usd(totals.cost),
    ]
    if totals.estimated_cost:
        parts.append(f"{_usd(totals.estimated_cost)} estimated")
    parts += [f"{count} {word}" for count, word in ((totals.unpriced, "unpriced"), (totals.failed, "failed")) if count]
    return ", ".join(parts)


def _counted(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"


def _usd(amount: Decimal) -> str:
    """Cents, and as many digits more as a small amount needs to be seen."""
    return f"${amount:.{2 if amount >= 1 else 4 if amount >= Decimal('0.01') else 6}f}"
