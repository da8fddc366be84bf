"""A real terminal: a program in a window of tmux, keys in, cells out."""

from __future__ import annotations

import shlex
import subprocess
import sys
import time
import uuid
from collections.abc import Callable, Generator
from contextlib import contextmanager
from pathlib import Path

TUI = (sys.executable, "-m", "wiretally.agent.cli", "tui")


class Terminal:
    """A tmux window with a program in it."""

    def __init__(self, socket: str) -> None:
        self.socket = socket

    def tmux(self, *words: str) -> str:
        command = ["tmux", "-L", self.socket, *words]
        return subprocess.run(command, capture_output=True, text=True, timeout=20, check=True).stdout

    def screen(self) -> str:
        return self.tmux("capture-pane", "-p")

    def press(self, *keys: str) -> None:
        self.tmux("send-keys", *keys)

    def until(self, holds: Callable[[str], object], seconds: float = 40) -> str:
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            if holds(screen := self.screen()):
                return screen
            time.sleep(0.1)
        raise AssertionError(self.screen())


@contextmanager
def terminal(home: Path, size: tuple[int, int], command: str = shlex.join(TUI)) -> Generator[Terminal]:
    """A shell's `command`, `wiretally tui` by default, on a home in a terminal of this size."""
    it = Terminal(f"wiretally-{uuid.uuid4().hex[:8]}")
    settings = [f"WIRETALLY_HOME={home}", "TERM=screen-256color", "LANG=C.UTF-8", "TZ=UTC"]
    words = shlex.join(["env", "-u", "COLUMNS", "-u", "LINES", *settings, "bash", "--norc", "-c", command])
    it.tmux("-u", "-f", "/dev/null", "new-session", "-d", "-x", str(size[0]), "-y", str(size[1]), words)
    try:
        yield it
    finally:
        subprocess.run(["tmux", "-L", it.socket, "kill-server"], capture_output=True, timeout=20, check=False)
