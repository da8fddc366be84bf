"""The screen in each state at three sizes, as text, beside what it was when somebody last looked at it and agreed.

After a change that is meant, look at the difference and renew:
    WIRETALLY_RENEW=1 pytest tests/tui/test_stored_screens.py
"""

from __future__ import annotations

import json
import os
import sqlite3
from collections.abc import Awaitable, Callable
from contextlib import closing, suppress
from decimal import Decimal
from functools import partial
from pathlib import Path

import pytest
from wiretally.agent.call import Cost, CostLine, Timing
from wiretally.agent.copies import replace
from wiretally.agent.edits import state_balance
from wiretally.agent.entry import Entry, Process
from wiretally.agent.locations import Home
from wiretally.agent.store import Store
from wiretally.tui.call_actions import read_compared
from wiretally.tui.screens.comparison import ComparisonScreen

from ..agent.made import entry
from ..agent.made import opened as under_way
from .cut_text import cut
from .driving import NOW, Driver, opened

STORED = Path(__file__).parent / "stored"
SIZES = ((80, 24), (120, 36), (200, 50))


def calls() -> list[Entry]:
    """A minute of mixed traffic that ends with NOW."""
    worker, ingest = Process(41, NOW - 500, "worker.py"), Process(42, NOW - 500, "ingest.py")
    messages = [{"role": "system", "content": "Be careful."}, {"role": "user", "content": "What changed since May?"}]
    request = json.dumps({"model": "gpt-5.1", "messages": messages}).encode()
    answer = json.dumps({"choices": [{"message": {"role": "assistant", "content": "Three lines changed."}}]}).encode()
    lines = (
        CostLine("input", Decimal(1204), "token", Decimal("1.25"), 1_000_000, Decimal("0.001505")),
        CostLine("output", Decimal(388), "token", Decimal(10), 1_000_000, Decimal("0.00388")),
    )
    bill = Cost(Decimal("0.005385"), "priced", lines, "genai-prices", "2026-11-01")
    timing = Timing(12.0, 20.0, 3.0, 405.0, 420.0, 5700.0, 5810.0)
    made = [entry(number, started_at=NOW - 120 + number * 3, process=worker) for number in range(30)]
    made += [
        entry(31, started_at=NOW - 20, process=ingest, kind="embeddings", endpoint="/v1/embeddings",
              finish_reason=None),
        entry(32, started_at=NOW - 15, state="failed", status=429, fault="quota", retry_count=2, cost=Cost(),
              error_code="credit_balance_exhausted", error_message="You have no credit left.", finish_reason=None),
        entry(33, started_at=NOW - 9, state="aborted", status=200, fault="provider", stream=True,
              error_code="stream_cut"),
        replace(entry(34, started_at=NOW - 7, model="gpt-5.1", model_requested="gpt-5.1-latest", cost=bill,
                      timing=timing,
                      service_tier="default", process=worker), request_body=request, response_body=answer),
        replace(under_way(entry(35, started_at=NOW - 2, stream=True, process=worker))),
    ]  # fmt: skip
    return made


async def agreed(screen: Driver, name: str) -> None:
    """The screen becomes as it is stored, and is whole then."""
    await agree(screen, name)
    assert not (found := cut(screen.app)), "\n".join([*found, screen.text])


async def _live(screen: Driver) -> None:
    await screen.press("down")
    await screen.shows("$0.005385")


async def _failed(screen: Driver) -> None:
    await screen.press("down", "down", "down")
    await screen.shows("Add credit")


async def _filtered(screen: Driver) -> None:
    await screen.press("slash", *"status:429", "enter")
    await screen.shows("1 of 35 calls")


async def _inspector(screen: Driver) -> None:
    await screen.press("down", "enter")
    await screen.shows("Three lines changed.", "$0.005385")


async def _help(screen: Driver) -> None:
    await screen.press("question_mark")
    await screen.shows("esc closes")


def _tab(key: str, text: str) -> Callable[[Driver], Awaitable[None]]:
    async def show(screen: Driver) -> None:
        await screen.press(key)
        await screen.shows(text)

    return show


async def _compared(screen: Driver) -> None:
    screen.app.push_screen(ComparisonScreen(partial(read_compared, 33, 34)))
    await screen.shows("call 33 and call 34:")


async def _rule(screen: Driver) -> None:
    await _tab("7", "1 rule,")(screen)
    await screen.press("a")
    await screen.shows("a new alarm")


def _keys(text: str, *keys: str) -> Callable[[Driver], Awaitable[None]]:
    async def show(screen: Driver) -> None:
        await screen.press(*keys)
        await screen.shows(text)

    return show


def _on_session(key: str, text: str) -> Callable[[Driver], Awaitable[None]]:
    async def show(screen: Driver) -> None:
        await _tab("8", "1 session")(screen)
        await _keys(text, key)(screen)

    return show


