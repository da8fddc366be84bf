"""The dialog of an export."""

from __future__ import annotations

from pathlib import Path

import pytest
from textual.widgets import Input, Select
from wiretally.agent.locations import Home
from wiretally.agent.store import Store
from wiretally.tui.exporting import Choice
from wiretally.tui.screens.dialog import Tick
from wiretally.tui.screens.export import ExportScreen

from ...agent.made import entry
from ..driving import Driver, opened


async def asked(screen: Driver, answers: list[Choice | None]) -> ExportScreen:
    await screen.shows("1 call")
    dialog = ExportScreen(1, "all that is recorded")
    screen.app.push_screen(dialog, answers.append)
    await screen.shows("1 call: all that is recorded")
    return dialog


async def test_the_format_names_the_file_and_decides_on_bodies(
    place: Home, store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store.save([entry(1)])
    answers: list[Choice | None] = []
    monkeypatch.chdir(tmp_path)
    async with opened(place, (80, 24)) as screen:
        dialog = await asked(screen, answers)
        dialog.query_one(Select[str]).value = "har"
        await screen.shows("HAR 1.2", ".har", "[x]")
        assert dialog.query_one("#bodies", Tick).disabled
        dialog.query_one("#redact", Tick).value = True
        await screen.press("ctrl+s")
        await screen.until(lambda: answers)
    (choice,) = answers
    assert choice is not None
    assert (choice.format, choice.bodies, choice.redact, choice.anonymize) == ("har", True, True, False)
    assert choice.path.parent == tmp_path


@pytest.mark.parametrize(
    ("typed", "said"), [("", "Name a file"), ("/nowhere/at/all.csv", "no folder /nowhere/at"), ("/", "Name a file")]
)
async def test_a_path_that_cannot_be_is_said(place: Home, store: Store, typed: str, said: str) -> None:
    store.save([entry(1)])
    answers: list[Choice | None] = []
    async with opened(place, (80, 24)) as screen:
        dialog = await asked(screen, answers)
        dialog.query_one("#path", Input).value = typed
        await screen.press("ctrl+s")
        await screen.shows(said)
        assert answers == []
