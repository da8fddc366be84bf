from wiretally.agent.locations import Home
from wiretally.agent.store import Store
from wiretally.tui.widgets.bars import Title

from ...agent.made import entry
from ..driving import opened


async def test_the_title_says_whether_it_records_and_where(place: Home, store: Store) -> None:
    store.save([entry(1)])
    async with opened(place) as screen:
        await screen.shows("1 call", "○ no agent")
        screen.app.questions.unwatch("agent")
        await screen.pilot.pause(0.1)
        screen.app.title_bar.title = Title("night-run", "running", 8787, 8788, 3, dropped=4)
        await screen.shows("night-run", "● recording", "proxy 8787 · base URL 8788 · 3 apps", "4 lost")
        screen.app.title_bar.title = Title(agent="lost")
        await screen.shows("● agent is gone")


async def test_a_click_on_a_tab_shows_it(place: Home, store: Store) -> None:
    store.save([entry(1)])
    async with opened(place) as screen:
        await screen.shows("1 call")
        column = screen.text.splitlines()[1].index("Errors")
        await screen.pilot.click(screen.app.tabs, offset=(column + 1, 0))
        await screen.shows("No call failed")


async def test_the_mouse_presses_keys_and_opens_what_a_counter_is_about(place: Home, store: Store) -> None:
    store.save([entry(1)])
    async with opened(place) as screen:
        await screen.shows("1 call")
        line = screen.text.splitlines()[-1]
        await screen.pilot.click("KeyBar", offset=(line.index("? help") + 1, 0))
        await screen.shows("esc closes")
        await screen.press("escape")
        await screen.pilot.click("LatencyPanel")
        await screen.until(lambda: screen.app.tabs.active == "latency")
        await screen.pilot.click("#tabs", offset=(2, 0))
        await screen.until(lambda: screen.app.tabs.active == "live")


async def test_a_terminal_that_is_too_small_is_told_so(place: Home, store: Store) -> None:
    store.save([entry(1)])
    async with opened(place, (60, 16)) as screen:
        await screen.shows("60×16: needs 80×24", "state")
    async with opened(place, (80, 24)) as screen:
        await screen.shows("1 call")
        assert "needs 80×24" not in screen.text
