"""The long run: 200 kills, a database held for a minute, and the table in docs/reliability.md made anew."""

from __future__ import annotations

import argparse
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Final

ROUNDS: Final = 200
ROUNDS_A_LIFE: Final = 7
"""How many kills an agent of `test_kill` sees."""
LONGEST_SECONDS: Final = 21 * 60
"""After that it is ended as by Ctrl+C."""
LEAVING_SECONDS: Final = 60


def main() -> int:
    """Run the tests of this folder at the length asked for; the exit status is pytest's. Ctrl+C ends it cleanly."""
    parser = argparse.ArgumentParser(prog="python -m tests.faults", description=__doc__)
    text = f"kills at least [{ROUNDS}]; with fewer the table is printed, and docs/reliability.md left as it is"
    parser.add_argument("--rounds", type=int, default=ROUNDS, help=text)
    given, further = parser.parse_known_args()
    whole = given.rounds >= ROUNDS and not further
    environ = {
        **os.environ,
        "WIRETALLY_FAULT_LIVES": str(max(1, -(-given.rounds // ROUNDS_A_LIFE))),
        "WIRETALLY_FAULT_BUSY": "60" if whole else "6",
        "WIRETALLY_FAULT_TABLE": "page" if whole else "print",
        "WIRETALLY_FAULT_PROGRESS": str(progress := os.dup(2)),
    }
    folder = Path(__file__).parent
    command = [sys.executable, "-m", "pytest", "-v", "--tb=short", "-p", "no:cacheprovider", str(folder), *further]
    return _finish(subprocess.Popen(command, env=environ, cwd=folder.parents[1], pass_fds=(progress,)))


def _finish(process: subprocess.Popen[bytes]) -> int:
    """Wait for the tests; where it takes too long or somebody pressed Ctrl+C, for their agents to be stopped."""
    try:
        return process.wait(LONGEST_SECONDS)
    except subprocess.TimeoutExpired:
        print(f"not done after {LONGEST_SECONDS} s: stopping", file=sys.stderr)
        process.send_signal(signal.SIGINT)
    except KeyboardInterrupt:
        pass  # the terminal told the tests as well
    try:
        return process.wait(LEAVING_SECONDS)
    except (subprocess.TimeoutExpired, KeyboardInterrupt):
        process.kill()
        return process.wait()


if __name__ == "__main__":
    sys.exit(main())
