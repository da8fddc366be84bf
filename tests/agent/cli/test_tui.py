import subprocess
import sys
from pathlib import Path

import pytest


@pytest.mark.parametrize("arguments", [["tui"], []])
def test_without_a_terminal_one_line_says_what_to_use_instead(tmp_path: Path, arguments: list[str]) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "wiretally.agent.cli", *arguments],
        env={"WIRETALLY_HOME": str(tmp_path / "home"), "PATH": "/usr/bin:/bin"},
        stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    assert done.returncode == 1
    assert done.stderr.startswith("wiretally: the screen needs a terminal.")
    assert len(done.stderr.strip().splitlines()) == 1


def test_help_names_the_browser() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "wiretally.agent.cli", "tui", "--help"],
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    assert "--web" in done.stdout
