"""A pipe's end and a free lease are noticed, and not before; tests/agent/test_execution.py kills the maker."""

from __future__ import annotations

import asyncio
import fcntl
import os
from pathlib import Path

import pytest
from wiretally.agent import makers
from wiretally.agent.locations import Home
from wiretally.agent.makers import until_closed, until_given_up


def test_a_pipe_that_nobody_holds() -> None:
    async def closing() -> None:
        heard, held = os.pipe()
        waiting = asyncio.ensure_future(until_closed(heard))
        os.write(held, b"x")
        await asyncio.sleep(0.05)
        assert not waiting.done()
        os.close(held)
        await asyncio.wait_for(waiting, 5)
        os.close(heard)

    asyncio.run(closing())


def test_a_lease_that_no_run_holds_and_then_none_can_take(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(makers, "LOOK_SECONDS", 0.01)
    home = Home(tmp_path)

    async def giving_up() -> None:
        waiting = asyncio.ensure_future(until_given_up(home))
        await asyncio.sleep(0.05)
        assert not waiting.done()  # there is no lease
        with home.lease.open("a") as first, home.lease.open("a") as second:
            for run in (first, second):
                fcntl.flock(run, fcntl.LOCK_SH)
            await asyncio.sleep(0.05)
            fcntl.flock(first, fcntl.LOCK_UN)
            await asyncio.sleep(0.05)
            assert not waiting.done()
            fcntl.flock(second, fcntl.LOCK_UN)
            with await asyncio.wait_for(waiting, 5), pytest.raises(BlockingIOError):
                fcntl.flock(first, fcntl.LOCK_SH | fcntl.LOCK_NB)

    asyncio.run(giving_up())
