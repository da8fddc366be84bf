"""The program behind a connection is found while it runs; not to find it costs nothing."""

from __future__ import annotations

import os
import socket

from wiretally.agent.callers import Callers
from wiretally.agent.entry import Process


def test_the_program_at_the_other_end_is_found() -> None:
    faults: list[str] = []
    callers = Callers(lambda where, error: faults.append(where))
    with socket.create_server(("127.0.0.1", 0)) as door, socket.create_connection(door.getsockname()) as client:
        callers.connected("c", client.getsockname(), door.getsockname()[1])
        process = callers.of("c", wait=5)
    assert process and process.pid == os.getpid()
    assert callers.of("unknown", wait=0) is None
    callers.close()
    assert faults == []


def test_a_failing_look_up_is_counted_and_gives_nobody() -> None:
    faults: list[str] = []
    callers = Callers(lambda where, error: faults.append(f"{where}: {error}"))

    class Broken:
        def resolve(self, peer: tuple[str, int], door: int) -> Process | None:
            raise ValueError("broken")

    callers.attributor = Broken()
    callers.connected("c", ("127.0.0.1", 1), 2)
    assert callers.of("c", wait=5) is None
    assert faults == ["attribution: broken"]
    callers.close()
