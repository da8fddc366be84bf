"""`wiretally exec` as its user types it; what it does is tried in tests/agent/test_execution.py."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest


def wiretally(tmp_path: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "wiretally.agent.cli", "exec", *arguments]
    environ = {**os.environ, "WIRETALLY_HOME": str(tmp_path)}
    return subprocess.run(command, env=environ, capture_output=True, text=True, timeout=60, check=False)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--max-cost", "much", "--", "true"], "'much' is not a sum in USD such as 0.50"),
        (["--max-cost", "-1", "--", "true"], "is not a sum of 0 or more"),
        (["--max-cost", "NaN", "--", "true"], "is not a sum of 0 or more"),
        (["--max-calls", "-1", "--", "true"], "-1 is not in the range x>=0"),
        (["--no-such-option", "--", "true"], "No such option"),
        (["--tag", "=x", "--", "true"], "--tag =x is not of the form KEY=VALUE"),
        ([], "Missing argument"),
    ],
)
def test_wrong_usage_is_exit_2_and_starts_nothing(tmp_path: Path, arguments: list[str], said: str) -> None:
    done = wiretally(tmp_path, *arguments)
    assert done.returncode == 2
    assert said in done.stderr and "Traceback" not in done.stderr
    assert list(tmp_path.iterdir()) == []
