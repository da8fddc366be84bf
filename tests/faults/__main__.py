"""The long run: 200 kills, a database held for a minute, and the table in docs/reliability.md made anew."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path


def main() -> int:
    """Run the tests of this folder at their full length. About half an hour."""
    long = {"WIRETALLY_FAULT_LIVES": "29", "WIRETALLY_FAULT_BUSY": "60", "WIRETALLY_FAULT_TABLE": "1"}
    folder = Path(__file__).parent
    command = [sys.executable, "-m", "pytest", "-q", str(folder), *sys.argv[1:]]
    return subprocess.run(command, check=False, env={**os.environ, **long}, cwd=folder.parents[1]).returncode


if __name__ == "__main__":
    sys.exit(main())
