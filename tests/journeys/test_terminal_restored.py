"""However the screen ends, the terminal is as it was: its modes, its screen, its cursor, and a line on what failed."""

from __future__ import annotations

import os
import shlex
import shutil
import signal
import sys
import time
from contextlib import suppress
from pathlib import Path

import pytest
from wiretally.agent.locations import Home

from tests.journeys.conftest import running_agent
from tests.journeys.tmux import TUI, Terminal, terminal

pytestmark = pytest.mark.skipif(not shutil.which("tmux"), reason="tmux is not installed")

PLANTED = """
from wiretally.agent.cli import main
from wiretally.tui.app import WiretallyApp

def fail(self):
    raise RuntimeError("a bug that was planted")

WiretallyApp.action_help = fail
main(["tui"])
"""


def watched(command: list[str], folder: Path) -> str:
    """The command in a shell that notes the terminal's modes before and after, the process and its exit status."""
    before, after, status, number = (shlex.quote(str(folder / name)) for name in ("before", "after", "status", "pid"))
    run = f"echo $BASHPID > {number}; exec {shlex.join(command)}"
    return f"stty -g > {before}; ({run}); echo $? > {status}; stty -g > {after}; echo the shell is back; sleep 60"


def restored(seen: Terminal, folder: Path, status: int) -> str:
    """The terminal's text, once the shell is back and found as it was left."""
    screen = seen.until(lambda text: "the shell is back" in text)
    assert (folder / "after").read_text() == (folder / "before").read_text()
    assert int((folder / "status").read_text()) == status
    flags = "#{alternate_on} #{cursor_flag} #{mouse_any_flag} #{keypad_flag}"
    assert seen.tmux("display", "-p", flags).split() == ["0", "1", "0", "0"]
    return screen


def process(folder: Path) -> int:
    return int((folder / "pid").read_text())


def test_q_leaves_nothing_behind(place: Home, tmp_path: Path) -> None:
    with terminal(place.path, (100, 30), watched(list(TUI), tmp_path)) as seen:
        seen.until(lambda text: "1 call" in text)
        seen.press("q")
        assert "worker.py" not in restored(seen, tmp_path, 0)


def test_a_crash_ends_with_one_line_that_names_its_log(place: Home, tmp_path: Path) -> None:
    with terminal(place.path, (160, 30), watched([sys.executable, "-c", PLANTED], tmp_path)) as seen:
        seen.until(lambda text: "1 call" in text)
        seen.press("?")
        said = restored(seen, tmp_path, 1)
        log = place.path / "tui.log"
        assert "wiretally: the screen failed: RuntimeError: a bug that was planted. The log is" in said
        assert "Traceback" not in said
        assert "in fail" in log.read_text()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_a_signal_ends_the_screen_as_q_does(place: Home, tmp_path: Path, number: signal.Signals) -> None:
    with terminal(place.path, (100, 30), watched(list(TUI), tmp_path)) as seen:
        seen.until(lambda text: "1 call" in text)
        os.kill(process(tmp_path), number)
        assert "Traceback" not in restored(seen, tmp_path, 128 + number)


def test_a_killed_agent_leaves_the_screen_usable(tmp_path: Path) -> None:
    with (
        running_agent(tmp_path) as agent,
        terminal(agent.home.path, (120, 30), watched(list(TUI), tmp_path)) as seen,
    ):
        seen.until(lambda text: "recording" in text)
        for number in (agent.status.supervisor_pid, agent.status.proxy_pid, agent.status.recorder_pid):
            if number:
                with suppress(ProcessLookupError):  # it has noticed that the one before has gone
                    os.kill(number, signal.SIGKILL)
        seen.until(lambda text: "agent is gone" in text)
        time.sleep(0.5)
        seen.press("q")
        restored(seen, tmp_path, 0)
