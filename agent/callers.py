"""Which program opened which connection: looked up in a thread at once, before a short-lived program has ended.

One look serves all connections that wait for it, so that the looks do not fall behind when many come at a time.
"""

from __future__ import annotations

import os
import sys
from collections import OrderedDict
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from concurrent.futures import TimeoutError as NotYet
from contextlib import suppress
from threading import Lock
from typing import Final, Protocol

from .attribution import Address, Attributor
from .entry import Process

REMEMBERED: Final = 5000

type Fault = Callable[[str, BaseException], None]


class Resolver(Protocol):
    """Finds the programs behind connections, each given as its peer and our port."""

    def resolve_all(self, connections: Sequence[tuple[Address, int]], /) -> list[Process | None]: ...


class Callers:
    """The programs behind the connections of the last while."""

    def __init__(self, fault: Fault) -> None:
        self._fault = fault
        self.attributor: Resolver = Attributor()
        self._pool = ThreadPoolExecutor(1, "attribution", initializer=_without_delay)
        self._found: OrderedDict[str, Future[Process | None]] = OrderedDict()
        self._waiting: list[tuple[tuple[Address, int], Future[Process | None]]] = []
        self._lock = Lock()

    def connected(self, connection: str, peer: tuple[str, int], door: int) -> None:
        """Begin to look up who is at `peer`, connected to our port `door`."""
        if connection in self._found:
            return
        future = self._found[connection] = Future[Process | None]()
        with self._lock:
            self._waiting.append(((peer, door), future))
        self._pool.submit(self._look)
        if len(self._found) > REMEMBERED:
            self._found.popitem(last=False)

    def _look(self) -> None:
        """One look for all that wait; where an earlier look took them along, none."""
        with self._lock:
            taken, self._waiting = self._waiting, []
        if not taken:
            return
        try:
            found = self.attributor.resolve_all([connection for connection, _ in taken])
        except Exception as error:  # noqa: BLE001 whoever asks for the program gets it, and counts it
            for _, future in taken:
                future.set_exception(error)
        else:
            for (_, future), process in zip(taken, found, strict=True):
                future.set_result(process)

    def of(self, connection: str, *, wait: float) -> Process | None:
        """The program, or None where it is not known after `wait` seconds."""
        future = self._found.get(connection)
        if future is None:
            return None
        try:
            return future.result(wait)
        except NotYet:
            return None
        except Exception as error:  # noqa: BLE001 not to know the program must not lose the call
            self._fault("attribution", error)
            self._found.pop(connection, None)
            return None

    def close(self) -> None:
        self._pool.shutdown(wait=False, cancel_futures=True)


def _without_delay() -> None:
    """The looking thread runs as soon as it wakes, whatever class the recorder's other work is in (sched(7))."""
    if sys.platform == "linux":
        with suppress(OSError):
            os.sched_setscheduler(0, os.SCHED_OTHER, os.sched_param(0))
