"""Bugs of our own, planted: the call passes, the fault is counted, logged once, and shown."""

from __future__ import annotations

import json
from collections.abc import AsyncGenerator, Callable, Generator
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from wiretally.agent.callers import Callers
from wiretally.agent.interpret import Interpreter, StreamProgress
from wiretally.agent.locations import Home
from wiretally.agent.observation import Observer
from wiretally.agent.queries import agent as said
from wiretally.agent.queries.reader import Reader
from wiretally.agent.redaction import Redactor
from wiretally.agent.store import Store

from . import ledger, provider, running
from .load import direct, read_chunk, read_head
from .provider import Provider
from .recording import Recording
from .reliability import Result, record
from .running import Agent, until

PLANTING = '''
"""A script for the proxy: breaks the part of ours that a request names in its header x-plant."""
from wiretally.addons import capture, doors, leaving, routing, stream_tap
from wiretally.agent import outbox

print("a script that prints")
planted = set()


class Plant:
    def requestheaders(self, flow):
        planted.clear()
        planted.add(flow.request.headers.get("x-plant", ""))


def breakable(owner, name):
    inner = getattr(owner, name)
    def broken(*args, **kwargs):
        if f"{owner.__name__}.{name}" in planted:
            raise RuntimeError(f"planted in {name}")
        return inner(*args, **kwargs)
    setattr(owner, name, broken)


for owner, names in {
    capture.Capture: ("_begin", "_head", "request", "responseheaders", "response"),
    doors.Doors: ("requestheaders",), routing.Routing: ("server_connect",), leaving.Leaving: ("responseheaders",),
    stream_tap.StreamTap: ("_take",), outbox.Outbox: ("put",),
}.items():
    for name in names:
        breakable(owner, name)

addons = [Plant()]
'''

PARTS = [
    "Capture._begin", "Capture._head", "Capture.request", "Capture.responseheaders", "Capture.response",
    "Routing.server_connect", "Leaving.responseheaders", "StreamTap._take", "Outbox.put",
]  # fmt: skip


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def broken(tmp_path_factory: pytest.TempPathFactory) -> AsyncGenerator[tuple[Agent, Provider]]:
    """An agent whose proxy runs the planting script."""
    folder = tmp_path_factory.mktemp("planting")
    script = folder / "planting.py"
    script.write_text(PLANTING)
    home = Home(folder / "home").make()
    async with provider.running() as upstream:
        flags = "--upstream", upstream.upstream, "--addon", str(script)
        async with running.agent(home, *flags) as agent:
            yield agent, upstream


@pytest.mark.asyncio(loop_scope="module")
@pytest.mark.parametrize("part", PARTS)
async def test_a_bug_in_the_proxy_passes_the_call_and_is_shown(broken: tuple[Agent, Provider], part: str) -> None:
    agent, _ = broken
    before = (await agent.status()).faults
    for stream in (False, True):
        reader, writer = await direct(agent)
        body = json.dumps({"model": "gpt-4o-mini", "messages": [], "stream": stream}).encode()
        writer.write(
            b"POST /v1/chat/completions HTTP/1.1\r\nhost: 127.0.0.1\r\nx-plant: %b\r\ncontent-length: %d\r\n\r\n%b"
            % (part.encode(), len(body), body)
        )
        head = await read_head(reader)
        assert head["status"] == "200"
        made = int(head["x-request-id"].removeprefix("req_"))
        if stream:
            events = b""
            while data := await read_chunk(reader):
                events += data
            assert events == provider.events(made, 6)
        else:
            whole = await reader.readexactly(int(head["content-length"]))
            assert whole == provider.completion(made).partition(b"\r\n\r\n")[2]
        writer.close()
    if part == "Routing.server_connect":
        return  # both calls went over connections that were open
    assert (await agent.status()).faults > before

    def shown() -> bool:
        with Reader(agent.home.database) as reader:
            return any("planted" in fault.error for fault in said.faults(reader))

    await until(shown, "the fault among the agent's faults")
    record(Result(f"bug planted in {part}", 1, 2, changed=0))


class _Ticking:
    def tick(self, now: float) -> None:
        raise RuntimeError("planted in tick")


@pytest.fixture
def recording(tmp_path: Path) -> Generator[Recording]:
    made = Recording(Home(tmp_path).make())
    yield made


def _plant(monkeypatch: pytest.MonkeyPatch, owner: Any, name: str) -> None:
    def broken(*args: object, **kwargs: object) -> None:
        raise RuntimeError(f"planted in {name}")

    monkeypatch.setattr(owner, name, broken)


STAGES: list[tuple[Any, str]] = [
    (Interpreter, "_call"), (Interpreter, "decoded_bodies"), (Interpreter, "redacted_headers"),
    (StreamProgress, "feed"), (Observer, "observe"), (Callers, "of"), (Redactor, "body"), (Redactor, "headers"),
]  # fmt: skip


@pytest.mark.parametrize(("owner", "name"), STAGES, ids=[f"{owner.__name__}.{name}" for owner, name in STAGES])
def test_a_bug_in_the_recorder_costs_no_row(
    recording: Recording, monkeypatch: pytest.MonkeyPatch, owner: Any, name: str
) -> None:
    _plant(monkeypatch, owner, name)
    recording.run()
    rows = ledger.rows(recording.home, "select uid, state from calls order by uid")
    assert rows == [("call-0", "done"), ("call-1", "done")]
    assert ledger.rows(recording.home, "select count from faults where error like '%planted%'")
    assert recording.saver.faults
    record(Result(f"bug planted in {owner.__name__}.{name}", 1, 2, lost=0))


def test_a_bug_in_a_ticker_is_counted(recording: Recording) -> None:
    recording.recorder.add(_Ticking())
    recording.run()
    ((place, error),) = ledger.rows(recording.home, "select place, error from faults")
    assert (place, "planted" in error) == ("_Ticking", True)


def test_an_entry_that_cannot_be_stored_waits_alone(recording: Recording, monkeypatch: pytest.MonkeyPatch) -> None:
    inner: Callable[..., None] = Store.save

    def broken(self: Store, entries: list[Any]) -> None:
        if any(entry.call.uid == "call-0" for entry in entries):
            raise RuntimeError("planted in save")
        inner(self, entries)

    monkeypatch.setattr(Store, "save", broken)
    recording.run()
    assert ledger.rows(recording.home, "select uid from calls") == [("call-1",)]
    assert (recording.saver.lost, recording.saver.waiting) == (0, 1)
    assert ledger.rows(recording.home, "select value from agent_state where name = 'waiting'") == [("1",)]
