"""The recorder knows what the lookout told; what it did not tell is looked for, and not to find it costs nothing."""

from __future__ import annotations

import os
import socket
from collections.abc import Iterator, Sequence

import pytest
from msgspec.structs import astuple
from wiretally.agent import journal
from wiretally.agent.attribution import Connection
from wiretally.agent.callers import Callers
from wiretally.agent.entry import Process
from wiretally.agent.exchange import Kind, encode

PEER = ("127.0.0.1", 1)


class Resolver:
    """Finds the process of the peer's port, or fails."""

    def __init__(self, error: Exception | None = None) -> None:
        self.error = error
        self.asked: list[Connection] = []

    def resolve_all(self, connections: Sequence[Connection]) -> list[Process | None]:
        self.asked += connections
        if self.error:
            raise self.error
        return [Process(port, 0.0, "looked for") for (_, port), _ in connections]


class Lookout:
    """The lookout's end of its journal, and the recorder's callers at the other."""

    def __init__(self) -> None:
        self.made = journal.create(65536)
        self.writer = journal.Writer(self.made)
        self.faults: list[str] = []
        self.resolver = Resolver()
        self.callers = self.recorder()

    def recorder(self) -> Callers:
        callers = Callers(self.made, lambda where, text: self.faults.append(f"{where}: {text}"))
        callers.resolver = self.resolver
        return callers

    def tell(self, connection: str, process: Process | None) -> None:
        self.writer.write(encode([Kind.CALLER, connection, 0, 1.0, process and astuple(process)]))


@pytest.fixture
def lookout() -> Iterator[Lookout]:
    made = Lookout()
    yield made
    made.callers.close()
    made.writer.close()
    for descriptor in made.made.all():
        os.close(descriptor)


def test_what_the_lookout_tells_is_believed(lookout: Lookout) -> None:
    curl = Process(7, 1.5, "curl", "curl -s", "/home", "main", "night")
    lookout.callers.connected("a", PEER, 2)
    lookout.callers.connected("b", PEER, 2)
    assert lookout.callers.of("a", wait=False) is None  # it is on its way
    lookout.tell("a", curl)
    lookout.tell("b", None)
    assert lookout.callers.of("a", wait=True) == curl
    assert lookout.callers.of("b", wait=True) is None
    assert lookout.resolver.asked == []


def test_an_answer_may_come_before_its_connection_is_heard_of(lookout: Lookout) -> None:
    lookout.tell("a", Process(7, 1.5, "curl"))
    lookout.callers.commit()
    lookout.callers.connected("a", PEER, 2)
    found = lookout.callers.of("a", wait=False)
    assert found and found.app == "curl"


def test_a_silent_lookout_is_waited_for_once_until_it_speaks_again(
    lookout: Lookout, monkeypatch: pytest.MonkeyPatch
) -> None:
    lookout.callers.connected("a", PEER, 2)
    monkeypatch.setattr("wiretally.agent.callers.PATIENCE_SECONDS", 3600.0)
    lookout.callers.connected("b", PEER, 2)
    found = lookout.callers.of("a", wait=True), lookout.callers.of("b", wait=True)
    assert [it and it.app for it in found] == ["looked for"] * 2
    lookout.callers.connected("c", PEER, 2)
    lookout.tell("b", None)
    assert lookout.callers.of("c", wait=False) is None
    assert len(lookout.resolver.asked) == 2


def test_a_program_that_goes_on_is_looked_for_once_the_lookout_had_its_time(
    lookout: Lookout, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("wiretally.agent.callers.PATIENCE_SECONDS", 0.0)
    lookout.callers.connected("a", PEER, 2)
    found = lookout.callers.of("a", wait=False)
    assert found and found.app == "looked for"


def test_a_connection_of_before_this_recorder_is_looked_for_at_its_ends(lookout: Lookout) -> None:
    found = lookout.callers.of("old", (PEER, 2), wait=True)
    assert found and found.pid == PEER[1]
    assert lookout.callers.of("unknown", wait=True) is None
    assert lookout.resolver.asked == [(PEER, 2)]


def test_the_newest_answers_are_told_to_the_next_recorder_and_the_oldest_give_their_room_back(lookout: Lookout) -> None:
    for number in range(3000):
        lookout.tell(f"{number}", Process(number, 1.5, "curl"))
        assert lookout.callers.of(f"{number}", wait=True)
        lookout.callers.commit()
    assert not lookout.writer.counters[journal.WAITING]
    lookout.tell("a", Process(7, 1.5, "curl"))
    assert lookout.callers.of("a", wait=True)
    lookout.callers.commit()
    lookout.callers.close()
    lookout.callers = lookout.recorder()
    found = lookout.callers.of("a", wait=True)
    assert found and found.app == "curl"
    assert lookout.resolver.asked == []


def test_failures_are_counted_and_give_nobody(lookout: Lookout) -> None:
    lookout.resolver.error = ValueError("broken")
    lookout.writer.write(encode([Kind.FAULT, "", 0, 1.0, "attribution", "of the lookout"]))
    assert lookout.callers.of("old", (PEER, 2), wait=True) is None
    assert lookout.faults == ["attribution: of the lookout", "attribution: ValueError: broken"]


def test_without_a_lookout_the_system_is_asked() -> None:
    callers = Callers(None, lambda where, text: None)
    with socket.create_server(("127.0.0.1", 0)) as door, socket.create_connection(door.getsockname()) as client:
        callers.connected("c", client.getsockname(), door.getsockname()[1])
        process = callers.of("c", wait=False)
    assert process and process.pid == os.getpid()
    callers.commit()
    callers.close()


def test_news_that_is_on_its_way_is_awaited(lookout: Lookout) -> None:
    assert not lookout.callers.awaits("c")
    lookout.callers.connected("c", PEER, 2)
    assert lookout.callers.of("c", wait=False) is None
    assert lookout.callers.awaits("c")
    lookout.tell("c", None)
    assert lookout.callers.of("c", wait=False) is None
    assert not lookout.callers.awaits("c")
