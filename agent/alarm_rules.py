"""The rules of the alarms and their judgement: fire past one value, clear at another, so that none flutters.

Pure: a rule and a reading go in, a state comes out. What is read, kept and told is in other files.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from .alarm_metrics import METRICS, Metric, MetricName
from .errors import WiretallyError
from .filters import parse
from .queries.alarms import StateName
from .queries.where import EVERYTHING, Where
from .settings import AlarmSettings, Channel, Settings

BALANCE: Final = "balance"
"""Name of the rule that is always there; `[alarm.balance]` changes it."""

EXHAUSTED_MESSAGE: Final = "the provider said that the prepaid balance is used up"


@dataclass(frozen=True, slots=True)
class Reading:
    """A metric's value now; None where there is nothing to judge. `certain`: it is bad whatever the threshold says."""

    value: float | None
    certain: bool = False


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule, ready to be judged. `threshold` is None for a balance of which only the end is watched.

    `notify` names the channels to tell; None tells all that are set up.
    """

    name: str
    metric: MetricName
    threshold: float | None
    clear: float | None
    window: float = 300.0
    filter: str = ""
    where: Where = EVERYTHING
    min_calls: int = 1
    notify: tuple[Channel, ...] | None = None

    @property
    def kind(self) -> Metric:
        return METRICS[self.metric]

    @property
    def limit(self) -> str:
        """When it fires, in a few words."""
        if self.threshold is None:
            return "used up"
        return f"{'below' if self.kind.below else 'above'} {self.kind.show(self.threshold)}"

    def judge(self, was: StateName, reading: Reading) -> StateName:
        """The state after `reading`. Without a value nothing is wrong any more."""
        if reading.certain:
            return "firing"
        if reading.value is None or self.threshold is None:
            return "ok"
        value = -reading.value if self.kind.below else reading.value
        fire = -self.threshold if self.kind.below else self.threshold
        clear = fire if self.clear is None else -self.clear if self.kind.below else self.clear
        return "firing" if value > (clear if was == "firing" else fire) else "ok"

    def message(self, state: StateName, reading: Reading) -> str:
        """What happened, in one line."""
        if reading.certain:
            return EXHAUSTED_MESSAGE
        kind, over = self.kind, f" over {span(self.window)}" if self.kind.windowed else ""
        of = f" of {self.filter}" if self.filter else ""
        if reading.value is None or self.threshold is None:
            return f"{kind.label}{of}{over}: nothing to judge any more"
        side = "below" if kind.below == (state == "firing") else "above"
        limit = self.threshold if state == "firing" or self.clear is None else self.clear
        back = "" if state == "firing" else "back "
        at = "at or " if state == "ok" else ""
        return f"{kind.label}{of}{over} is {kind.show(reading.value)}, {back}{at}{side} {kind.show(limit)}"


def span(seconds: float) -> str:
    """A length of time as settings write it: 90s, 5m, 2h, 7d."""
    for size, unit in ((86400, "d"), (3600, "h"), (60, "m")):
        if seconds % size == 0:
            return f"{seconds / size:.0f}{unit}"
    return f"{seconds:g}s"


def rules(
    settings: Settings, said: Decimal | None = None, wrong: Callable[[WiretallyError], None] | None = None
) -> list[Rule]:
    """The rules in force, the balance's first. `said` is the `--alarm-below` that beats the settings.

    A rule with a bad filter is given to `wrong` and left out; without `wrong` its error is raised.
    """
    found = list[Rule]()
    if BALANCE not in settings.alarm:
        below = settings.balance.alarm_below if said is None else said
        amount = None if below is None else float(below)
        found.append(Rule(BALANCE, "balance_usd", amount, amount))
    for name, asked in settings.alarm.items():
        try:
            if asked.enabled:
                found.append(rule_of(name, asked, settings, said))
        except WiretallyError as error:
            explained = type(error)(f"alarm.{name}: {error}")
            if wrong is None:
                raise explained from error
            wrong(explained)
    return found


def rule_of(name: str, asked: AlarmSettings, settings: Settings, said: Decimal | None = None) -> Rule:
    """One rule of the settings, switched on or not. Raises UsageError where its filter can't be read."""
    threshold = asked.threshold
    if name == BALANCE and asked.metric == "balance_usd" and said is not None:
        threshold = float(said)
    where = parse(asked.filter, scenarios=settings.scenario)
    notify = None if asked.notify is None else tuple(asked.notify)
    clear = _clear(asked, threshold)
    return Rule(name, asked.metric, threshold, clear, asked.window, asked.filter, where, asked.min_calls, notify)


def _clear(asked: AlarmSettings, threshold: float) -> float:
    kind = METRICS[asked.metric]
    if not kind.windowed:
        return threshold if asked.clear is None else max(asked.clear, threshold)  # only the user's word raises it
    if asked.clear is not None:
        return asked.clear
    if kind.below:
        return threshold * 1.1 if kind.most is None else min(threshold * 1.1, kind.most)
    return threshold * 0.9
