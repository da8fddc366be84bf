"""From frames in a journal to rows: the recorder itself, in a process of its own, killed and replaced."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from wiretally.agent import heap, journal
from wiretally.agent.exchange import Kind, encode
from wiretally.agent.locations import Home
from wiretally.agent.outbox import Outbox
from wiretally.agent.plans import RecorderPlan
from wiretally.agent.queries.agent import faults
from wiretally.agent.queries.calls import CallRow, page
from wiretally.agent.queries.reader import Reader
from wiretally.agent.queries.totals import Span, totals

from ..faults.recording import Recording

HEADERS = [[b"Host", b"api.openai.com"], [b"Content-Type", b"application/json"]]
ANSWER = json.dumps(
    {
        "id": "chatcmpl-1",
        "object": "chat.completion",
        "model": "gpt-4o-mini-2024-07-18",
        "choices": [{"index": 0, "message": {"role": "assistant", "content": "Hi."}, "finish_reason": "stop"}],
        "usage": {"prompt_tokens": 9, "completion_tokens": 2, "total_tokens": 11},
    }
).encode()
ASK = b'{"model":"gpt-4o-mini","messages":[{"role":"user","content":"Hello"}]}'
EVENT = b'data: {"id":"c","model":"gpt-4o-mini","choices":[{"index":0,"delta":{"content":"word "}}]}\n\n'


class Rig:
    """A proxy's outbox, and recorders one after the other."""

    def __init__(self, home: Home) -> None:
        self.home = home
        self.made = journal.create(1024 * 1024)
        self.writer = journal.Writer(self.made)
        self.outbox = Outbox(self.writer, keep_bytes=100_000)
        self.life_read, self.life_write = os.pipe()
        self.process: subprocess.Popen[str] | None = None
        self.start(fresh=True)

    def start(self, *, fresh: bool = False) -> None:
        plan = RecorderPlan([str(self.made)], str(self.home.path), self.life_read, "night", [8787, 8788], fresh=fresh)
        self.process = subprocess.Popen(
            [sys.executable, "-m", "wiretally.agent.recorder"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
            pass_fds=(*self.made.all(), self.life_read),
        )
        assert self.process.stdin and self.process.stdout
        self.process.stdin.write(plan.line().decode())
        self.process.stdin.flush()
        assert json.loads(self.process.stdout.readline()) == {"ready": True, "pid": self.process.pid}

    def kill(self) -> None:
        assert self.process
        self.process.send_signal(signal.SIGKILL)
        self._gone()
        self.writer.counters[journal.EPOCH] += 1

    def _gone(self) -> int:
        assert self.process and self.process.stdin and self.process.stdout
        code = self.process.wait(20)
        self.process.stdin.close()
        self.process.stdout.close()
        self.process = None
        return code

    def end(self) -> int:
        """Everybody who writes is gone."""
        os.close(self.life_write)
        return self._gone()

    def begin(self, call: str, path: str = "/v1/chat/completions") -> None:
        begin = ["proxy", "conn", None, "POST", "https", "api.openai.com", 443, path, "HTTP/1.1", HEADERS]
        self.outbox.put(Kind.BEGIN, call, time.time(), *begin, None, {"k": "v"}, ASK, len(ASK), time.time())

    def answer(self, call: str) -> None:
        head = [200, "OK", "HTTP/1.1", [[b"x-request-id", call.encode()], HEADERS[1]], 0.0, 0.0]
        self.outbox.put(Kind.ANSWER, call, time.time(), *head, ANSWER, len(ANSWER), time.time())

    def rows(self) -> dict[str, CallRow]:
        with Reader(self.home.database) as reader:
            return {row.uid: row for row in page(reader, limit=500).rows}

    def until(self, holds: Callable[[dict[str, CallRow]], bool]) -> dict[str, CallRow]:
        for _ in range(1200):
            self.outbox.tend()
            if holds(rows := self.rows()):
                return rows
            time.sleep(0.05)
        raise AssertionError(self.rows())


@pytest.fixture
def rig(tmp_path: Path) -> Iterator[Rig]:
    made = Rig(Home(tmp_path / "home").make())
    yield made
    if made.process:
        made.end()
    made.writer.close()
    for descriptor in (*made.made.all(), made.life_read):
        os.close(descriptor)


def test_a_call_is_on_disk_while_it_is_open_and_when_it_is_done(rig: Rig) -> None:
    rig.begin("a")
    assert rig.until(lambda rows: "a" in rows)["a"].state == "open"
    rig.answer("a")
    row = rig.until(lambda rows: rows["a"].state == "done")["a"]
    assert (row.input_tokens, row.output_tokens, row.usage_source, row.session) == (9, 2, "reported", "night")
    assert row.cost


def test_a_stream_counts_up_and_survives_a_sigkill_of_the_recorder(rig: Rig) -> None:
    rig.begin("s")
    sse: list[Any] = [[b"content-type", b"text/event-stream"]]
    rig.outbox.put(Kind.HEAD, "s", time.time(), 200, "OK", "HTTP/1.1", sse, 0.0, 0.0)
    for _ in range(5):
        rig.outbox.put(Kind.DATA, "s", time.time(), EVENT, len(EVENT))
    early = rig.until(lambda rows: "s" in rows and (rows["s"].output_tokens or 0) >= 5)["s"]
    assert (early.state, early.usage_source) == ("open", "estimated")
    rig.kill()
    for _ in range(5):
        rig.outbox.put(Kind.DATA, "s", time.time(), EVENT, len(EVENT))
    rig.outbox.put(Kind.DATA, "s", time.time(), b"data: [DONE]\n\n", 14)
    rig.outbox.put(Kind.END, "s", time.time(), "answered", None)
    rig.start()
    row = rig.until(lambda rows: rows["s"].state != "open")["s"]
    assert row.state == "done"
    assert (row.output_tokens or 0) > (early.output_tokens or 0)


def test_calls_stored_before_a_sigkill_are_stored_once(rig: Rig) -> None:
    for number in range(20):
        rig.begin(f"c{number}")
        rig.answer(f"c{number}")
    rig.kill()
    rig.start()
    rig.until(lambda rows: len(rows) == 20 and all(row.state == "done" for row in rows.values()))
    with Reader(rig.home.database) as reader:
        assert totals(reader, Span(0, time.time() + 60)).calls == 20


def test_the_calls_of_a_dead_proxy_are_aborted_with_what_had_arrived(rig: Rig) -> None:
    rig.begin("a")
    rig.until(lambda rows: "a" in rows)
    rig.writer.write(encode([Kind.GONE, "", 0, time.time()]))
    assert rig.until(lambda rows: rows["a"].state == "aborted")["a"].status is None


def test_it_ends_when_everybody_is_gone_and_leaves_nothing_open(rig: Rig) -> None:
    rig.begin("a")
    rig.begin("b")
    rig.answer("b")
    assert rig.end() == 0
    assert {uid: row.state for uid, row in rig.rows().items()} == {"a": "aborted", "b": "done"}
    with Reader(rig.home.database) as reader:
        assert reader.value("select ended_at from sessions where name = 'night'")


def test_a_recorder_that_another_follows_leaves_open_what_is_open(rig: Rig) -> None:
    rig.begin("a")
    rig.until(lambda rows: "a" in rows)
    assert rig.process
    rig.process.send_signal(signal.SIGHUP)
    rig.process.wait(60)
    assert rig.rows()["a"].state == "open"
    rig.kill()
    rig.start()
    rig.answer("a")
    rig.until(lambda rows: rows["a"].state == "done")


def test_a_fault_of_the_proxys_and_a_frame_that_is_none_are_counted(rig: Rig) -> None:
    rig.outbox.fault("capture.request", ValueError("planted"))
    rig.writer.write(b"\xc1 no frame")
    rig.begin("a")
    rig.answer("a")
    rig.until(lambda rows: "a" in rows)
    rig.end()
    with Reader(rig.home.database) as reader:
        found = {fault.place: fault.error for fault in faults(reader)}
    assert found["capture.request"] == "ValueError: planted"
    assert "not a frame" in found["recorder.take"]


@pytest.mark.skipif(not hasattr(os, "sched_getscheduler"), reason="there is no batch class here")
def test_it_steps_back_for_whoever_passes_bytes_on(rig: Rig) -> None:
    assert rig.process
    assert os.sched_getscheduler(rig.process.pid) == os.SCHED_BATCH


def test_a_database_it_cannot_use_is_said_in_one_line(tmp_path: Path) -> None:
    home = Home(tmp_path / "home").make()
    home.database.write_bytes(b"this is no database, but it is long enough to look like one" * 100)
    plan = RecorderPlan([], str(home.path), 0, "night", [])
    done = subprocess.run(
        [sys.executable, "-m", "wiretally.agent.recorder"],
        input=plan.line(),
        capture_output=True,
        timeout=30,
        check=False,
    )
    assert done.returncode == 1
    assert str(home.database) in json.loads(done.stdout)["error"] or "database" in json.loads(done.stdout)["error"]
    assert done.stderr == b""


def test_memory_is_looked_through_after_work_and_not_while_there_is_none(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    looked: list[float] = []
    monkeypatch.setattr(heap, "give_back", lambda: looked.append(time.monotonic()))

    def feed(recording: Recording) -> None:
        time.sleep(1.5)
        assert looked == []
        recording.begin("call", "/v1/chat/completions", ASK)
        recording.answer("call", "application/json", ANSWER)
        deadline = time.monotonic() + 20
        while not looked:
            assert time.monotonic() < deadline
            time.sleep(0.05)
        time.sleep(1.5)  # one more at most: for what was saved after the first
        settled = len(looked)
        time.sleep(2.5)
        assert len(looked) == settled

    Recording(Home(tmp_path / "home").make()).run(feed)
    assert looked
