from __future__ import annotations

import asyncio
from decimal import Decimal

import pytest
from wiretally.agent.call import Timing
from wiretally.agent.copies import replace
from wiretally.agent.edits import state_balance
from wiretally.agent.locations import Home
from wiretally.agent.settings import TuiSettings
from wiretally.agent.store import Store
from wiretally.tui.app import Options, WiretallyApp
from wiretally.tui.keys import KEYS
from wiretally.tui.themes import OWN

from ..agent.made import START, entry, traffic
from ..agent.made import opened as under_way
from .driving import NOW, opened


async def test_a_call_appears_under_way_counts_up_and_completes(place: Home, store: Store) -> None:
    store.save([entry(1)])
    moment = [NOW]
    whole = entry(
        2, started_at=NOW - 1.0, stream=True, model="gpt-5.1", timing=Timing(duration_ms=2500.0, ttft_ms=300.0)
    )
    async with opened(place, clock=lambda: moment[0]) as screen:
        await screen.shows("1 call", "worker.py")
        store.save([under_way(whole)])
        await screen.shows("2 calls", "gpt-5.1", "1.0s…", "waiting")
        moment[0] += 0.7
        await screen.shows("1.7s…")
        store.save([replace(under_way(whole), call=replace(under_way(whole).call, timing=Timing(ttft_ms=300.0)))])
        await screen.shows("streaming", "0.30s")
        store.save([whole])
        await screen.shows("2.50s", "1,002")
        assert "streaming" not in screen.text


async def test_a_stream_that_says_nothing_is_marked_as_stalled(place: Home, store: Store) -> None:
    moment = [NOW]
    whole = entry(2, started_at=NOW - 1.0, stream=True)
    store.save([replace(under_way(whole), call=replace(under_way(whole).call, timing=Timing(ttft_ms=300.0)))])
    async with opened(place, clock=lambda: moment[0]) as screen:
        await screen.shows("streaming")
        moment[0] += 28
        await screen.shows("stalled 28s")


async def test_the_reader_keeps_his_place_while_calls_come_in(place: Home, store: Store) -> None:
    store.save([entry(number) for number in range(1, 101)])
    async with opened(place) as screen:
        calls = screen.app.live.list
        await screen.shows("100 calls", "following")
        await screen.press("down", "down", "down")
        assert calls.row is not None
        assert calls.row.id == 97
        before = [line[1:118].rstrip() for line in screen.text.splitlines() if "worker.py" in line and ":" in line][:10]
        store.save([entry(number) for number in range(101, 111)])
        await screen.until(lambda: calls.window.total == 110)
        assert calls.row.id == 97
        after = [line[1:118].rstrip() for line in screen.text.splitlines() if "worker.py" in line and ":" in line][:10]
        assert after == before
        await screen.shows("10 above")
        await screen.press("f")
        await screen.until(lambda: calls.row is not None and calls.row.id == 110)
        await screen.shows("following")


async def test_the_list_is_walked_to_both_ends(place: Home, store: Store) -> None:
    store.save([entry(number) for number in range(1, 501)])
    async with opened(place) as screen:
        calls = screen.app.live.list
        await screen.shows("500 calls")
        for key, expected in (("end", 1), ("up", 2), ("home", 500), ("down", 499)):
            await screen.press(key)
            await screen.until(lambda expected=expected: calls.row is not None and calls.row.id == expected)
        await screen.press("pagedown", "pagedown", "pagedown")
        await screen.until(lambda: calls.row is not None and calls.row.id < 450)


async def test_filter_narrows_names_its_mistakes_and_is_cleared(place: Home, store: Store) -> None:
    store.save(traffic(60))
    async with opened(place) as screen:
        await screen.shows("60 calls")
        await screen.press("slash", *"model:gpt-4o", "enter")
        await screen.until(lambda: 0 < screen.app.live.list.window.total < 60)
        assert all(row.model == "gpt-4o" for row in screen.app.live.list.window.rows)
        await screen.shows(" of 60 calls")
        await screen.press("slash", *" nofield:3")
        await screen.shows("no field nofield")
        await screen.press("escape")
        await screen.shows(" of 60 calls")
        await screen.press("escape")
        await screen.shows("60 calls · following")
        assert screen.app.live.bar.applied == ""


