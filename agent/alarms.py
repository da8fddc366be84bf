"""The alarms at work: reads the figures, judges the rules, writes down what changed and has it told.

Runs in the recorder once a second, on a thread of its own, so that neither a slow disk nor a slow receiver holds a call
up. Where nothing was written and no window holds anything that could leave it, a look costs one `PRAGMA data_version`.
"""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable
from contextlib import suppress
from typing import Final

from . import alarm_log
from .alarm_log import Event, Standing
from .alarm_rules import Reading, Rule, rules
from .alarm_windows import Window
from .call_rows import picodollars
from .copies import replace
from .locations import Home
from .moments import iso
from .notify import Errand, Notice, Notifier
from .queries import alarms
from .queries import balance as ledger
from .queries.finished import Finished, Sample, samples
from .queries.reader import Reader
from .queries.where import Where
from .settings import Settings

VALUE_SECONDS: Final = 5.0
"""How often a value that changes without consequence is written down."""
LEDGER_SECONDS: Final = 60.0
"""How often the balance is added up anew; in between, what ends is taken off."""
UNTOLD_SECONDS: Final = 600.0
"""How old an event may be that a former recorder had not told anybody of, to be told by the next."""

type Told = tuple[int, Notice, Rule]
"""An event that was written down: its number, what to tell, whose it is."""


class _Balance:
    """The balance of the moment, without adding up the whole ledger each time."""

    def __init__(self, reader: Reader) -> None:
        self._reader = reader
        self._said: int | None = -1
        self._added_up = 0.0
        self._known: ledger.Balance | None = None
        self._spent_pico = 0

    def spend(self, found: list[Sample]) -> None:
        """Take off what ended."""
        known_at = self._known.known_at if self._known else None
        if known_at is not None:
            self._spent_pico += sum(it.cost_pico for it in found if it.started >= known_at * 1000)

    def reading(self, now: float) -> Reading:
        said, at = self._reader.row("select max(id), max(at) from balance_events") or (None, None)
        if self._known is None or said != self._said or now - self._added_up >= LEDGER_SECONDS:
            # What was said after the tick, and before this look, counts: it would not be looked at again for a minute.
            self._known, self._said = ledger.balance(self._reader, max(now, (at or 0) / 1000)), said
            self._added_up, self._spent_pico = now, 0
        known = self._known
        if known.exhausted or known.usd is None:
            return Reading(0.0 if known.exhausted else None, certain=known.exhausted)
        return Reading(float(((picodollars(known.usd) or 0) - self._spent_pico) / 10**12))


type _Key = tuple[float, str]


def _key(rule: Rule) -> _Key:
    """What rules that look at the same calls have in common."""
    return rule.window, rule.filter


