"""The dialog for one alarm rule: what is watched, when it fires, whom it tells."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, cast

from pydantic import ValidationError
from textual import on
from textual.widget import Widget
from textual.widgets import Input, Select

from ...agent.alarm_metrics import METRICS, MetricName
from ...agent.alarm_rules import BALANCE, span
from ...agent.errors import UsageError
from ...agent.filters import parse
from ...agent.settings import AlarmSettings
from ..widgets.typed import Typed
from .dialog import Dialog, Field, Line, Pick

UNITS = {
    "balance_usd": "USD", "spend_usd": "USD", "requests_per_minute": "calls a minute", "error_rate": "0 to 1",
    "latency_p95_ms": "milliseconds", "ttft_p95_ms": "milliseconds", "tokens_per_minute": "tokens a minute",
    "ratelimit_remaining_percent": "0 to 100", "retry_count": "retries",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class RuleText:
    """A rule as it is typed. `values` are texts by the names of AlarmSettings; empty ones are left to the defaults."""

    name: str
    values: dict[str, str]


def as_text(name: str, known: AlarmSettings | None) -> RuleText:
    """A rule of config.toml for the dialog; without one, what a new rule begins with."""
    if known is None:
        return RuleText(name, {"metric": "error_rate", "threshold": "", "window": "5m"})
    return RuleText(
        name,
        {
            "metric": known.metric, "threshold": f"{known.threshold:g}",
            "clear": "" if known.clear is None else f"{known.clear:g}", "window": span(known.window),
            "filter": known.filter, "min_calls": "" if known.min_calls == 1 else str(known.min_calls),
            "notify": "" if known.notify is None else " ".join(known.notify),
        },
    )  # fmt: skip


def as_settings(text: RuleText) -> dict[str, Any]:
    """What goes into config.toml; None for what is left to its default. Raises UsageError with what is wrong."""
    if not re.fullmatch(r"[\w.-]{1,40}", text.name):
        raise UsageError("The name is of letters, digits, - and _, at most 40.")
    found: dict[str, Any] = {name: value.strip() or None for name, value in text.values.items()}
    for name in ("threshold", "clear", "min_calls"):
        if (typed := found.get(name)) is not None:
            found[name] = _number(name, typed)
    if found.get("threshold") is None:
        raise UsageError("The threshold is missing.")
    if found.get("notify") is not None:
        found["notify"] = found["notify"].replace(",", " ").split()
    try:
        AlarmSettings.model_validate({name: value for name, value in found.items() if value is not None})
    except ValidationError as error:
        first = error.errors()[0]
        where = " ".join(str(part) for part in first["loc"])
        raise UsageError(f"{where} is {first['input']!r}: {first['msg'].lower()}") from None
    parse(found.get("filter") or "")
    return found


def _number(name: str, typed: str) -> int | float:
    try:
        number = float(typed.replace(",", "").replace("_", ""))
    except ValueError:
        number = math.nan
    if not math.isfinite(number):
        raise UsageError(f"{name} {typed!r} is not a number.")
    return int(number) if number.is_integer() else number


class AlarmScreen(Dialog[RuleText]):
    """On the rule `known`; a new one where its name is empty. The rule of the balance has a threshold alone."""

    def __init__(self, known: RuleText) -> None:
        super().__init__()
        self._known = known
        self.heading = f"alarm {known.name}" if known.name else "a new alarm"

    def fields(self) -> Iterable[Widget]:
        values = self._known.values

        def line(name: str, hint: str = "") -> Input:
            return Typed(values.get(name, ""), id=name, placeholder=hint)

        metrics = [(f"{metric.label} ({name})", name) for name, metric in METRICS.items()]
        chosen = Pick(metrics, values["metric"], id="metric")
        if not self._known.name:
            yield Field("name", Typed(id="name", placeholder="slow-answers"))
        if self._known.name == BALANCE:
            yield Field("fires below", line("threshold", "USD"))
            return
        yield Field("watches", chosen)
        yield Field("fires", line("threshold"))
        yield Field("", Line(id="unit"))
        yield Field("clears", line("clear", "a tenth back from there"))
        yield Field("over", line("window", "5m"))
        yield Field("of calls", line("filter", "all; or a filter: model:gpt-5* app:worker"))
        yield Field("least calls", line("min_calls", "1"))
        yield Field("tells", line("notify", "all; or some of: webhook command desktop"))

    def on_mount(self) -> None:
        super().on_mount()
        self.query(Input).first().focus()

    @on(Select.Changed, "#metric")
    def _choose(self, event: Select.Changed) -> None:
        name = cast(MetricName, event.value)
        side = "below this" if METRICS[name].below else "above this"
        self.query_one("#unit", Line).say(f"{side}, {UNITS[name]}", "$dim")
        for field in ("window", "filter", "min_calls"):
            self.query_one(f"#{field}", Input).disabled = not METRICS[name].windowed

    def submit(self) -> None:
        values = {str(box.id): box.value for box in self.query(Input) if box.id != "name" and not box.disabled}
        name = self._known.name or self.query_one("#name", Input).value.strip()
        metric = self._known.values["metric"]
        if self.query("#metric"):
            metric = str(self.query_one(Pick).value)
        text = RuleText(name, {"metric": metric, **values})
        try:
            as_settings(text)
        except UsageError as error:
            self.complain(str(error))
            return
        self.dismiss(text)
