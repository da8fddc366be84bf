"""What the alarms say: the state of each rule and the history of firings, as the agent wrote them down."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import msgspec

from .reader import Reader

type StateName = Literal["ok", "firing"]
type EventName = Literal["fired", "cleared"]


@dataclass(frozen=True, slots=True)
class AlarmState:
    """One rule now. `since` in Unix seconds; `value` as last seen, None where there was nothing to judge.

    `threshold` and `message` are those of its last event, None and empty where it never fired.
    """

    rule: str
    state: StateName
    since: float
    value: float | None
    threshold: float | None
    message: str


@dataclass(frozen=True, slots=True)
class AlarmEvent:
    """One firing or clearing; `at` in Unix seconds. `notified` says by channel what came of it: `ok`, or why not.

    `notified` is None while the notifications are under way, and empty where nobody was to be told.
    """

    id: int
    at: float
    rule: str
    event: EventName
    value: float | None
    threshold: float | None
    message: str
    notified: dict[str, str] | None


def states(reader: Reader) -> list[AlarmState]:
    """Every rule the agent judges, the firing ones first, the newest of those on top."""
    rows = reader.rows(
        "select s.rule, s.state, s.since, s.value, e.threshold, coalesce(e.message, '') from alarm_states s "
        "left join alarm_events e on e.id = (select max(id) from alarm_events where rule = s.rule) "
        "order by s.state <> 'firing', case when s.state = 'firing' then -s.since else 0 end, s.rule"
    )
    return [AlarmState(rule, state, since / 1000, *rest) for rule, state, since, *rest in rows]


def firing(reader: Reader) -> list[AlarmState]:
    """The rules that fire now, newest first; what a banner shows."""
    return [state for state in states(reader) if state.state == "firing"]


def events(reader: Reader, since: float = 0, limit: int = 1000, rule: str | None = None) -> list[AlarmEvent]:
    """Firings and clearings at or after `since` (Unix seconds), newest first; of one rule where it is named."""
    rows = reader.rows(
        "select id, at, rule, event, value, threshold, message, notified from alarm_events "
        "where at >= ?1 and (?2 is null or rule = ?2) order by id desc limit ?3",
        (round(since * 1000), rule, limit),
    )
    return [
        AlarmEvent(number, at / 1000, rule, event, value, threshold, message, _outcomes(notified))
        for number, at, rule, event, value, threshold, message, notified in rows
    ]


def _outcomes(text: str | None) -> dict[str, str] | None:
    return None if text is None else msgspec.json.decode(text, type=dict[str, str])
