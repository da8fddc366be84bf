"""The host forks a recorder for each plan, says how each ended, and goes when nobody can send another plan."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

from wiretally.agent import journal
from wiretally.agent.locations import Home
from wiretally.agent.plans import RecorderPlan


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
