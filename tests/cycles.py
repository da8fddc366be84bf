"""Agents in a row, every third one killed: what do they leave behind? `python -m tests.cycles 100`."""

from __future__ import annotations

import os
import signal
import socket
import sys
import tempfile
import time
from contextlib import closing
from pathlib import Path
from unittest.mock import patch

import httpx
from wiretally.agent import lifecycle
from wiretally.agent.desktops import Gnome
from wiretally.agent.lifecycle import Status

from tests.left_behind import wait_until_nothing_is_left
from tests.local_agent import KEY, Place, place

GSETTINGS = """#!/bin/sh
cd "$(dirname "$0")/state" || exit 1
case $1 in
  get) [ -e "$2.$3" ] && cat "$2.$3" || echo "''" ;;
  set) printf '%s\\n' "$4" > "$2.$3" ;;
esac
"""
BEFORE = Gnome().leading_to("corporate.example", 3128)
KEPT = {
    "agent.lock", "agent.log", "ca", "config.toml", "recorder.lock", "salt", "spool", "wiretally.db",
    "wiretally.db-shm", "wiretally.db-wal",
}  # fmt: skip
"""What a home is for."""


def keep_settings(folder: Path) -> str:
    """A `gsettings` that keeps state in `folder`, with a proxy the user had set; the PATH that leads to it."""
    (folder / "state").mkdir(parents=True)
    tool = folder / "gsettings"
    tool.write_text(GSETTINGS)
    tool.chmod(0o755)
    return f"{folder}:{os.environ['PATH']}"


def cycle(at: Place, number: int) -> Status:
    """One agent's life: a call, the system's proxy led to it, and its end by `stop`, or by a kill each third time."""
    agent = at.start()
    headers = {"authorization": f"Bearer {KEY}"}
    answer = httpx.get(f"http://127.0.0.1:{agent.base_url_port}/v1/models", headers=headers, timeout=60)
    assert answer.status_code == 200
    done = at.wiretally("proxy", "on")
    assert done.returncode == 0, done.stderr
    if number % 3 == 2:
        os.kill(agent.supervisor_pid, signal.SIGKILL)
        deadline = time.monotonic() + 20
        while lifecycle.status(at.home):
            assert time.monotonic() < deadline
            time.sleep(0.02)
    else:
        at.stop()
    return agent


def nobody_listens(port: int) -> bool:
    with closing(socket.socket()) as client:
        return client.connect_ex(("127.0.0.1", port)) != 0


def run(folder: Path, count: int) -> None:
    """`count` cycles. Raises AssertionError with what is left."""
    temporary = folder / "temporary"
    temporary.mkdir()
    path = keep_settings(folder / "tools")
    with place(folder) as at, patch.dict(os.environ, PATH=path):  # Gnome() here asks the same tool
        at.environ.update(TMPDIR=str(temporary), PATH=path, XDG_CURRENT_DESKTOP="")
        Gnome().write(BEFORE)
        ports: set[int] = set()
        for number in range(count):
            agent = cycle(at, number)
            ports |= {agent.port, agent.base_url_port}
        at.start()
        at.stop()
        assert Gnome().read() == BEFORE
        wait_until_nothing_is_left(temporary)
        assert all(nobody_listens(port) for port in ports)
        assert {file.name for file in at.home.path.iterdir()} <= KEPT
        assert len(at.calls()) == count


if __name__ == "__main__":
    cycles = int(sys.argv[1])
    with tempfile.TemporaryDirectory() as made:
        run(Path(made), cycles)
    print(f"{cycles} agents started and stopped: no port, process, temporary file or setting left")
