"""A recorder that dies is followed by one from the same host; one that dies with its host by one from another."""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path

import psutil
import pytest
from wiretally.agent import journal
from wiretally.agent.errors import WiretallyError
from wiretally.agent.hosted import Hosted
from wiretally.agent.locations import Home
from wiretally.agent.plans import RecorderPlan


@asynccontextmanager
async def hosted(home: Home) -> AsyncGenerator[Hosted]:
    """A recorder of `home` on a journal of its own, not started yet; at the end it and its host are gone."""
    made = journal.create(65536)
    life_read, life_write = os.pipe()
    plan = RecorderPlan([str(made)], str(home.path), life_read, "night", [8787, 8788], fresh=True)
    child = Hosted("recorder", ["-m", "wiretally.agent.recorder_host"], (*made.all(), life_read), plan.line())
    try:
        yield child
    finally:
        os.close(life_write)
        await child.ended(20)
        for descriptor in (*made.all(), life_read):
            os.close(descriptor)
    assert child.process is None or child.process.returncode == 0


async def test_the_next_comes_from_the_same_host(tmp_path: Path) -> None:
    async with hosted(Home(tmp_path / "home").make()) as recorder:
        await recorder.start()
        first, host = recorder.pid, recorder.process
        assert first
        assert host
        assert psutil.Process(first).ppid() == host.pid
        os.kill(first, signal.SIGKILL)
        assert await recorder.died() == -signal.SIGKILL
        assert recorder.pid is None
        await recorder.start()
        assert recorder.process is host
        assert recorder.pid not in (None, first)


async def test_a_signal_goes_to_the_one_that_records(tmp_path: Path) -> None:
    async with hosted(Home(tmp_path / "home").make()) as recorder:
        await recorder.start()
        recorder.signal(signal.SIGHUP)  # leave, another follows
        assert await recorder.died() == 0
        assert recorder.runs
        await recorder.start()


async def test_a_host_takes_its_recorder_along_and_another_is_started(tmp_path: Path) -> None:
    async with hosted(Home(tmp_path / "home").make()) as recorder:
        await recorder.start()
        first = recorder.pid
        assert first
        assert recorder.process
        recorder.process.kill()
        assert await recorder.died() == -signal.SIGKILL
        for _ in range(1200):
            if not psutil.pid_exists(first):
                break
            await asyncio.sleep(0.05)
        assert not psutil.pid_exists(first)
        await recorder.start()
        assert recorder.pid not in (None, first)


async def test_what_it_says_is_wrong_is_raised_and_the_host_stays(tmp_path: Path) -> None:
    home = Home(tmp_path / "home").make()
    home.database.write_bytes(b"no database at all" * 100)
    async with hosted(home) as recorder:
        with pytest.raises(WiretallyError, match="damaged or not a database"):
            await recorder.start()
        assert recorder.pid is None
        async with asyncio.timeout(10):
            assert await recorder.died() == 1  # as the supervisor hears it, which then starts the next
        home.database.unlink()
        await recorder.start()
        assert recorder.pid
