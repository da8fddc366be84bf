"""The demo in a pipe: calls are made, recorded and summed up; nothing stays behind."""

import os
import re
import subprocess
import sys
from pathlib import Path

import psutil
import pytest


@pytest.mark.slow
def test_without_a_terminal_it_prints_a_summary_and_leaves_nothing(tmp_path: Path) -> None:
    # the user's own settings must not lead the demo astray
    astray = {"HTTPS_PROXY": "http://127.0.0.1:9", "OPENAI_API_KEY": "sk-real", "WIRETALLY_PORT": "nonsense"}
    done = subprocess.run(
        [sys.executable, "-m", "wiretally.agent.cli", "demo", "--seconds", "6"],
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
    assert list(tmp_path.iterdir()) == []
    assert not [process for process in psutil.process_iter(["environ"]) if _is_of(process, str(tmp_path))]


def _is_of(process: psutil.Process, folder: str) -> bool:
    environ: dict[str, str] = process.info["environ"] or {}
    return environ.get("TMPDIR") == folder and process.pid != os.getpid()
