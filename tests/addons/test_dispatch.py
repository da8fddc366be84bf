"""Hooks run in order, sync and async; one that fails does not stop the others."""

from __future__ import annotations

import logging
from typing import Any

import pytest
from mitmproxy import exceptions
from mitmproxy.master import Master
from mitmproxy.options import Options
from mitmproxy.proxy.layers.http._hooks import HttpRequestHook
from mitmproxy.test import tflow
from wiretally.addons.dispatch import TableDispatch


class Recording:
    """An addon that says its name when its hook runs."""

    def __init__(self, name: str, said: list[str], error: Exception | None = None) -> None:
        self.name, self.said, self.error = name, said, error

    async def request(self, flow: object) -> None:
        self.said.append(self.name)
        if self.error:
            raise self.error


class Plain:
    """One whose hook is not async."""

    name = "plain"

    def __init__(self, said: list[str]) -> None:
        self.said = said

    def request(self, flow: object) -> None:
        self.said.append(self.name)


async def run(*addons: object) -> None:
    import asyncio

    master = Master(Options(), asyncio.get_running_loop())
    table: Any = TableDispatch(master)
    for addon in addons:
        table.add(addon)
    await table.handle_lifecycle(HttpRequestHook(tflow.tflow()))


async def test_hooks_run_in_the_order_of_the_chain() -> None:
    said: list[str] = []
    await run(Recording("a", said), Plain(said), Recording("b", said))
    assert said == ["a", "plain", "b"]


async def test_a_failing_hook_is_logged_and_the_next_one_runs(caplog: pytest.LogCaptureFixture) -> None:
    said: list[str] = []
    with caplog.at_level(logging.ERROR):
        await run(Recording("a", said, ValueError("broken")), Recording("b", said))
    assert said == ["a", "b"]
    assert "broken" in caplog.text


async def test_a_halt_stops_the_chain() -> None:
    said: list[str] = []
    await run(Recording("a", said, exceptions.AddonHalt()), Recording("b", said))
    assert said == ["a"]
