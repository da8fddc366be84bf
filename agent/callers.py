"""Which program opened which connection: looked up in a thread at once, before a short-lived program has ended."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from concurrent.futures import TimeoutError as NotYet
from typing import Final, Protocol

from .attribution import Attributor
from .entry import Process

REMEMBERED: Final = 5000

type Fault = Callable[[str, BaseException], None]


class Resolver(Protocol):
    """Finds the program that connected from `peer` to our port `door_port`."""

    def resolve(self, peer: tuple[str, int], door_port: int, /) -> Process | None: ...


class Callers:
    """The programs behind the connections of the last while."""

    def __init__(self, fault: Fault) -> None:
        self._fault = fault
        self.attributor: Resolver = Attributor()
        self._pool = ThreadPoolExecutor(1, "attribution")
        self._found: OrderedDict[str, Future[Process | None]] = OrderedDict()

    def connected(self, connection: str, peer: tuple[str, int], door: int) -> None:
        """Begin to look up who is at `peer`, connected to our port `door`."""
        if connection in self._found:
            return
        self._found[connection] = self._pool.submit(self.attributor.resolve, peer, door)
        if len(self._found) > REMEMBERED:
            self._found.popitem(last=False)

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
