"""What the banner says: the worst of what is wrong, in a sentence, and how much more there is."""

from __future__ import annotations

from dataclasses import dataclass

from ..agent.alarm_rules import BALANCE
from ..agent.queries import alarms
from ..agent.queries.alarms import AlarmState
from ..agent.queries.reader import Reader
from . import numbers
from .counting import Purse


@dataclass(frozen=True, slots=True)
class Trouble:
    """`problem` is what keeps the database from being read, `firing` the rules that fire as the agent says, and
    `purse` the balance as it is read here: it is low before the agent's next look, and where no agent runs."""

    problem: str = ""
    firing: tuple[AlarmState, ...] = ()
    purse: Purse | None = None

    @property
    def alarms(self) -> tuple[str, ...]:
        """The names of the alarms that fire, the newest first."""
        names = tuple(state.rule for state in self.firing)
        is_low = self.purse is not None and self.purse.is_low
        return (*names, BALANCE) if is_low and BALANCE not in names else names

    @property
    def text(self) -> str:
        """A sentence; empty where nothing is wrong."""
        if self.problem:
            return self.problem
        if not (names := self.alarms):
            return ""
        first = "" if names[0] != BALANCE else self._balance()
        if not first:
            first = f"{names[0]}: {self.firing[0].message}"
        return first

    @property
    def more(self) -> str:
        """The alarms that the line does not speak of."""
        others = self.alarms if self.problem else self.alarms[1:]
        return f"+{len(others)}: {', '.join(others)}" if others else ""

    def _balance(self) -> str:
        purse = self.purse
        if purse is None or purse.alarm_below is None or not purse.is_low:
            return ""
        left = f", ~{numbers.span(purse.seconds_left)} left" if purse.seconds_left else ""
        return (
            f"Balance {numbers.money(purse.usd, 2)}, below {numbers.money(purse.alarm_below, 2)}{left}. "
            "Add credit, then `wiretally balance add USD`."
        )


def read_firing(reader: Reader) -> tuple[AlarmState, ...]:
    """The alarms that fire. Raises DatabaseError."""
    return tuple(alarms.firing(reader))
