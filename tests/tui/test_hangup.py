"""A terminal that goes away takes its screen along, whatever was going on; nothing is left that waits for it."""

from __future__ import annotations

import errno
import fcntl
import io
import os
import pty
import select
import signal
import struct
import sys
import termios
import threading
import time
from pathlib import Path
from types import FrameType

import pytest
from wiretally.agent.locations import Home
from wiretally.agent.store import Store
from wiretally.tui.hangup import PatientWriter, resume_where_there_is_a_terminal

from ..agent.made import traffic

SECONDS = 60


class Gone(io.StringIO):
    """A terminal that takes some pieces and then is gone."""

    def __init__(self, takes: int) -> None:
        super().__init__()
        self.takes = takes

    def write(self, text: str) -> int:
        self.takes -= 1
        if self.takes < 0:
            raise OSError(errno.EIO, "Input/output error")
        return super().write(text)


@pytest.mark.parametrize("takes", [0, 7])
def test_what_nobody_takes_any_more_holds_nobody_up(takes: int) -> None:
    terminal = Gone(takes)
    writer = PatientWriter(terminal)
    writer.start()

    def paint() -> None:
        for number in range(200):  # more than the queue holds
            writer.write(f"{number} ")
        writer.stop()

    painting = threading.Thread(target=paint, daemon=True)
    painting.start()
    painting.join(SECONDS)
    assert not painting.is_alive()
    assert not writer.is_alive()
    assert terminal.getvalue() == "".join(f"{number} " for number in range(takes))


def test_a_terminal_that_is_there_gets_all_of_it() -> None:
    terminal = io.StringIO()
    writer = PatientWriter(terminal)
    writer.start()
    for number in range(200):
        writer.write(f"{number} ")
    writer.stop()
    assert terminal.getvalue() == "".join(f"{number} " for number in range(200))


@pytest.mark.parametrize("is_there", [True, False])
def test_a_process_that_goes_on_draws_its_screen_where_there_is_one(
    monkeypatch: pytest.MonkeyPatch, is_there: bool
) -> None:
    resumed: list[int] = []

    def resume(number: int, frame: FrameType | None) -> None:
        resumed.append(number)

    ours, theirs = pty.openpty()
    before = signal.signal(signal.SIGCONT, resume)
    try:
        with os.fdopen(theirs, "rb", buffering=0) as terminal:
            monkeypatch.setattr(sys, "__stdin__", terminal)
            resume_where_there_is_a_terminal()
            if not is_there:
                os.close(ours)
            signal.raise_signal(signal.SIGCONT)
    finally:
        signal.signal(signal.SIGCONT, before)
        if is_there:
            os.close(ours)
    assert resumed == ([signal.SIGCONT] if is_there else [])


def hung_up(home: Path, keys: bytes) -> int:
    """The exit status of a screen whose terminal is closed right after the keys were pressed."""
    pid, terminal = pty.fork()
    if pid == 0:  # the child: nothing but exec may happen here
        environ = {**os.environ, "WIRETALLY_HOME": str(home), "TERM": "xterm-256color"}
        os.execve(sys.executable, [sys.executable, "-m", "wiretally.agent.cli", "tui"], environ)
    end = time.monotonic() + SECONDS
    try:
        fcntl.ioctl(terminal, termios.TIOCSWINSZ, struct.pack("HHHH", 40, 140, 0, 0))
        painted = b""
        while b"gpt-5-mini" not in painted:
            assert time.monotonic() < end, painted[-1000:]
            if select.select([terminal], [], [], 0.1)[0]:
                painted += os.read(terminal, 65536)
        os.write(terminal, keys)
        time.sleep(0.02)
        os.close(terminal)
        while True:
            ended, status = os.waitpid(pid, os.WNOHANG)
            if ended:
                pid = 0
                return os.waitstatus_to_exitcode(status)
            assert time.monotonic() < end, "the screen waits for its terminal"
            time.sleep(0.02)
    finally:
        if pid:
            os.kill(pid, signal.SIGKILL)
            os.waitpid(pid, 0)


@pytest.mark.skipif(sys.platform != "linux", reason="who hears of a closed terminal is another matter elsewhere")
@pytest.mark.parametrize("keys", [b"", b"jjjj", b"jjjjGg2345", b"q"], ids=["nothing", "moving", "tabs", "quitting"])
def test_a_screen_ends_with_its_terminal(tmp_path: Path, keys: bytes) -> None:
    home = Home(tmp_path / "home").make()
    store = Store(home.database)
    store.save(traffic(200))
    store.close()
    assert {hung_up(home.path, keys) for _ in range(3)} <= (
        {0, 128 + signal.SIGHUP} if keys == b"q" else {128 + signal.SIGHUP}
    )
    assert not (home.path / "tui.log").exists(), (home.path / "tui.log").read_text()
