"""`wiretally alarms`: the rules, their state and their history."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import click

from .options import JSON, Listing, database
from .tables import UNKNOWN, print_json, print_table

if TYPE_CHECKING:
    from ..alarm_rules import Rule
    from ..queries.alarms import AlarmEvent, AlarmState

SHOWN = 20


@click.command()
@click.option("--since", metavar="WHEN", help="history from then on: 10m, 2h, 7d ago  [default: the last 20 events]")
@JSON
def command(since: str | None, as_json: bool) -> None:
    """List alarm rules, their state and history.

    The agent judges them once a second. Rules are in config.toml as [alarm.NAME]; the balance's is always there.
    """
    from ..database import DatabaseMissing
    from ..queries import alarms
    from ..queries.reader import Reader

    start, _ = Listing(since=since).bounds
    states, history = list["AlarmState"](), list["AlarmEvent"]()
    try:
        with Reader(database()) as reader:
            states = alarms.states(reader)
            history = alarms.events(reader, start or 0, SHOWN if since is None else 10_000)
    except DatabaseMissing:
        pass  # rules can be looked at before anything is recorded
    rows = _rows(rules_in_force(), states)
    if as_json:
        print_json({"rules": rows, "history": history})
        return
    _print(rows, history)


def rules_in_force() -> list[Rule]:
    """The rules as the agent would judge them now. Raises UsageError where one can't be understood."""
    from ..alarm_rules import rules
    from ..database import DatabaseMissing
    from ..locations import home
    from ..queries.balance import alarm_below
    from ..queries.reader import Reader
    from ..settings import load

    place = home()
    try:
        with Reader(place.database) as reader:
            said = alarm_below(reader)
    except DatabaseMissing:
        said = None
    return rules(load(place.config), said)


def _rows(rules: Sequence[Rule], states: Sequence[AlarmState]) -> list[dict[str, Any]]:
    from ..moments import iso

    known = {state.rule: state for state in states}
    rows = list[dict[str, Any]]()
    for rule in rules:
        state = known.get(rule.name)
        rows.append(
            {
                "name": rule.name, "state": state.state if state else None, "metric": rule.metric,
                "value": state.value if state else None, "threshold": rule.threshold, "clear": rule.clear,
                "window_seconds": rule.window if rule.kind.windowed else None, "filter": rule.filter,
                "min_calls": rule.min_calls, "notify": rule.notify,
                "since": iso(round(state.since * 1000)) if state else None,
                "message": state.message if state and state.state == "firing" else "",
            }
        )  # fmt: skip
    return rows


def _print(rows: Sequence[dict[str, Any]], history: Sequence[AlarmEvent]) -> None:
    from ..alarm_metrics import METRICS
    from ..alarm_rules import span
    from ..moments import local

    def figure(row: dict[str, Any], name: str) -> str:
        return UNKNOWN if row[name] is None else METRICS[row["metric"]].show(row[name])

    print_table(
        ("alarm", "state", "metric", ">now", ">fires", ">clears", "window", "filter"),
        [
            (
                row["name"], _state(row["state"]), row["metric"], figure(row, "value"), _limit(row),
                figure(row, "clear"), span(row["window_seconds"]) if row["window_seconds"] else "now", row["filter"],
            )
            for row in rows
        ],
    )  # fmt: skip
    if history:
        click.echo()
        print_table(
            ("at", "alarm", "event", "message", "notified"),
            [
                (local(round(event.at * 1000)), event.rule, event.event, event.message, _told(event))
                for event in history
            ],
        )


def _state(state: str | None) -> str:
    return "not judged yet" if state is None else state.upper() if state == "firing" else state


def _limit(row: dict[str, Any]) -> str:
    from ..alarm_metrics import METRICS

    if row["threshold"] is None:
        return "used up"
    metric = METRICS[row["metric"]]
    return f"{'below' if metric.below else 'above'} {metric.show(row['threshold'])}"


def _told(event: AlarmEvent) -> str:
    """Who was told, in a few words."""
    if event.notified is None:
        return "under way"
    return ", ".join(f"{channel} {outcome}" for channel, outcome in event.notified.items()) or "nobody else"
