"""What is done with a call from the list and from the Inspector."""

from __future__ import annotations

import asyncio
import threading
import time
from decimal import Decimal
from pathlib import Path

import pytest
from wiretally.agent.copies import replace
from wiretally.agent.locations import Home
from wiretally.agent.queries import calls
from wiretally.agent.queries.insights import Sent
from wiretally.agent.queries.reader import Reader
from wiretally.agent.snippets import Request
from wiretally.agent.store import Store
from wiretally.tui.call_actions import Replayable, found_in_time, question
from wiretally.tui.screens.comparison import ComparisonScreen
from wiretally.tui.screens.dialog import ConfirmScreen
from wiretally.tui.screens.export import ExportScreen
from wiretally.tui.screens.note import NoteScreen

from ..agent.made import entry
from ..agent.provider import provider
from .driving import opened

BODY = b'{"model":"gpt-5-mini","messages":[{"role":"user","content":"What changed since %s?"}]}'
ANSWER = {"choices": [{"message": {"role": "assistant", "content": "Nothing."}}]}


async def test_a_remark_and_a_rating_are_kept(place: Home, store: Store) -> None:
    store.save([entry(1)])
    async with opened(place) as screen:
        await screen.shows("1 call")
        await screen.press("m")
        await screen.opens(NoteScreen)
        await screen.press(*"wrong month", "tab", "enter", "down", "enter")
        await screen.press("ctrl+s")
        await screen.shows("Kept the remark on call 1.")
    with Reader(place.database) as reader:
        (row,) = calls.rows(reader, [1])
        assert (row.note, row.rating) == ("wrong month", "up")


async def test_leaving_the_dialog_changes_nothing(place: Home, store: Store) -> None:
    store.save([entry(1)])
    async with opened(place) as screen:
        await screen.shows("1 call")
        await screen.press("m")
        await screen.opens(NoteScreen)
        await screen.press(*"oops", "escape")
        await screen.shows("1 call · following")
    with Reader(place.database) as reader:
        assert calls.rows(reader, [1])[0].note is None


async def test_a_replay_asks_first_and_is_sent_once(place: Home, store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "sk-now")
    with provider(lambda path: (200, ANSWER)) as server:
        host = server.url.removeprefix("http://")
        store.save([replace(entry(1, scheme="http", host=host), request_body=BODY)])
        async with opened(place) as screen:
            await screen.shows("1 call")
            await screen.press("r")
            await screen.shows("sent once so far and cost $0.001251", "no agent runs")
            await screen.press("enter")  # the cursor stands on no
            await screen.until(lambda: not isinstance(screen.app.screen, ConfirmScreen))
            assert server.requests == []
            await screen.press("r")
            await screen.shows("replay call 1")
            await screen.press("y")
            await screen.shows("The replay was answered with 200")
        ((_, _, headers, body),) = server.requests
        assert (body, headers["authorization"]) == (BODY, "Bearer sk-now")


async def test_without_a_key_a_replay_says_what_to_do(
    place: Home, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)
    store.save([entry(1)])
    async with opened(place) as screen:
        await screen.shows("1 call")
        await screen.press("r")
        await screen.shows("OPENAI_API_KEY is not set")


def test_the_question_tells_unpriced_from_free() -> None:
    request = Request("POST", "https://api.openai.com/v1/responses", (), b"{}")
    sent = Sent(3, Decimal("0.5"), Decimal("0.25"), 1)
    said = "\n".join(question(Replayable(1, request, "gpt-5", sent, "http://127.0.0.1:1")))
    assert "sent 3 times so far and cost ~$0.750000 and 1 unpriced" in said
    assert "through the agent, so it is recorded" in said
    unknown = Replayable(1, request, "gpt-5", Sent(1, Decimal(0), Decimal(0), 1), None)
    assert "cost an unknown amount" in "\n".join(question(unknown))


def test_the_recorded_replay_is_waited_for(place: Home, store: Store) -> None:
    store.save([entry(1)])

    def record() -> None:
        time.sleep(0.2)
        store.save([entry(2, request_id="req_new")])

    thread = threading.Thread(target=record)
    thread.start()
    with Reader(place.database) as reader:
        assert found_in_time(lambda: calls.find_request(reader, "req_new"), seconds=30) == 2
        assert found_in_time(lambda: calls.find_request(reader, "req_never"), seconds=0.1) is None
    thread.join()


async def test_two_calls_are_put_side_by_side(place: Home, store: Store) -> None:
    for number, month in ((1, b"May"), (2, b"June")):
        store.save([replace(entry(number), request_body=BODY % month)])
    async with opened(place) as screen:
        await screen.shows("2 calls")
        await screen.press("d")
        await screen.shows("◆", "Marked call 2")
        await screen.press("down", "d")
        await screen.until(lambda: isinstance(screen.app.screen, ComparisonScreen))
        await screen.shows("call 2 and call 1:", "What changed since June?", "│ What changed since May?", "≠ cost_usd")
        assert "status" not in screen.text
        await screen.press("a")
        await screen.shows("= status")
        await screen.press("y")
        assert "- messages 1 user: What changed since June?" in screen.app.clipboard
        await screen.press("escape")
        await screen.shows("2 calls")
        assert "◆" not in screen.text


async def test_a_mark_is_taken_off_by_the_same_key(place: Home, store: Store) -> None:
    store.save([entry(1)])
    async with opened(place) as screen:
        await screen.shows("1 call")
        await screen.press("d")
        await screen.shows("◆")
        await screen.press("d")
        await screen.until(lambda: "◆" not in screen.text)
        assert screen.app.calls.marked is None


async def test_the_filtered_calls_are_exported_and_an_old_file_is_asked_for(
    place: Home, store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    store.save([entry(1), entry(2, model="gpt-5"), entry(3)])
    async with opened(place) as screen:
        await screen.shows("3 calls")
        await screen.press("slash", *"model:gpt-5-mini", "enter")
        await screen.shows("2 of 3 calls")
        await screen.press("e")
        await screen.opens(ExportScreen)
        await screen.shows("2 calls: model:gpt-5-mini", "an object a line")
        await screen.press("ctrl+s")
        await screen.shows("2 calls written to")
        (file,) = await asyncio.to_thread(lambda: list(tmp_path.glob("*.jsonl")))
        assert file.read_text().count("\n") == 2
        await screen.press("e")
        await screen.opens(ExportScreen)
        await screen.press("ctrl+s")
        await screen.shows("is there already. ⏎ again replaces it.")
        await screen.press("escape")


async def test_what_cannot_be_copied_is_said_once(place: Home, store: Store) -> None:
    store.save([replace(entry(1), request_body=b"\xff\x00\xfe")])
    async with opened(place) as screen:
        await screen.shows("1 call")
        await screen.press("y")
        await screen.shows("is not text")
        assert screen.app.banner.text == ""
