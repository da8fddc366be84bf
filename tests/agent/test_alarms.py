"""The alarms on a real database: what fires, clears, is written down and told; and what a look costs."""

from __future__ import annotations

import threading
import time
from collections.abc import Generator
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from wiretally.agent import alarm_log, edits
from wiretally.agent.alarms import AlarmTicker, Judge
from wiretally.agent.call import Cost, Timing
from wiretally.agent.locations import Home
from wiretally.agent.queries import alarms
from wiretally.agent.queries import balance as ledger
from wiretally.agent.queries.alarms import AlarmEvent
from wiretally.agent.queries.reader import Reader
from wiretally.agent.settings import Settings
from wiretally.agent.store import Store

from . import made
from .receiver import receiving, until

NOW = made.START
ERRORS: dict[str, Any] = {"metric": "error_rate", "threshold": 0.5, "window": "1m", "min_calls": 2}


def configured(**alarm: Any) -> Settings:
    return Settings.model_validate({"alarm": alarm, "notify": {"desktop": False}})


def dollars(number: int, usd: str, **more: Any) -> Any:
    more = {"started_at": NOW, "timing": Timing(duration_ms=10.0), "body_hash": None, "usage_key": None, **more}
    return made.entry(number, cost=Cost(Decimal(usd), "priced"), **more)


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home(tmp_path).make()


@pytest.fixture
def store(home: Home) -> Generator[Store]:
    store = Store(home.database)
    yield store
    store.close()


def judge(home: Home, settings: Settings, now: float = NOW) -> Judge:
    faults = list[Exception]()
    found = Judge(home, settings, now, faults.append)
    assert not faults
    return found


def history(home: Home) -> list[tuple[str, str]]:
    with Reader(home.database) as reader:
        return [(event.rule, event.event) for event in reversed(alarms.events(reader))]


def test_the_balance_fires_below_the_amount_and_clears_when_credit_is_bought(home: Home, store: Store) -> None:
    edits.state_balance(home.database, "set", Decimal(10), at=NOW - 100)
    edits.state_balance(home.database, "alarm", Decimal(5), at=NOW - 100)
    looking = judge(home, configured())
    assert looking.look(NOW) == []
    store.save([dollars(1, "4.5")])
    assert looking.look(NOW + 1) == []
    store.save([dollars(2, "1.25")])
    ((_, notice, rule),) = looking.look(NOW + 2)
    assert (notice.event, notice.value, notice.threshold, rule.name) == ("fired", 4.25, 5.0, "balance")
    assert notice.message == "prepaid balance is $4.25, below $5.00"
    assert looking.look(NOW + 3) == []
    edits.state_balance(home.database, "add", Decimal(20), at=NOW + 3)
    ((_, notice, _),) = looking.look(NOW + 4)
    assert (notice.event, notice.value) == ("cleared", 24.25)
    edits.state_balance(home.database, "alarm", Decimal(30), at=NOW + 5)
    assert [notice.event for _, notice, _ in looking.look(NOW + 6)] == ["fired"]
    edits.state_balance(home.database, "set", Decimal(50), at=NOW + 7.1)  # between the tick and the look
    ((_, notice, _),) = looking.look(NOW + 7)
    assert (notice.event, notice.value) == ("cleared", 50)
    looking.close()
    assert history(home) == [("balance", "fired"), ("balance", "cleared")] * 2


@pytest.mark.parametrize(
    ("code", "kind", "fires"),
    [
        ("credit_balance_exhausted", "insufficient_quota", True),
        ("insufficient_quota", "insufficient_quota", True),
        ("project_spend_limit_exceeded", "insufficient_quota", False),
        ("rate_limit_exceeded", "requests", False),
    ],
)
def test_the_providers_word_that_money_is_out_fires(
    home: Home, store: Store, code: str, kind: str, fires: bool
) -> None:
    edits.state_balance(home.database, "set", Decimal(100), at=NOW - 100)
    looking = judge(home, configured())
    refused = {"state": "failed", "fault": "quota", "status": 429, "error_code": code, "error_type": kind}
    store.save([dollars(1, "0", **refused)])
    told = looking.look(NOW + 1)
    assert [notice.message for _, notice, _ in told] == (
        ["the provider said that the prepaid balance is used up"] if fires else []
    )
    with Reader(home.database) as reader:
        assert ledger.balance(reader, NOW + 1).usd == (0 if fires else 100)
    edits.state_balance(home.database, "set", Decimal(50), at=NOW + 2)
    assert [notice.event for _, notice, _ in looking.look(NOW + 3)] == (["cleared"] if fires else [])
    looking.close()


def test_the_balance_between_two_additions_is_that_of_the_ledger(home: Home, store: Store) -> None:
    edits.state_balance(home.database, "set", Decimal(10), at=NOW - 1000)
    looking = judge(home, configured())
    looking.look(NOW)
    for number in range(1, 6):
        early = NOW - 2000 if number == 3 else NOW  # began before the balance was said: no part of the ledger
        store.save([dollars(number, "0.125", started_at=early)])
        edits.note(home.database, number, "a remark is no new call")
        looking.look(NOW + number)
    looking.look(NOW + 20)
    with Reader(home.database) as reader:
        (state,) = alarms.states(reader)
        assert Decimal(str(state.value)) == ledger.balance(reader, NOW + 20).usd == Decimal("9.5")
    looking.close()


