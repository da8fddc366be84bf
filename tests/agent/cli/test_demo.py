"""The demo in a pipe: calls are made, recorded and summed up; nothing stays behind."""

import os
import re
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.left_behind import wait_until_nothing_is_left


@pytest.mark.slow
def test_without_a_terminal_it_prints_a_summary_and_leaves_nothing(tmp_path: Path) -> None:
    # the user's own settings must not lead the demo astray
    astray = {"HTTPS_PROXY": "http://127.0.0.1:9", "OPENAI_API_KEY": "sk-real", "WIRETALLY_PORT": "nonsense"}
    done = subprocess.run(
        [sys.executable, "-m", "wiretally.agent.cli", "demo", "--seconds", "12"],
        env={**os.environ, **astray, "TMPDIR": str(tmp_path), "COLUMNS": "110"},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert (done.returncode, done.stderr) == (0, "")
    for app in ("worker", "ingest", "chat_ui", "evals", "total"):
        row = re.search(rf"│ {app}(?:\.py)? +│ +([0-9,]+) │", done.stdout)
        assert row and int(row[1]) > 0, done.stdout
    assert "Failures by whose move it is" in done.stdout
    wait_until_nothing_is_left(tmp_path, seconds=0)


@pytest.mark.slow
def test_killed_in_the_middle_it_leaves_nothing(tmp_path: Path) -> None:
    folder = tmp_path / "temp"
    folder.mkdir()
    words = [sys.executable, "-m", "wiretally.agent.cli", "demo", "--seconds", "60"]
    with subprocess.Popen(words, env={**os.environ, "TMPDIR": str(folder)}, stdin=subprocess.DEVNULL) as demo:
        deadline = time.monotonic() + 60
        while not list(folder.glob("wiretally-demo-*/wiretally.db-wal")):
            assert demo.poll() is None and time.monotonic() < deadline
            time.sleep(0.05)
        demo.kill()
    wait_until_nothing_is_left(folder)