class Judge:
    """Judges the rules on one database. Not for several threads. Raises DatabaseError where it can't read or write."""

    def __init__(self, home: Home, settings: Settings, now: float, wrong: Callable[[Exception], None]) -> None:
        """`wrong` is given a rule that can't be understood; the others are judged. `now` is in Unix seconds."""
        self._path = home.database
        self._settings = settings
        self._reader = Reader(self._path)
        self._said = ledger.alarm_below(self._reader)
        self._rules = rules(settings, self._said, wrong)
        self._version = -1
        self._written_at: dict[str, float] = {}
        self._finished = Finished(self._reader)
        self._balance = _Balance(self._reader)
        self._windows: dict[_Key, tuple[Where, Window]] = {}
        for rule in self._rules:
            if rule.kind.windowed and _key(rule) not in self._windows:
                window = Window(rule.window, {it.metric for it in self._rules if _key(it) == _key(rule)})
                window.fill(self._reader, rule.where, now, self._finished.revision)
                self._windows[_key(rule)] = rule.where, window
        self._standing = {it.rule: Standing(it.state, it.since, it.value) for it in alarms.states(self._reader)}
        if gone := self._standing.keys() - {rule.name for rule in self._rules}:
            alarm_log.forget(self._path, gone)

    def close(self) -> None:
        self._reader.close()

    def untold(self, now: float) -> list[Told]:
        """What fired or cleared lately and nobody was told of, because the recorder was killed."""
        known = {rule.name: rule for rule in self._rules}
        return [
            (event.id, _notice(known[event.rule], event), known[event.rule])
            for event in reversed(alarms.events(self._reader, now - UNTOLD_SECONDS))
            if event.notified is None and event.rule in known
        ]

    def look(self, now: float) -> list[Told]:
        """Judge every rule at `now` (Unix seconds), where there may be news. What fired or cleared is written down."""
        version = self._reader.data_version()
        left = [window.slide(now) for _, window in self._windows.values()]
        if version == self._version and not any(left):
            return []
        self._version = version
        with self._reader.moment():
            self._follow()
            readings = {rule: self._read(rule, now) for rule in self._rules}
        return self._judge(readings, now)

    def _follow(self) -> None:
        """Take in what was said of the balance's alarm, and which calls ended."""
        if (said := ledger.alarm_below(self._reader)) != self._said:
            self._said = said
            self._rules = rules(self._settings, said, lambda _: None)
        if not (ids := self._finished.ids()):
            return
        found = {"": samples(self._reader, ids)}
        self._balance.spend(found[""])
        for (_, text), (where, window) in self._windows.items():
            if text not in found:
                found[text] = samples(self._reader, ids, where)
            window.enter(found[text])

    def _read(self, rule: Rule, now: float) -> Reading:
        if rule.metric == "balance_usd":
            return self._balance.reading(now)
        return Reading(self._windows[_key(rule)][1].value(rule.metric, rule.min_calls))

    def _judge(self, readings: dict[Rule, Reading], now: float) -> list[Told]:
        standings: dict[str, Standing] = {}
        turned = list[tuple[Rule, Event]]()
        for rule, reading in readings.items():
            was = self._standing.get(rule.name)
            state = rule.judge(was.state if was else "ok", reading)
            if was is None or was.state != state:
                standings[rule.name] = Standing(state, now, reading.value)
                if was is not None or state == "firing":
                    event = Event(
                        now, rule.name, "fired" if state == "firing" else "cleared", reading.value,
                        rule.threshold if state == "firing" else rule.clear, rule.message(state, reading),
                    )  # fmt: skip
                    turned.append((rule, event))
            elif reading.value != was.value and now - self._written_at.get(rule.name, 0) >= VALUE_SECONDS:
                standings[rule.name] = replace(was, value=reading.value)
        if not standings:
            return []
        numbers = alarm_log.keep(self._path, standings, [event for _, event in turned])
        self._standing |= standings
        self._written_at |= dict.fromkeys(standings, now)
        return [(number, _notice(rule, event), rule) for number, (rule, event) in zip(numbers, turned, strict=True)]


def _notice(rule: Rule, event: Event | alarms.AlarmEvent) -> Notice:
    window = rule.window if rule.kind.windowed else None
    return Notice(
        rule.name, event.event, rule.metric, event.value, event.threshold, iso(round(event.at * 1000)), event.message,
        rule.filter, window,
    )  # fmt: skip


class AlarmTicker:
    """The alarms as the recorder runs them: `tick` hands the moment over and never waits."""

    def __init__(self, home: Home, settings: Settings, fault: Callable[[str, BaseException], None]) -> None:
        self._home = home
        self._settings = settings
        self._fault = fault
        self._wrong: queue.SimpleQueue[Exception] = queue.SimpleQueue()
        self._moments: queue.Queue[float | None] = queue.Queue(1)
        self._thread = threading.Thread(target=self._run, name="alarms", daemon=True)
        self._thread.start()

    def tick(self, now: float) -> None:
        """Judge at `now`, unless the last look is not over yet. Counts what went wrong since the last tick."""
        while not self._wrong.empty():
            self._fault("alarms", self._wrong.get())
        with suppress(queue.Full):
            self._moments.put_nowait(now)

    def close(self, timeout: float = 2.0) -> None:
        """End after the look under way and the notices that wait, for no longer than `timeout` seconds each."""
        with suppress(queue.Full):
            self._moments.put(None, timeout=timeout)
        self._thread.join(timeout)

    def _run(self) -> None:
        judge: Judge | None = None
        begun = False
        notifier = Notifier(self._settings.notify, self._keep_outcomes, self._wrong.put)
        while (now := self._moments.get()) is not None:
            try:
                judge = judge or Judge(self._home, self._settings, now, self._wrong.put)
                untold, begun = ([] if begun else judge.untold(now)), True
                for number, notice, rule in (*untold, *judge.look(now)):
                    if not notifier.send(Errand(number, notice, rule.notify)):
                        self._keep_outcomes(number, {"all": "failed: too many notifications wait"})
            except Exception as error:  # noqa: BLE001 counted by the next tick; a new judge begins afresh
                self._wrong.put(error)
                self._close(judge)
                judge = None
        self._close(judge)
        notifier.close()

    def _close(self, judge: Judge | None) -> None:
        try:
            if judge:
                judge.close()
        except Exception as error:  # noqa: BLE001 counted by the next tick
            self._wrong.put(error)

    def _keep_outcomes(self, number: int, outcomes: dict[str, str]) -> None:
        alarm_log.notified(self._home.database, number, outcomes)
