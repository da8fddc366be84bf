"""The host forks a recorder for each plan, says how each ended, and goes when nobody can send another plan."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import psutil
from wiretally.agent import journal
from wiretally.agent.exchange import Kind, decode
from wiretally.agent.locations import Home
from wiretally.agent.plans import RecorderPlan
from wiretally.agent.questions import Asker, Post


def test_it_forks_a_recorder_for_each_plan_and_ends_with_the_last(tmp_path: Path) -> None:
    home, made = Home(tmp_path / "home").make(), journal.create(65536)
    life_read, life_write = os.pipe()
    line = RecorderPlan([str(made)], str(home.path), life_read, "night", [8787, 8788], fresh=True).line()
    with subprocess.Popen(
        [sys.executable, "-m", "wiretally.agent.recorder_host"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        pass_fds=(*made.all(), life_read),
    ) as host:
        assert host.stdin
        assert host.stdout

        def heard() -> dict[str, Any]:
            assert host.stdout
            return json.loads(host.stdout.readline())

        def ask() -> None:
            assert host.stdin
            host.stdin.write(line)
            host.stdin.flush()

        ask()
        first = heard()
        assert first["ready"]
        assert first["pid"] != host.pid
        os.kill(first["pid"], signal.SIGKILL)
        assert heard() == {"ended": -signal.SIGKILL}
        ask()
        assert heard()["pid"] not in (first["pid"], host.pid)
        host.stdin.close()
        assert host.poll() is None  # somebody may still write: the recorder stays
        os.close(life_write)
        assert heard() == {"ended": 0}
        assert host.wait(20) == 0
    for descriptor in (*made.all(), life_read):
        os.close(descriptor)


def test_the_lookout_stays_with_the_host_and_is_replaced_when_it_dies(tmp_path: Path) -> None:
    home, made, post = Home(tmp_path / "home").make(), journal.create(65536), Post.make()
    life_read, life_write = os.pipe()
    plan = RecorderPlan([str(made)], str(home.path), life_read, "night", [1, 2], fresh=True, lookout=str(post))
    asker, answers = Asker(post), journal.Reader(post.answers)

    def told(question: str) -> bool:
        """Ask, and wait for the answer. A question that a dying lookout took along has none."""
        asker.ask(question, ("127.0.0.1", 1), 2)
        deadline = time.monotonic() + 20
        while time.monotonic() < deadline:
            answers.sleep(1)
            if [Kind.CALLER, question] in [decode(raw)[:2] for raw in answers.read()]:
                return True
        return False

    with subprocess.Popen(
        [sys.executable, "-m", "wiretally.agent.recorder_host"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        pass_fds=(*made.all(), *post.for_lookout(), life_read),
    ) as host:
        assert host.stdin
        assert host.stdout
        host.stdin.write(plan.line())
        host.stdin.flush()
        recorder = json.loads(host.stdout.readline())["pid"]
        assert told("first")
        (lookout,) = [it for it in psutil.Process(host.pid).children() if it.pid != recorder]
        lookout.kill()
        assert told("second") or told("third")
        os.kill(recorder, signal.SIGKILL)
        assert json.loads(host.stdout.readline()) == {"ended": -signal.SIGKILL}
        assert told("fourth")
        host.stdin.close()
        assert host.wait(20) == 0
        asker.ask("fifth", ("127.0.0.1", 1), 2)
        assert asker.waits  # nobody stays behind
    answers.close()
    for descriptor in (*made.all(), *post.all(), life_read, life_write):
        os.close(descriptor)
