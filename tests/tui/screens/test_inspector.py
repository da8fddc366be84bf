from __future__ import annotations

import json
from typing import Any

from wiretally.agent.call import Timing
from wiretally.agent.copies import replace
from wiretally.agent.locations import Home
from wiretally.agent.store import Store
from wiretally.tui.parts import PARTS
from wiretally.tui.screens.inspector import InspectorScreen

from ...agent.made import entry
from ...agent.made import opened as under_way
from ..driving import opened

REQUEST = {"model": "gpt-5-mini", "messages": [{"role": "user", "content": "What changed since May?"}]}
ANSWER = {"choices": [{"message": {"role": "assistant", "content": "Three lines changed."}}]}


def conversation(number: int, **changes: Any) -> Any:
    made = entry(number, timing=Timing(0.0, 0.0, 3.0, 400.0, 420.0, None, 5810.0), **changes)
    return replace(made, request_body=json.dumps(REQUEST).encode(), response_body=json.dumps(ANSWER).encode())


async def test_enter_shows_the_conversation_and_esc_returns(place: Home, store: Store) -> None:
    store.save([conversation(1), conversation(2)])
    async with opened(place) as screen:
        await screen.shows("2 calls")
        await screen.press("enter")
        await screen.shows(
            "call 2", "What changed since May?", "Three lines changed.", "── timing", "── cost", "priced"
        )
        await screen.press("right")
        await screen.shows("call 1", "2 ")
        await screen.press("left", "escape")
        await screen.shows("2 calls · following")


async def test_every_part_is_reached_by_tab_and_shows_something(place: Home, store: Store) -> None:
    store.save([conversation(1)])
    expected = {
        "Chat": "Three lines changed.",
        "Request": "POST https://api.openai.com/v1/chat/completions",
        "Response": '"choices"',
        "Stream": "Not a stream",
        "Headers": "X-Stainless-Lang",
        "Timing": "first byte of the answer after",
        "Cost": "usage is",
        "Raw": "What changed since May?",
    }
    assert set(expected) == set(PARTS)
    async with opened(place) as screen:
        await screen.shows("1 call")
        await screen.press("enter")
        for text in expected.values():
            await screen.shows(text)
            await screen.press("tab")
        await screen.shows(expected["Chat"])
        await screen.press("shift+tab")
        await screen.shows(expected["Raw"])


async def test_a_call_under_way_fills_up_while_it_is_read(place: Home, store: Store) -> None:
    whole = conversation(1)
    store.save([replace(under_way(whole), request_body=whole.request_body)])
    async with opened(place) as screen:
        await screen.shows("1 call")
        await screen.press("enter")
        await screen.shows("What changed since May?", "waiting")
        store.save([whole])
        await screen.shows("Three lines changed.", "5.8s")


async def test_find_goes_to_hits_and_unfolds_them(place: Home, store: Store) -> None:
    made = conversation(1)
    long = {"messages": [{"role": "system", "content": "x " * 2000 + "needle"}, *REQUEST["messages"]]}
    store.save([replace(made, request_body=json.dumps(long).encode())])
    async with opened(place) as screen:
        await screen.shows("1 call")
        await screen.press("enter")
        await screen.shows("What changed since May?")
        assert "needle" not in screen.text
        await screen.press("slash", *"needle")
        await screen.shows("1 hits")
        await screen.press("enter")
        inspector = screen.app.screen
        assert isinstance(inspector, InspectorScreen)
        assert "needle" in inspector.reading.part.entries[inspector.reading.cursor].text


async def test_copying_takes_the_part_and_the_call_as_curl(place: Home, store: Store) -> None:
    store.save([conversation(1)])
    async with opened(place) as screen:
        await screen.shows("1 call")
        await screen.press("enter")
        await screen.shows("Three lines changed.")
        await screen.press("y")
        assert screen.app.clipboard == "[user]\nWhat changed since May?\n\n[assistant]\nThree lines changed."
        await screen.press("c")
        await screen.until(lambda: screen.app.clipboard.startswith("curl https://api.openai.com"))
        await screen.press("p")
        await screen.until(lambda: "from openai import OpenAI" in screen.app.clipboard)


async def test_a_call_that_is_deleted_while_it_is_read_is_left(place: Home, store: Store) -> None:
    from wiretally.agent.edits import delete_session

    store.save([conversation(1), conversation(2, session="gone")])
    async with opened(place) as screen:
        await screen.shows("2 calls")
        await screen.press("enter")
        await screen.shows("call 2")
        delete_session(place.database, "gone")
        await screen.until(lambda: not isinstance(screen.app.screen, InspectorScreen))
