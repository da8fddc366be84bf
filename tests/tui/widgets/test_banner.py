import pytest
from wiretally.agent.locations import Home
from wiretally.agent.queries.alarms import StateName
from wiretally.agent.store import Store

from ...agent.made import entry
from ..driving import NOW, opened


async def test_a_banner_takes_a_line_only_while_it_says_something(place: Home, store: Store) -> None:
    del store
    async with opened(place) as screen:
        banner = screen.app.banner
        await screen.shows("Three ways in")
        screen.app.feed.unwatch("counters")
        screen.app.questions.unwatch("alarms")
        await screen.pilot.pause(0.1)
        assert not banner.display
        banner.text = "the balance is \x1b[31mlow"
        await screen.shows("⚑ the balance is ␛[31mlow")
        banner.text = ""
        await screen.until(lambda: "balance is" not in screen.text)


async def test_every_alarm_that_fires_is_said_counted_and_rung_once(
    place: Home, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    from wiretally.agent.alarm_log import Event, Standing, keep
    from wiretally.tui.app import WiretallyApp

    def fire(name: str, state: StateName) -> None:
        happened = Event(NOW, name, "fired" if state == "firing" else "cleared", 7000.0, 5000.0, f"{name} is 7,000 ms")
        keep(place.database, {name: Standing(state, NOW, 7000.0)}, [happened])

    rung: list[None] = []

    def ring(app: WiretallyApp) -> None:
        del app
        rung.append(None)

    monkeypatch.setattr(WiretallyApp, "bell", ring)
    store.save([entry(1)])
    async with opened(place, (80, 24)) as screen:
        await screen.shows("1 call")
        assert not screen.app.banner.display
        fire("slow", "firing")
        await screen.shows("⚑ slow: slow is 7,000 ms", "⚑ 1 alarm", "Alarms 1")
        fire("dear", "firing")
        await screen.shows("+1: slow", "⚑ 2 alarms", "Alarms 2")
        assert len(rung) == 2
        fire("dear", "ok")
        await screen.shows("⚑ slow: slow is 7,000 ms", "⚑ 1 alarm")
        await screen.pilot.click("Banner")
        await screen.until(lambda: screen.app.tabs.active == "alarms")
        fire("slow", "ok")
        await screen.until(lambda: not screen.app.banner.display)
        assert len(rung) == 2
