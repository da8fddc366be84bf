"""An agent that was made for somebody ends with them, however they end: the waiting for that.

Its own file because nobody who is killed can stop an agent; the system tells of it, by a pipe's end or a lock's.
"""

from __future__ import annotations

import asyncio
import fcntl
import os
from typing import IO, Final

from .locations import Home

LOOK_SECONDS: Final = 1.0


async def until_closed(pipe: int) -> None:
    """Until nobody holds the other end of `pipe`."""
    loop, closed = asyncio.get_running_loop(), asyncio.Event()

    def look() -> None:
        if not os.read(pipe, 4096):
            loop.remove_reader(pipe)
            closed.set()

    loop.add_reader(pipe, look)
    await closed.wait()


async def until_given_up(home: Home) -> IO[str]:
    """Until no run of `exec` holds the home's lease; it comes back locked, so that a run that begins now waits until
    this agent has ended."""
    while not (lease := _given_up(home)):  # noqa: ASYNC110 a lock tells nobody that it is free
        await asyncio.sleep(LOOK_SECONDS)
    return lease


def _given_up(home: Home) -> IO[str] | None:
    try:
        lease = home.lease.open("r+")
    except OSError:
        return None  # somebody removed it: who holds it can't be told
    try:
        fcntl.flock(lease, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        lease.close()
        return None
    return lease
