"""What all dialogs have in common."""

from __future__ import annotations

import pytest
from wiretally.agent.locations import Home
from wiretally.agent.settings import TuiSettings
from wiretally.agent.store import Store
from wiretally.tui.screens.dialog import ConfirmScreen

from ...agent.made import entry
from ..driving import opened


@pytest.mark.parametrize(
    ("keys", "answer"), [("y", True), ("ctrl+s", True), ("n", None), ("escape", None), ("enter", None)]
)
async def test_a_question_is_answered_by_a_key(place: Home, store: Store, keys: str, answer: bool | None) -> None:
    store.save([entry(1)])
    answers: list[bool | None] = []
    async with opened(place, (80, 24)) as screen:
        await screen.shows("1 call")
        screen.app.push_screen(ConfirmScreen("send", ["Really \x1b[31m[b]now?"], "send"), answers.append)
        await screen.shows("Really ␛[31m[b]now?", "y send  n leave")
        await screen.press(keys)
        await screen.until(lambda: answers)
    assert answers == [answer]


async def test_a_question_is_answered_by_the_mouse_and_by_tab(place: Home, store: Store) -> None:
    store.save([entry(1)])
    answers: list[bool | None] = []
    async with opened(place, (80, 24)) as screen:
        await screen.shows("1 call")
        screen.app.push_screen(ConfirmScreen("send", ["Really?"], "send"), answers.append)
        await screen.shows("Really?")
        await screen.pilot.click("#submit")
        await screen.until(lambda: answers == [True])
        screen.app.push_screen(ConfirmScreen("send", ["Really?"], "send"), answers.append)
        await screen.shows("Really?")
        await screen.press("left", "enter")
        await screen.until(lambda: len(answers) == 2)
        assert answers[1] is True


async def test_the_keys_of_a_dialog_come_from_the_settings(place: Home, store: Store) -> None:
    store.save([entry(1)])
    answers: list[bool | None] = []
    settings = TuiSettings.model_validate({"range": "all", "keys": {"yes": "o", "help.close": "x", "columns.use": "u"}})
    async with opened(place, (80, 24), settings=settings) as screen:
        await screen.shows("1 call")
        screen.app.push_screen(ConfirmScreen("send", ["Really?"], "send"), answers.append)
        await screen.shows("o send  n leave")
        await screen.press("y")
        assert answers == []
        await screen.press("o")
        await screen.until(lambda: answers == [True])
        await screen.press("question_mark", "end")
        await screen.shows("x closes")
        await screen.press("escape", "q")
        await screen.shows("x closes")
        await screen.press("x", "c")
        await screen.shows("u use now")
        await screen.press("u")
        await screen.until(lambda: len(screen.app.screen_stack) == 1)


async def test_keys_below_a_dialog_sleep(place: Home, store: Store) -> None:
    store.save([entry(1)])
    async with opened(place, (80, 24)) as screen:
        await screen.shows("1 call")
        screen.app.push_screen(ConfirmScreen("send", ["Really?"], "send"))
        await screen.shows("Really?")
        await screen.press("2", "space", "q")
        assert screen.app.tabs.active == "live"
        assert not screen.app.paused
