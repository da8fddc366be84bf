"""A process that looks at a database as the screen does, until it is killed. Run as a script with the file's path."""

from __future__ import annotations

import sys
import time
from pathlib import Path

from wiretally.agent.queries import calls
from wiretally.agent.queries.reader import Reader


def watch(path: Path) -> None:
    """Ask for what changed whenever something has."""
    with Reader(path) as reader:
        print("looking", flush=True)
        seen = revision = 0
        while True:
            if (version := reader.data_version()) != seen:
                seen = version
                changed = calls.changed(reader, revision)
                revision = max([revision, *(row.revision for row in changed)])
                calls.page(reader)
            time.sleep(0.005)


if __name__ == "__main__":
    watch(Path(sys.argv[1]))
