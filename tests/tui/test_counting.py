from decimal import Decimal

from wiretally.agent.edits import state_balance
from wiretally.agent.locations import Home
from wiretally.agent.queries.reader import Reader
from wiretally.agent.store import Store
from wiretally.tui.counting import Purse, read_counters, read_purse
from wiretally.tui.ranges import RANGES

from ..agent.made import START, entry


def test_counters_equal_the_calls_that_were_saved(place: Home, store: Store) -> None:
    made = [entry(number) for number in range(100)] + [entry(100, state="failed", fault="provider", status=500)]
    store.save(made)
    with Reader(place.database) as reader:
        counters = read_counters(reader, RANGES["all"], START + 120)
    assert counters.calls == 101
    assert counters.failed == 1
    assert counters.spend == sum((item.call.cost.usd or Decimal(0) for item in made), Decimal(0))
    assert counters.input == sum(item.call.usage.input_tokens or 0 for item in made)
    assert counters.cached == sum(item.call.usage.cached_tokens or 0 for item in made)
    assert sum(value or 0 for value in counters.call_series) == 101
    assert len(counters.call_series) == len(counters.spend_series) == 60


def test_nobody_having_said_the_balance_there_is_none(place: Home, store: Store) -> None:
    store.save([entry(1)])
    with Reader(place.database) as reader:
        assert read_purse(reader, START) is None


def test_the_balance_falls_with_what_is_spent(place: Home, store: Store) -> None:
    state_balance(place.database, "set", Decimal(10), at=START)
    store.save([entry(number) for number in range(1, 50)])
    with Reader(place.database) as reader:
        purse = read_purse(reader, START + 100)
    assert purse is not None
    spent = sum((entry(number).call.cost.usd or Decimal(0) for number in range(1, 50)), Decimal(0))
    assert purse.usd == 10 - spent
    assert purse.share is not None
    assert 0.99 < purse.share < 1
    assert purse.alarm_below is None


def test_a_threshold_said_since_beats_the_settings(place: Home, store: Store) -> None:
    del store
    state_balance(place.database, "set", Decimal(10), at=START)
    with Reader(place.database) as reader:
        assert (purse := read_purse(reader, START + 1, Decimal(3)))
        assert purse.alarm_below == 3
        state_balance(place.database, "alarm", Decimal(20))
        assert (purse := read_purse(reader, START + 1, Decimal(3)))
        assert purse.is_low


def test_a_purse_is_low_only_below_its_threshold() -> None:
    assert Purse(Decimal(4), Decimal(5)).is_low
    assert not Purse(Decimal(5), Decimal(5)).is_low
    assert not Purse(Decimal(0)).is_low
