"""`exec` in a real terminal: the command has it to itself, with typing, Ctrl+C, Ctrl+Z and `fg`, and its end."""

from __future__ import annotations

import shlex
import shutil
import sys
import uuid
from collections.abc import Generator
from pathlib import Path

import pytest

from tests.journeys.tmux import Terminal
from tests.local_agent import Place, place

pytestmark = pytest.mark.skipif(not shutil.which("tmux"), reason="tmux is not installed")


@pytest.fixture
def at(tmp_path: Path) -> Generator[Place]:
    with place(tmp_path) as made:
        made.environ["PYTHON_BASIC_REPL"] = "1"  # the new one of 3.13 ends with 1 whatever `sys.exit` says
        yield made


@pytest.fixture
def shell(at: Place) -> Generator[Terminal]:
    """A bash with the home's environment."""
    it = Terminal(f"wiretally-{uuid.uuid4().hex[:8]}")
    settings = [f"{name}={value}" for name, value in (at.environ | {"PS1": "$ ", "TERM": "screen"}).items()]
    bash = shlex.join(["env", "-i", *settings, "bash", "--norc", "--noprofile"])
    it.tmux("-u", "new-session", "-d", "-x", "120", "-y", "40", bash)
    try:
        yield it
    finally:
        it.tmux("kill-server")


def test_an_interactive_program_has_the_terminal_to_itself(at: Place, shell: Terminal) -> None:
    shell.press(f"{shlex.join(at.command('exec', '--', sys.executable, '-q'))}", "Enter")
    shell.until(lambda screen: ">>>" in screen)
    shell.press("import sys, time; print(sys.stdin.isatty(), sys.stdout.isatty(), 'tty')", "Enter")
    shell.until(lambda screen: "True True tty" in screen)
    shell.press("print('asl' + 'eep'); time.sleep(60)", "Enter")
    shell.until(lambda screen: "asleep" in screen)
    shell.press("C-c")
    shell.until(lambda screen: "KeyboardInterrupt" in screen)
    shell.press("C-z")
    shell.until(lambda screen: "Stopped" in screen)
    shell.press("fg", "Enter")
    shell.press("print('ba' + 'ck')", "Enter")
    shell.until(lambda screen: "\nback" in screen)
    shell.press("sys.exit(7)", "Enter")
    shell.until(lambda screen: "0 calls" in screen)
    shell.press("echo ended with $?", "Enter")
    shell.until(lambda screen: "\nended with 7" in screen)
