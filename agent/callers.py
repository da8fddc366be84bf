"""Which program opened which connection, as the lookout tells; where it can't tell, the recorder looks itself."""

from __future__ import annotations

import time
from collections import OrderedDict, deque
from collections.abc import Callable
from typing import Final

from . import journal
from .attribution import Address, Attributor, Connection
from .entry import Process
from .exchange import Kind, decode
from .lookout import Resolver

REMEMBERED: Final = 5000
PATIENCE_SECONDS: Final = 0.5
"""How long after a connection was opened the lookout may tell whose it is."""

type Fault = Callable[[str, str], None]


class Callers:
    """The programs behind the connections of the last while. `answers` are the lookout's, None where there is none."""

    def __init__(self, answers: journal.Descriptors | None, fault: Fault) -> None:
        self._answers = journal.Reader(answers) if answers else None
        self._taken: deque[int] = deque()
        """The ends of what was read of the answers' journal, each of some answers."""
        self._fault = fault
        self.resolver: Resolver = Attributor()
        self._asked: OrderedDict[str, tuple[Connection, float]] = OrderedDict()
        """What the lookout was asked and has not answered, and until when its answer is waited for."""
        self._found: OrderedDict[str, Process | None] = OrderedDict()
        self._silent = answers is None
        """The last answer that was waited for did not come: until one does, none is waited for."""

    def connected(self, connection: str, peer: Address, door: int) -> None:
        """The lookout was asked who is at `peer`, connected to our port `door`."""
        if connection not in self._found:
            self._asked[connection] = (peer, door), time.monotonic() + PATIENCE_SECONDS
        if len(self._asked) > REMEMBERED:
            self._asked.popitem(last=False)

    def awaits(self, connection: str) -> bool:
        """Is there soon news of the program, if only that it is not to be found?"""
        until = self._asked.get(connection, (None, 0.0))[1]
        return time.monotonic() < until + PATIENCE_SECONDS

    def of(self, connection: str, ends: Connection | None = None, *, wait: bool) -> Process | None:
        """The program; None where it is not to be found, or where its answer is on its way and nobody is to `wait`.

        One that opened the connection before this recorder was there is looked for at its `ends`, if they are given.
        """
        self._listen()
        asked, until = self._asked.get(connection, (None, 0.0))
        while connection in self._asked and not self._silent and (left := until - time.monotonic()) > 0:
            if not wait or not self._answers:
                return None
            self._answers.sleep(left)
            self._listen()
        if connection not in self._found:
            self._silent = self._silent or asked is not None
            self._look(connection, asked or ends)
        return self._found[connection]

    def _look(self, connection: str, ends: Connection | None) -> None:
        process = None
        try:
            if ends:
                (process,) = self.resolver.resolve_all([ends])
        except Exception as error:  # noqa: BLE001 not to know the program must not lose the call
            self._fault("attribution", f"{type(error).__name__}: {error}"[:500])
        self._keep(connection, process)

    def _listen(self) -> None:
        """Take what the lookout has told."""
        while self._answers and (raws := self._answers.read()):
            self._silent = False
            self._taken.append(self._answers.position)
            for raw in raws:
                frame = decode(raw)
                if frame[0] == Kind.CALLER:
                    self._keep(frame[1], frame[4] and Process(*frame[4]))
                else:
                    self._fault(frame[4], frame[5])

    def _keep(self, connection: str, process: Process | None) -> None:
        self._found[connection] = process
        self._asked.pop(connection, None)
        if len(self._found) > REMEMBERED:
            self._found.popitem(last=False)

    def commit(self) -> None:
        """Give back the room of the oldest answers. The newest stay for a recorder that follows: connections outlast
        this one."""
        while (answers := self._answers) and self._taken and answers.position - self._taken[0] > answers.capacity // 2:
            answers.commit(self._taken.popleft())

    def close(self) -> None:
        if self._answers:
            self._answers.close()
