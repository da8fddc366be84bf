"""The program behind a connection is found while it runs; not to find it costs nothing."""

from __future__ import annotations

import os
import socket
import threading
from collections.abc import Sequence

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
        def resolve_all(self, connections: Sequence[tuple[tuple[str, int], int]]) -> list[Process | None]:
            raise ValueError("broken")

    callers.attributor = Broken()
    callers.connected("c", ("127.0.0.1", 1), 2)
    assert callers.of("c", wait=5) is None
    assert faults == ["attribution: broken"]
    callers.close()


def test_one_look_serves_all_that_came_while_another_was_under_way() -> None:
    looks: list[int] = []
    go, under_way = threading.Event(), threading.Event()

    class Slow:
        def resolve_all(self, connections: Sequence[tuple[tuple[str, int], int]]) -> list[Process | None]:
            looks.append(len(connections))
            under_way.set()
            go.wait(10)
            return [Process(port, 0.0, "app") for (_, port), _ in connections]

    callers = Callers(lambda where, error: None)
    callers.attributor = Slow()
    callers.connected("0", ("127.0.0.1", 1000), 1)
    assert under_way.wait(5)
    for number in range(1, 50):
        callers.connected(str(number), ("127.0.0.1", 1000 + number), 1)
    go.set()
    found = [callers.of(str(number), wait=5) for number in range(50)]
    assert [process and process.pid for process in found] == list(range(1000, 1050))
    assert looks == [1, 49]
    callers.close()
