"""What can be done with a rule on the Alarms tab: change, add, switch, ring, take out. It ends in config.toml, which
the agent reads again."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, ClassVar

from textual import on
from textual.binding import BindingType

from ...agent import alarm_trial, edits
from ...agent.alarm_rules import BALANCE, rule_of, rules
from ...agent.errors import UsageError
from ...agent.locations import Home
from ...agent.queries.balance import alarm_below
from ...agent.queries.reader import Reader
from ...agent.settings import load
from ..errands import Errand, Report
from ..keeping import Change, keep
from ..keys import bindings
from ..screens.dialog import ConfirmScreen
from ..widgets.table import Table
from .page import TabPage

if TYPE_CHECKING:
    from ..screens.alarm import RuleText


class AlarmPage(TabPage):
    """The rules, and their keys."""

    BINDINGS: ClassVar[list[BindingType]] = bindings("alarms")

    @property
    def rule(self) -> str:
        """The rule under the cursor; empty where there is none."""
        return self.table.row.key if self.table.row else ""

    @on(Table.Picked)
    def _edit(self, message: Table.Picked) -> None:
        message.prevent_default()
        message.stop()
        self._open(message.row.key)

    def action_add(self) -> None:
        self._open("")

    def _open(self, name: str) -> None:
        def ask(report: Report) -> RuleText:
            del report
            return known_rule(self.host.home, name)

        def show(known: RuleText) -> None:
            from ..screens.alarm import AlarmScreen

            self.host.push_screen(AlarmScreen(known), self._keep)

        self.host.errands.send(Errand("alarm", ask, show))

    def _keep(self, text: RuleText | None) -> None:
        if text is None:
            return
        from ..screens.alarm import as_settings

        values = as_settings(text)
        if text.name == BALANCE:
            self.host.send("alarm", partial(keep_balance, self.host.home, values["threshold"]))
        else:
            self._change(Change(f"alarm {text.name}", ("alarm", text.name), values))

    def _change(self, wanted: Change) -> None:
        self.host.send("alarm", partial(keep, self.host.home, wanted))

    def action_switch(self) -> None:
        name = self.rule
        if name == BALANCE:
            key = self.host.keys["pick"].shown
            said = f"The balance is always watched. {key} changes below what its alarm fires."
            self.host.notify(said, timeout=4, markup=False)
        elif name:
            self.host.send("alarm", partial(switch, self.host.home, name))

    def action_ring(self) -> None:
        if self.rule:
            self.host.send("ring", partial(ring, self.host.home, self.rule))

    def action_delete(self) -> None:
        name = self.rule
        if not name:
            return
        if name == BALANCE:
            self.host.notify("The balance is always watched; its rule can't be taken out.", timeout=4)
            return

        def delete(yes: bool | None) -> None:
            if yes:
                self._change(Change(f"alarm {name} taken out", ("alarm", name), None))

        question = (f"Take alarm {name} out of config.toml? What it has fired stays in the history.",)
        self.host.push_screen(ConfirmScreen(f"delete alarm {name}", question, "delete"), delete)


def known_rule(home: Home, name: str) -> RuleText:
    """The rule `name` as it stands, for the dialog; a new one for an empty name. Raises UsageError, DatabaseError."""
    from ..screens.alarm import RuleText, as_text

    settings = load(home.config)
    if name == BALANCE and name not in settings.alarm:
        with Reader(home.database) as reader:
            said = alarm_below(reader)
        below = settings.balance.alarm_below if said is None else said
        return RuleText(name, {"metric": "balance_usd", "threshold": "" if below is None else f"{below.normalize():f}"})
    return as_text(name, settings.alarm.get(name))


def keep_balance(home: Home, usd: float, report: Report) -> str:
    """Keep below what the balance's alarm fires, as `balance set --alarm-below` does; what to tell the reader."""
    from ...agent.balance import amount

    del report
    edits.state_balance(home.database, "alarm", amount(f"{usd:.6f}"))
    return f"The alarm of the balance fires below ${usd:,.2f}."


def ring(home: Home, name: str, report: Report) -> str:
    """Send a rule's notifications, marked as a test; what came of each.

    Raises UsageError where it has nobody to tell.
    """
    del report
    settings = load(home.config)
    found = {rule.name: rule for rule in rules(settings)}
    found |= {other: rule_of(other, it, settings) for other, it in settings.alarm.items() if other not in found}
    if (rule := found.get(name)) is None:
        raise UsageError(f"there is no alarm {name!r} any more.")
    outcomes = alarm_trial.ring(home.config, rule)
    return f"Test of alarm {name}: " + ", ".join(f"{channel} {outcome}" for channel, outcome in outcomes.items())


def switch(home: Home, name: str, report: Report) -> str:
    """Switch a rule off or on; what to tell the reader. Raises UsageError, WiretallyError."""
    asked = load(home.config).alarm.get(name)
    if asked is None:
        raise UsageError(f"there is no alarm {name!r} any more.")
    turned = "off" if asked.enabled else "on"
    return keep(home, Change(f"alarm {name} {turned}", ("alarm", name), {"enabled": not asked.enabled}), report)