async def test_a_filter_that_matches_nothing_says_so(place: Home, store: Store) -> None:
    store.save([entry(1)])
    async with opened(place) as screen:
        await screen.shows("1 call")
        await screen.press("slash", *"model:none", "enter")
        await screen.shows("0 of 1 call · nothing matches")


async def test_pause_freezes_the_screen_and_its_end_catches_up(place: Home, store: Store) -> None:
    store.save([entry(1)])
    async with opened(place) as screen:
        await screen.shows("1 call")
        await screen.press("space")
        await screen.shows("paused")
        store.save([entry(2)])
        await screen.pilot.pause(0.3)
        assert "2 calls" not in screen.text
        await screen.press("space")
        await screen.shows("2 calls")


async def test_sorting_by_cost_puts_the_dearest_first_and_turns_round(place: Home, store: Store) -> None:
    store.save(traffic(80))
    async with opened(place) as screen:
        calls = screen.app.live.list
        await screen.shows("80 calls")
        while calls.order.column != "cost":
            await screen.press("s")

        def costs() -> list[Decimal]:
            return [row.cost for row in calls.window.rows if row.cost is not None]

        await screen.until(lambda: calls.window.total == 80 and costs() == sorted(costs(), reverse=True))
        await screen.press("S")
        await screen.until(lambda: calls.window.rows and calls.window.rows[0].cost is None)
        await screen.press("f")
        await screen.until(lambda: calls.order.column == "time" and bool(calls.window.rows))


async def test_the_empty_screen_names_the_ways_in(place: Home, store: Store) -> None:
    async with opened(place, (80, 24)) as screen:
        await screen.shows("Three ways in", "wiretally exec -- python app.py", 'eval "$(wiretally env)"', "8788/v1")
        store.save([entry(1)])
        await screen.shows("1 call", "worker.py")
        assert "Three ways in" not in screen.text


async def test_before_the_first_run_there_is_no_database_and_no_fright(place: Home) -> None:
    async with opened(place, (80, 24)) as screen:
        await screen.shows("Three ways in", "no agent")
        Store(place.database).close()
        store = Store(place.database)
        store.save([entry(1)])
        store.close()
        await screen.shows("1 call")


async def test_a_database_of_a_newer_wiretally_is_named(place: Home, store: Store) -> None:
    store.close()
    import sqlite3

    connection = sqlite3.connect(place.database)
    connection.execute("pragma user_version = 9999")
    connection.close()
    async with opened(place) as screen:
        await screen.shows("newer wiretally")


async def test_a_balance_below_its_threshold_raises_the_banner(place: Home, store: Store) -> None:
    store.save([entry(number) for number in range(100)])
    state_balance(place.database, "set", Decimal(5), at=START - 1)
    async with opened(place) as screen:
        await screen.shows("$4.87", "no alarm set")
        assert "⚑" not in screen.text
        state_balance(place.database, "alarm", Decimal(5), at=START)
        await screen.shows("⚑ Balance $4.87, below $5.00", "⚑ 1 alarm", "⚑ alarm below $5.00")
        state_balance(place.database, "add", Decimal(20), at=START)
        await screen.until(lambda: "⚑" not in screen.text)


