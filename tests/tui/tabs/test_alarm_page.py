"""Rules changed from the Alarms tab: what config.toml says afterwards, and what the screen said."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

from wiretally.agent.locations import Home
from wiretally.agent.queries.balance import alarm_below
from wiretally.agent.queries.reader import Reader
from wiretally.agent.settings import load
from wiretally.agent.store import Store
from wiretally.tui.screens.alarm import AlarmScreen

from ...agent.made import entry
from ..driving import Driver, opened

RULE = '# mine\n[alarm.slow]\nmetric = "latency_p95_ms"  # all of it\nthreshold = 5000\nfilter = "app:worker*"\n'


async def at_the_rule(screen: Driver) -> None:
    await screen.shows("1 call")
    await screen.press("7")
    await screen.shows("slow", "above 5,000 ms", "4,500 ms")
    await screen.press("down")
    await screen.shows("95th percentile of latency of app:worker*")


async def test_a_threshold_is_changed_in_its_place(place: Home, store: Store) -> None:
    store.save([entry(1)])
    place.config.write_text(RULE)
    async with opened(place) as screen:
        await at_the_rule(screen)
        await screen.press("enter")
        await screen.shows("alarm slow", "above this, milliseconds")
        await screen.press("ctrl+a", *["delete"] * 4, *"90k", "enter")
        await screen.shows("threshold '90k' is not a number")
        await screen.press("backspace", *"00", "enter")
        await screen.shows("alarm slow: kept in", "above 9,000 ms")
    assert place.config.read_text() == RULE.replace("5000", "9000") + 'window = "5m"\n'


async def test_a_rule_is_switched_off_and_on(place: Home, store: Store) -> None:
    store.save([entry(1)])
    place.config.write_text(RULE)
    async with opened(place) as screen:
        await at_the_rule(screen)
        await screen.press("o")
        await screen.shows("1 off")
        assert not load(place.config).alarm["slow"].enabled
        await screen.press("o")
        await screen.shows("2 rules, 0 firing")
        assert load(place.config).alarm["slow"].enabled


async def test_a_rule_is_added_and_its_mistakes_are_named(place: Home, store: Store) -> None:
    store.save([entry(1)])
    async with opened(place, (80, 24)) as screen:
        await screen.shows("1 call")
        await screen.press("7")
        await screen.shows("1 rule, 0 firing", "balance")
        await screen.press("a")
        await screen.until(lambda: isinstance(screen.app.screen, AlarmScreen))
        await screen.press("enter")
        await screen.shows("The name is of letters")
        await screen.press(*"failing", "tab", "tab", *"2", "enter")
        await screen.shows("error_rate goes from 0 to 1")
        await screen.press("backspace", *"0.2", "enter")
        await screen.shows("failing", "above 20.0 %")
    assert load(place.config).alarm["failing"].threshold == 0.2


async def test_a_rule_is_taken_out_after_a_yes(place: Home, store: Store) -> None:
    store.save([entry(1)])
    place.config.write_text(RULE)
    async with opened(place) as screen:
        await at_the_rule(screen)
        await screen.press("x")
        await screen.shows("Take alarm slow out of config.toml?")
        await screen.press("y")
        await screen.shows("1 rule, 0 firing")
    assert load(place.config).alarm == {}


async def test_the_balances_alarm_is_said_as_on_the_command_line(place: Home, store: Store) -> None:
    store.save([entry(1)])
    async with opened(place) as screen:
        await screen.shows("1 call")
        await screen.press("7")
        await screen.shows("not set")
        await screen.press("x")
        await screen.shows("The balance is always watched")
        await screen.press("enter")
        await screen.shows("fires below")
        await screen.press(*"5.50", "enter")
        await screen.shows("The alarm of the balance fires below $5.50.", "below $5.50")
    with Reader(place.database) as reader:
        assert alarm_below(reader) == Decimal("5.5")
    assert not place.config.exists()


async def test_ringing_tells_what_came_of_it(place: Home, store: Store, tmp_path: Path) -> None:
    store.save([entry(1)])
    told = tmp_path / "told"
    place.config.write_text(f"{RULE}[notify]\ndesktop = false\ncommand = 'echo $WIRETALLY_ALARM_NAME > {told}'\n")
    async with opened(place) as screen:
        await at_the_rule(screen)
        await screen.press("r")
        await screen.shows("Test of alarm slow: command ok")
    assert told.read_text() == "slow\n"


async def test_a_config_that_cannot_be_read_is_said_on_the_tab(place: Home, store: Store) -> None:
    store.save([entry(1)])
    place.config.write_text("[alarm.slow]\nmetric = 'nothing'\nthreshold = 1\n")
    async with opened(place) as screen:
        await screen.shows("1 call")
        await screen.press("7")
        await screen.until(lambda: "alarm.slow.metric is 'nothing'" in " ".join(screen.text.split()))
