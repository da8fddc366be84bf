"""Text that attacks a terminal, in every field that is shown: tmux's cells are those that the screen meant to paint.

The same home is opened twice, in tmux and in the tests' own process, and driven by the same keys. If a terminal obeyed
anything in the text, or measured a character otherwise than the screen did, the two would differ.
"""

from __future__ import annotations

import asyncio
import json
import re
import shutil
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from textual.pilot import Pilot
from wiretally.agent.entry import Entry, Process
from wiretally.agent.locations import Home
from wiretally.agent.settings import TuiSettings
from wiretally.agent.store import Store
from wiretally.tui.app import Options, WiretallyApp

from bench.terminal import Terminal as RawTerminal
from tests.agent.made import START, entry
from tests.journeys.tmux import Terminal, terminal
from tests.tui.screen_text import screen_lines

pytestmark = pytest.mark.skipif(not shutil.which("tmux"), reason="tmux is not installed")

ATTACKS = (
    "\x1b[2J\x1b[31mA\x1b[0m", "\x1b]0;title\x07\x1b]52;c;eA==\x07B", "\x1bP$q\x1b\\\x9b31mC", "\x00\x07\x08\rD\nE\tF",
    "\u202egpj\u2066x\u2069\u200b\ufeffG", "e" + "\u0301" * 40 + "H", "\U000e0041\u00adI", "👩‍👩‍👧👍🏽🇩🇪❤️J", "किK",
    "日本語L", "[bold red]M[/] [@click=app.quit]N[/] [/]", "\\[O]{P}$error",
)  # fmt: skip
HOSTILE = " ".join(ATTACKS)
LONG = "日x\x1b[A" * 200_000
"""A line of a megabyte."""

FIELDS = (
    "app", "command", "cwd", "git_branch", "model", "model_requested", "error_message", "error_code", "error_type",
    "finish_reason", "user", "user_agent", "tags", "session", "note", "endpoint", "api_key", "conversation", "tool",
    "header", "answer", "long line",
)  # fmt: skip
OF_PROCESS = ("app", "command", "cwd", "git_branch")


def hostile(number: int, field: str) -> Entry:
    """A call with the attacks in one field."""
    changes: dict[str, Any] = {"started_at": START + number}
    message: dict[str, Any] = {"role": "user", "content": "hello"}
    reply: dict[str, Any] = {"role": "assistant", "content": "good day"}
    if field in OF_PROCESS:
        changes["process"] = Process(7, 1.0, **{"app": "a.py", field: HOSTILE})
    elif field == "tags":
        changes["tags"] = {"team": HOSTILE, HOSTILE: "x"}
    elif field == "conversation":
        message["content"] = HOSTILE.replace("D", "D\n\n")
    elif field == "answer":
        reply["content"] = HOSTILE
    elif field == "long line":
        message["content"] = reply["content"] = LONG
    elif field == "tool":
        reply["tool_calls"] = [{"id": HOSTILE, "type": "function", "function": {"name": HOSTILE, "arguments": HOSTILE}}]
    elif field == "header":
        changes["response_headers"] = ((HOSTILE, HOSTILE),)
    else:
        changes[field] = HOSTILE
    if field.startswith("error"):
        changes |= {"state": "failed", "status": 400, "fault": "request"}
    changes["request_body"] = json.dumps({"model": "m", "messages": [message]}).encode()
    changes["response_body"] = json.dumps({"choices": [{"message": reply, "finish_reason": "stop"}]}).encode()
    return entry(number, **changes)


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Home]:
    home = Home(tmp_path_factory.mktemp("hostile") / "home").make()
    store = Store(home.database)
    store.save([hostile(number, field) for number, field in enumerate(FIELDS, 1)])
    for name in ("first", HOSTILE):
        store.end_session(name)  # else the screen would count on how long it lasts
    store.close()
    home.config.write_text('[tui]\nrange = "all"\n')
    yield home