def test_a_windowed_rule_fires_and_clears_as_time_passes(home: Home, store: Store) -> None:
    looking = judge(home, configured(errors=ERRORS, mine={**ERRORS, "filter": "model:mine*"}))
    store.save([dollars(1, "0", state="failed")])
    assert looking.look(NOW + 1) == []  # one call is no rate
    store.save([dollars(2, "0", state="failed"), dollars(3, "0", model="mine-1")])
    ((_, notice, _),) = looking.look(NOW + 2)
    assert (notice.alarm, notice.value, notice.window_seconds) == ("errors", 2 / 3, 60.0)
    assert looking.look(NOW + 30) == []
    ((_, notice, _),) = looking.look(NOW + 75)
    assert (notice.event, notice.value) == ("cleared", None)
    looking.close()


def test_a_restart_goes_on_where_it_was(home: Home, store: Store) -> None:
    settings = configured(errors=ERRORS)
    looking = judge(home, settings)
    store.save([dollars(number, "0", state="failed") for number in (1, 2, 3)])
    assert len(looking.look(NOW + 1)) == 1
    looking.close()
    again = judge(home, settings, NOW + 5)
    assert again.look(NOW + 5) == []  # it fires already
    assert [notice.alarm for _, notice, _ in again.untold(NOW + 5)] == ["errors"]
    assert again.untold(NOW + 5000) == []
    alarm_log.notified(home.database, 1, {})
    assert again.untold(NOW + 5) == []
    again.close()
    later = judge(home, settings, NOW + 90)
    assert [notice.event for _, notice, _ in later.look(NOW + 90)] == ["cleared"]
    later.close()
    judge(home, configured(), NOW + 91).close()  # the rule is no more
    with Reader(home.database) as reader:
        assert [state.rule for state in alarms.states(reader)] == ["balance"]


def test_nothing_is_judged_where_nothing_changed(home: Home, store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    looking = judge(home, configured(errors=ERRORS))
    store.save([dollars(1, "0")])
    looking.look(NOW)
    looking.look(NOW)  # its own writing is news once
    monkeypatch.setattr(looking, "_follow", lambda: pytest.fail("it looked again"))
    assert looking.look(NOW + 1) == []
    began = time.process_time()
    for _ in range(200):
        looking.look(NOW + 1)
    assert (time.process_time() - began) / 200 < 0.002
    looking.close()


def outcomes(home: Home) -> list[AlarmEvent]:
    with Reader(home.database) as reader:
        return [event for event in alarms.events(reader) if event.notified]


def test_the_ticker_tells_a_webhook_and_keeps_what_came_of_it(home: Home, store: Store) -> None:
    edits.state_balance(home.database, "set", Decimal(1), at=NOW - 10)
    edits.state_balance(home.database, "alarm", Decimal(5), at=NOW - 10)
    faults = list[tuple[str, BaseException]]()
    with receiving() as receiver:
        receiver.statuses.append(503)
        settings = Settings.model_validate({"notify": {"desktop": False, "webhook": receiver.url}})
        ticker = AlarmTicker(home, settings, lambda place, error: faults.append((place, error)))
        ticker.tick(NOW)
        until(lambda: outcomes(home))
        ticker.close()
    assert [document["event"] for document in receiver.documents] == ["fired", "fired"]
    assert outcomes(home)[0].notified == {"webhook": "ok"}
    assert not faults


def test_what_goes_wrong_is_counted_and_the_next_look_begins_afresh(home: Home) -> None:
    faults = list[tuple[str, BaseException]]()
    settings = configured(bad={**ERRORS, "filter": "colour:red"})
    ticker = AlarmTicker(home, settings, lambda place, error: faults.append((place, error)))
    until(lambda: (ticker.tick(NOW), faults)[1])
    assert "there is no database" in str(faults[0][1])
    store = Store(home.database)
    faults.clear()
    until(lambda: (ticker.tick(NOW), any("alarm.bad" in str(error) for _, error in faults))[1])
    until(lambda: _states(home) == ["balance"])
    ticker.close()
    store.close()


def test_a_tick_never_waits_for_the_look_under_way(home: Home, store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    under_way, go = threading.Event(), threading.Event()
    ended = list[bool]()

    def slow(self: Judge, now: float) -> list[Any]:
        under_way.set()
        ended.append(go.wait(15))
        return []

    monkeypatch.setattr(Judge, "look", slow)
    ticker = AlarmTicker(home, configured(), lambda place, error: None)
    ticker.tick(NOW)
    assert under_way.wait(15)
    for _ in range(100):
        ticker.tick(NOW)
    assert not ended
    go.set()
    ticker.close()
    assert ended


def _states(home: Home) -> list[str]:
    with Reader(home.database) as reader:
        return [state.rule for state in alarms.states(reader)]