STATES: dict[str, Callable[[Driver], Awaitable[None]]] = {
    "live": _live,
    "failed": _failed,
    "filtered": _filtered,
    "inspector": _inspector,
    "help": _help,
    "cost": _tab("2", "heading for"),
    "latency": _tab("3", "p95"),
    "errors": _tab("4", "what to do"),
    "conversations": _tab("5", "turns"),
    "insights": _tab("6", "response cache"),
    "alarms": _tab("7", "1 rule,"),
    "sessions": _tab("8", "1 session"),
    "export": _keys("where the screen was started", "e"),
    "palette": _keys("Search for commands", "ctrl+p"),
    "rename": _on_session("r", "rename session"),
    "delete": _on_session("x", "all its calls?"),
    "columns": _keys("columns", "c"),
    "remark": _keys("remark on call", "down", "m"),
    "compared": _compared,
    "rule": _rule,
}


async def agree(screen: Driver, name: str) -> None:
    """Wait for the stored screen itself: frames come before it, for the layout and the answers come one by one."""
    file = STORED / f"{name}-{screen.app.size.width}.txt"
    if os.environ.get("WIRETALLY_RENEW"):
        await screen.pilot.pause(0.5)
        STORED.mkdir(exist_ok=True)
        file.write_text(screen.text + "\n", "utf-8")
    stored = file.read_text("utf-8")
    with suppress(AssertionError):  # said below, with what differs
        await screen.until(lambda: screen.text + "\n" == stored)
    assert stored == screen.text + "\n", f"{file.name} differs; see the top of {Path(__file__).name}"


@pytest.mark.parametrize("size", SIZES, ids=lambda size: str(size[0]))
@pytest.mark.parametrize("state", STATES)
async def test_the_screen_is_as_agreed(
    place: Home, store: Store, state: str, size: tuple[int, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", str(place.path.parent))
    monkeypatch.chdir(place.path)  # ~/home
    store.save(calls())
    with closing(sqlite3.connect(place.database)) as connection, connection:
        connection.execute("update sessions set started_at = ?", (round((NOW - 130) * 1000),))
    async with opened(place, size) as screen:
        await screen.shows("35 calls", "call 35  POST", "$0.0460")
        await STATES[state](screen)
        await agreed(screen, state)


@pytest.mark.parametrize("size", SIZES, ids=lambda size: str(size[0]))
async def test_the_first_run_is_as_agreed(place: Home, store: Store, size: tuple[int, int]) -> None:
    del store
    async with opened(place, size) as screen:
        await screen.shows("Three ways in")
        await agreed(screen, "empty")


@pytest.mark.parametrize("size", SIZES, ids=lambda size: str(size[0]))
async def test_a_stream_that_stalls_is_as_agreed(place: Home, store: Store, size: tuple[int, int]) -> None:
    clock = [NOW]
    whole = entry(1, started_at=NOW - 2, stream=True)
    arriving = replace(under_way(whole).call, timing=Timing(ttft_ms=310.0, first_byte_ms=300.0), answer_text="Three")
    store.save([replace(under_way(whole), call=arriving)])
    async with opened(place, size, clock=lambda: clock[0]) as screen:
        await screen.shows("streaming", "2.0s…")
        await agreed(screen, "streaming")
        clock[0] += 28
        await screen.shows("stalled 28s", "30.0s…", "14:30:28")
        await agreed(screen, "stalled")


@pytest.mark.parametrize("size", SIZES, ids=lambda size: str(size[0]))
async def test_what_has_no_price_is_as_agreed(place: Home, store: Store, size: tuple[int, int]) -> None:
    cost = Cost(None, "unpriced", note='no price is known for acme-1: add [prices.models."acme-1"] to config.toml')
    store.save([entry(1, started_at=NOW - 9, model="acme-1", model_requested="acme-1", cost=cost)])
    async with opened(place, size) as screen:
        await screen.shows("acme-1", "unpriced")
        await agreed(screen, "unpriced")


@pytest.mark.parametrize("size", SIZES, ids=lambda size: str(size[0]))
async def test_a_firing_alarm_is_as_agreed(place: Home, store: Store, size: tuple[int, int]) -> None:
    store.save(calls())
    state_balance(place.database, "set", Decimal(4), at=NOW - 3600)
    state_balance(place.database, "alarm", Decimal(5), at=NOW - 3600)
    async with opened(place, size) as screen:
        await screen.shows("35 calls", "call 35  POST", "⚑ Balance $0.00")
        await agreed(screen, "alarm")


@pytest.mark.parametrize("size", SIZES, ids=lambda size: str(size[0]))
@pytest.mark.parametrize("state", ["locked", "newer"])
async def test_a_database_that_cannot_be_read_is_as_agreed(
    place: Home, store: Store, state: str, size: tuple[int, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    store.close()
    monkeypatch.chdir(place.path)
    home = Home(Path())
    with closing(sqlite3.connect(place.database, isolation_level=None)) as other:
        other.execute("pragma locking_mode = exclusive" if state == "locked" else "pragma user_version = 9999")
        if state == "locked":
            other.execute("begin exclusive")
            other.execute("update counters set value = value")
        async with opened(home, size) as screen:
            await screen.shows("can't be read", "tries again")
            await agreed(screen, state)


async def test_a_terminal_too_small_is_as_agreed(place: Home, store: Store) -> None:
    store.save(calls())
    async with opened(place, (60, 20)) as screen:
        await screen.shows("needs 80×24", "call 35  POST", "$0.0460")
        await agree(screen, "narrow")
