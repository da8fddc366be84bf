"""The Alarms tab: every rule the agent judges, its state, and what has fired."""

from __future__ import annotations

from ...agent.queries import alarms
from ...agent.queries.alarms import AlarmEvent, AlarmState
from ...agent.queries.reader import Reader
from .. import numbers
from ..view import Asked, Head, Row, View

CHOICES = ("rules", "history")
RULE_HEADS = (
    Head("rule", 18, right=False),
    Head("state", 8, right=False),
    Head("since", 11, right=False, optional=True),
    Head("value", 12),
    Head("threshold", 12, optional=True),
    Head("last said", 20, right=False, grows=True),
)
EVENT_HEADS = (
    Head("at", 11, right=False),
    Head("rule", 18, right=False),
    Head("event", 8, right=False),
    Head("value", 12),
    Head("threshold", 12, optional=True),
    Head("notified", 18, right=False, optional=True),
    Head("message", 20, right=False, grows=True),
)


def read(reader: Reader, asked: Asked) -> View:
    """Raises DatabaseError."""
    states = alarms.states(reader)
    firing = sum(1 for state in states if state.state == "firing")
    summary = f"{len(states)} rules, {firing} firing"
    if asked.choice == "history":
        events = alarms.events(reader, asked.span.start or 0)
        return View(summary, EVENT_HEADS, tuple(_event(event, asked.now) for event in events), (), "Nothing has fired.")
    rows = tuple(_state(state, asked.now) for state in states)
    empty = "No rule has been judged yet: the agent does, as soon as it runs. `wiretally alarms` lists the rules."
    return View(summary, RULE_HEADS, rows, (), empty)


def _value(value: float | None) -> str:
    return numbers.UNKNOWN if value is None else f"{value:,.4g}"


def _state(state: AlarmState, now: float) -> Row:
    fires = state.state == "firing"
    return Row(
        (
            (state.rule, ""),
            ("⚑ firing" if fires else "ok", "bad" if fires else "good"),
            (numbers.moment(state.since, now), "muted"),
            (_value(state.value), ""),
            (_value(state.threshold), "muted"),
            (state.message, "bad" if fires else "muted"),
        )
    )


def _event(event: AlarmEvent, now: float) -> Row:
    told = "under way" if event.notified is None else ", ".join(f"{to} {how}" for to, how in event.notified.items())
    return Row(
        (
            (numbers.moment(event.at, now), "muted"),
            (event.rule, ""),
            (event.event, "bad" if event.event == "fired" else "good"),
            (_value(event.value), ""),
            (_value(event.threshold), "muted"),
            (told or numbers.UNKNOWN, "muted"),
            (event.message, ""),
        )
    )


READ = read
