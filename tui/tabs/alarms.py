"""The Alarms tab: every rule of config.toml with its state as the agent judges it, and what has fired."""

from __future__ import annotations

from ...agent.alarm_rules import BALANCE, Rule, rule_of, rules, span
from ...agent.errors import WiretallyError
from ...agent.queries import alarms
from ...agent.queries.alarms import AlarmEvent, AlarmState
from ...agent.queries.balance import alarm_below
from ...agent.queries.reader import Reader
from ...agent.settings import Settings, load
from .. import numbers
from ..columns import Cell
from ..view import Asked, Head, Row, View
from .alarm_page import AlarmPage

CHOICES = ("rules", "history")
RULE_HEADS = (
    Head("rule", 14, right=False),
    Head("state", 8, right=False),
    Head("since", 8, right=False),
    Head("now", 10),
    Head("fires", 14, right=False),
    Head("clears", 10, optional=True),
    Head("over", 4, optional=True),
    Head("what is watched", 12, right=False, grows=True, optional=True),
    Head("of the calls", 12, right=False, grows=True, optional=True),
)
EVENT_HEADS = (
    Head("at", 11, right=False),
    Head("rule", 14, right=False),
    Head("event", 7, right=False),
    Head("notified", 18, right=False, optional=True),
    Head("message", 20, right=False, grows=True),
)


def read(reader: Reader, asked: Asked) -> View:
    """Raises DatabaseError."""
    states = {state.rule: state for state in alarms.states(reader)}
    firing = sum(1 for state in states.values() if state.state == "firing")
    if asked.choice == "history":
        begin, end = (at / 1000 for at in asked.span.bounds)
        events = [event for event in alarms.events(reader, begin) if event.at < end]
        said = f"{len(events):,} events, {firing} rules firing now"
        return View(said, EVENT_HEADS, tuple(_event(event, asked.now) for event in events), (), "Nothing has fired.")
    try:
        found, off, problem = known_rules(reader, asked)
    except WiretallyError as error:
        return View(str(error), RULE_HEADS, (), (), "Correct config.toml; the screen reads it again at once.")
    rows = [_rule(rule, states.get(rule.name), asked.now) for rule in found]
    rows.sort(key=lambda row: "firing" not in row.cells[1][0])
    rows += [_rule(rule, None, asked.now, off=True) for rule in off]
    rules_ = "rule" if len(found) == 1 else "rules"
    summary = f"{len(found)} {rules_}, {firing} firing" + (f", {len(off)} off" if off else "")
    return View(f"{summary}{f' · {problem}' if problem else ''}", RULE_HEADS, tuple(rows))


def known_rules(reader: Reader, asked: Asked) -> tuple[list[Rule], list[Rule], str]:
    """The rules in force, those switched off, and what is wrong with one. Raises UsageError where none can be read."""
    settings = load(asked.config) if asked.config is not None else Settings.model_validate({})
    wrong: list[WiretallyError] = []
    found = rules(settings, alarm_below(reader), wrong.append)
    off = [rule_of(name, it, settings) for name, it in settings.alarm.items() if not it.enabled]
    return found, off, str(wrong[0]) if wrong else ""


def _rule(rule: Rule, state: AlarmState | None, now: float, *, off: bool = False) -> Row:
    fires = state is not None and state.state == "firing"
    value = state.value if state else None
    standing: Cell = ("⚑ firing", "bad") if fires else ("ok", "good") if state else ("–", "muted")
    if off:
        standing = ("off", "muted")
    elif rule.threshold is None and rule.name == BALANCE and not fires:
        standing = ("not set", "muted")
    watched = f"{rule.kind.label} of {rule.filter or 'all calls'}"
    return Row(
        (
            (rule.name, "muted" if off else ""),
            standing,
            (numbers.moment(state.since, now)[-8:] if state else numbers.UNKNOWN, "muted"),
            (numbers.UNKNOWN if value is None else rule.kind.show(value), "bad" if fires else ""),
            (rule.limit, "muted" if off else ""),
            (numbers.UNKNOWN if rule.clear is None else rule.kind.show(rule.clear), "muted"),
            (span(rule.window) if rule.kind.windowed else "now", "muted"),
            (rule.kind.label, "muted"),
            (rule.filter or "all", "muted"),
        ),
        key=rule.name,
        detail=f"{watched} · when it fired: {state.message}" if state and fires else watched,
    )


def _event(event: AlarmEvent, now: float) -> Row:
    told = "under way" if event.notified is None else ", ".join(f"{to} {how}" for to, how in event.notified.items())
    return Row(
        (
            (numbers.moment(event.at, now), "muted"),
            (event.rule, ""),
            (event.event, "bad" if event.event == "fired" else "good"),
            (told or "nobody else", "muted"),
            (event.message, ""),
        ),
        key=event.rule,
        detail=f"{event.message} · told: {told or 'nobody but the screen'}",
    )


READ = read
PAGE = AlarmPage