async def test_help_names_every_key_and_every_key_has_an_action(place: Home, store: Store) -> None:
    from wiretally.tui.screens.columns import ColumnLines
    from wiretally.tui.screens.comparison import ComparisonScreen
    from wiretally.tui.screens.dialog import ConfirmScreen, Dialog, Pick, Tick
    from wiretally.tui.screens.help import HelpScreen, help_text
    from wiretally.tui.screens.inspector import FindInput, InspectorScreen
    from wiretally.tui.tabs.alarm_page import AlarmPage
    from wiretally.tui.tabs.conversation_page import ConversationPage
    from wiretally.tui.tabs.session_page import SessionPage
    from wiretally.tui.widgets.call_list import CallList
    from wiretally.tui.widgets.filter_bar import FilterInput
    from wiretally.tui.widgets.table import Table

    del store
    said = help_text().plain
    homes: dict[str, type] = {
        "app": WiretallyApp, "list": CallList, "inspector": InspectorScreen, "compare": ComparisonScreen,
        "table": Table, "alarms": AlarmPage, "sessions": SessionPage, "conversations": ConversationPage,
        "dialog": Dialog, "columns": ColumnLines, "filter": FilterInput, "find": FindInput, "tick": Tick, "pick": Pick,
        "question": ConfirmScreen, "help": HelpScreen,
    }  # fmt: skip
    for key in KEYS:
        assert f"{key.all_shown:<11} {key.id:<17} {key.tooltip}" in said
        name = key.action.partition("(")[0]
        space, _, action = name.rpartition(".")
        home = {"app": WiretallyApp, "screen": Dialog}.get(space, homes[key.place])
        assert hasattr(home, f"action_{action}"), key.id
    async with opened(place) as screen:
        await screen.press("question_mark")
        await screen.shows("the tab before")
        await screen.press("escape")
        await screen.until(lambda: "the tab before" not in screen.text)


async def test_keys_and_theme_come_from_the_settings(place: Home, store: Store) -> None:
    store.save([entry(1)])
    settings = TuiSettings.model_validate({"theme": OWN[1].name, "keys": {"pause": "z"}, "columns": ["model", "cost"]})
    async with opened(place, settings=settings) as screen:
        await screen.shows("1 call")
        assert screen.app.theme == OWN[1].name
        assert [column.name for column, _ in screen.app.live.list.placed] == ["model", "cost"]
        await screen.press("z")
        await screen.shows("paused")
        await screen.press("t")
        assert screen.app.theme == OWN[0].name


async def test_without_colour_all_is_still_there(place: Home, store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    store.save([entry(1, state="failed", status=429, fault="quota", error_code="insufficient_quota")])
    async with opened(place) as screen:
        await screen.shows("429 quota", "insufficient_quota")
        assert screen.app.no_color


async def test_hostile_text_in_every_shown_field_moves_nothing(place: Home, store: Store) -> None:
    from wiretally.agent.entry import Process

    from .test_cell_text import HOSTILE

    for number, text in enumerate(HOSTILE[:15], 1):
        clean = text.encode("utf-8", "replace").decode()
        made = entry(
            number, model=clean, model_requested=clean + "x", error_code=clean, error_message=clean, fault="request",
            state="failed", finish_reason=clean, api_key=clean[-4:], started_at=START + number,
            process=Process(1, 1.0, clean, clean, clean, clean), session=f"s{number}{clean}"[:60],
        )  # fmt: skip
        store.save([made])
    async with opened(place, (160, 40)) as screen:
        await screen.shows("15 calls")
        for _ in range(15):
            await screen.press("down")
            text = screen.text
            assert "\x1b" not in text
            assert "\u202e" not in text
            assert "\x00" not in text
        from rich.cells import cell_len

        assert all(cell_len(line) <= 160 for line in screen.text.splitlines())
        heads = [line for line in screen.text.splitlines() if "bad request" in line]
        assert len({cell_len(line[: line.index("bad request")]) for line in heads}) == 1


async def test_a_crash_ends_in_one_line_and_a_log(place: Home, store: Store) -> None:
    store.save([entry(1)])
    app = WiretallyApp(Options(place, clock=lambda: NOW))

    def fail() -> None:
        raise RuntimeError("a bug of ours")

    raised = None
    try:
        async with app.run_test() as pilot:
            await pilot.pause()
            app.call_later(fail)
            await pilot.pause(0.2)
    except RuntimeError as error:
        raised = error
    assert raised is not None
    said = await asyncio.to_thread((place.path / "tui.log").read_text)
    assert "a bug of ours" in said