class Both:
    """The same screen in tmux and in this process."""

    def __init__(self, seen: Terminal, app: WiretallyApp, pilot: Pilot[None]) -> None:
        self.seen, self.app, self.pilot = seen, app, pilot

    async def press(self, *keys: str) -> None:
        """The keys as Textual and, where it differs, tmux name them: `pagedown|PageDown`."""
        await self.pilot.press(*(key.partition("|")[0] for key in keys))
        await asyncio.to_thread(self.seen.press, *(key.rpartition("|")[2] for key in keys))

    async def agree(self, place: str, seconds: float = 20) -> list[str]:
        """Wait until both show the same; the title's time of day aside."""
        deadline, meant, cells = time.monotonic() + seconds, [], []
        while time.monotonic() < deadline:
            await self.pilot.pause(0.05)
            meant = screen_lines(self.app)[1:]
            seen = await asyncio.to_thread(self.seen.screen)
            cells = [line.rstrip() for line in seen.split("\n")][1 : len(meant) + 1]
            if meant == cells:
                return meant
        differing = [(a, b) for a, b in zip(meant, cells, strict=False) if a != b]
        raise AssertionError(f"{place}: meant and seen differ:\n" + "\n".join(f"{a!r}\n{b!r}" for a, b in differing))


@pytest.mark.parametrize("size", [(80, 24), (160, 45)])
async def test_tmux_shows_the_cells_that_the_screen_meant(
    place: Home, size: tuple[int, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TZ", "UTC")
    time.tzset()
    app = WiretallyApp(Options(place, TuiSettings.model_validate({"range": "all"})))
    with terminal(place.path, size) as seen:
        async with app.run_test(size=size) as pilot:
            both = Both(seen, app, pilot)
            await asyncio.to_thread(seen.until, lambda text: f"{len(FIELDS)} calls" in text)
            await both.agree("the list")
            for field in reversed(FIELDS):
                await both.agree(f"the line of {field}")
                await both.press("enter|Enter")
                for part in range(7):
                    await both.agree(f"part {part} of {field}")
                    await both.press("tab|Tab")
                await both.press("escape|Escape")
                await both.agree(f"back from {field}")
                await both.press("down|Down")
            for tab in "2345678":
                await both.press(tab)
                await both.agree(f"tab {tab}")


@pytest.mark.parametrize("text", ["model:" + HOSTILE.replace("\n", " ").replace("\r", "")[:40], "[/]", "日本語 [bold]"])
async def test_a_hostile_filter_is_shown_as_it_is(place: Home, text: str) -> None:
    app = WiretallyApp(Options(place, TuiSettings.model_validate({"range": "all"})))
    async with app.run_test(size=(120, 30)) as pilot:
        await pilot.pause(0.3)
        app.live.bar.put(text)
        await pilot.pause(0.5)
        lines = "\n".join(screen_lines(app))
        assert "\x1b" not in lines
        assert "\u202e" not in lines


@pytest.mark.parametrize("command", [["tail"], ["stats", "--by", "model"], ["stats", "--by", "tag"], ["errors"],
                                     *(["show", str(number)] for number in range(1, len(FIELDS)))])  # fmt: skip
def test_a_command_prints_to_a_terminal_nothing_that_it_obeys_but_colours(place: Home, command: list[str]) -> None:
    said = printed(command, place.path)
    assert said.strip()
    text = re.sub(r"\x1b\[[0-9;]*m", "", said)
    obeyed = re.search("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u202e\u2066\u2069\u200b\ufeff]", text)
    assert obeyed is None, ascii(text[max(obeyed.start() - 60, 0) : obeyed.end() + 20])


def printed(command: list[str], home: Path) -> str:
    """What a command writes to a terminal."""
    program = [sys.executable, "-m", "wiretally.agent.cli", *command]
    with RawTerminal(program, {"WIRETALLY_HOME": str(home), "LANG": "C.UTF-8"}) as raw:
        raw.ended.wait(30)
        return b"".join(data for _, data in raw.pieces).decode("utf-8", "replace")
