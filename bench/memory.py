"""What the agent's processes hold: before and after many calls, and while a body of 100 MB passes each way.

Memory is the sum over supervisor, proxy and recorder of their own pages, with shared ones divided (PSS): the journal,
which two of them map, counts once.

`python -m bench.memory [--calls N] [--megabytes N]`
"""

from __future__ import annotations

import argparse
import subprocess
import threading
import time
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from . import subjects
from .results import Row, program, table
from .subjects import Subject
from .throughput import drive

MIB = 2**20
GROWTH_MUST = 20
BODY_MUST = 50
WARM_CALLS = 5_000
STEP_SECONDS = 5.0
PEER_SHARE = 4
"""The peer gets a quarter of the calls, for it is slower and promises nothing; the row says how many."""


class Peak:
    """The highest memory seen."""

    bytes = 0


@contextmanager
def watching(subject: Subject) -> Generator[Peak]:
    """Look at the subject's memory every 20 ms."""
    peak, done = Peak(), threading.Event()

    def look() -> None:
        while not done.wait(0.02):
            peak.bytes = max(peak.bytes, subject.memory())

    thread = threading.Thread(target=look)
    thread.start()
    try:
        yield peak
    finally:
        done.set()
        thread.join()


def settle(subject: Subject, calls: int) -> int:
    """The subject's memory once the calls are recorded and it is idle."""
    if subject.home:
        subject.wait_for(calls, 300)
    time.sleep(2)
    return subject.memory()


def call(subject: Subject, calls: int) -> int:
    """At least so many calls as fast as they are answered; how many. Raises RuntimeError where none is."""
    answered = 0
    while answered < calls:
        more, _, failed = drive(subject, STEP_SECONDS)
        if not more:
            raise RuntimeError(f"{subject.name} answered no call within {STEP_SECONDS:g} s; {failed} failed")
        answered += more
    return answered


def growth(subject: Subject, calls: int) -> tuple[float, float, int]:
    """MiB after warming up, MiB that it grew by over the calls, and how many those were."""
    warm = call(subject, WARM_CALLS)
    before = settle(subject, warm)
    answered = call(subject, calls)
    return before / MIB, (settle(subject, warm + answered) - before) / MIB, answered


def big_bodies(subject: Subject, megabytes: int) -> float:
    """MiB that a body of so many megabytes adds at most, sent up and then sent down."""
    before, size = subject.memory(), megabytes * MIB
    curl = [program("curl", "curl"), "-sSf", "-o", "/dev/null", "-H", "authorization: Bearer sk-bench-0123456789"]
    with watching(subject) as peak, TemporaryDirectory() as folder:
        file = Path(folder) / "body"
        with file.open("wb") as output:
            output.truncate(size)
        up = ["-T", str(file), "-X", "POST", "-H", "expect:", f"{subject.base_url}/v1/files"]
        subprocess.run([*curl, *up], check=True)
        subprocess.run([*curl, f"{subject.base_url}/v1/files/{size}/content"], check=True)
    return (peak.bytes - before) / MIB


def run(calls: int = 100_000, megabytes: int = 100) -> list[Row]:
    """The rows, beside plain mitmdump."""
    with TemporaryDirectory() as folder, subjects.upstream(Path(folder)) as to:
        with subjects.wiretally(to) as subject:
            before, grown, answered = growth(subject, calls)
            added = big_bodies(subject, megabytes)
        with subjects.mitmdump(to) as subject:
            peer_before, peer_grown, peer_answered = growth(subject, calls // PEER_SHARE)
            peer_added = big_bodies(subject, megabytes)
    return [
        Row(
            f"memory over {answered:,} calls",
            f"+{grown:.1f} MiB on {before:.0f}",
            f"{peer_grown:+.1f} MiB on {peer_before:.0f} over {peer_answered:,}, `mitmdump -q`",
            "",
            f"< {GROWTH_MUST} MB more",
            grown < GROWTH_MUST,
            "PSS of all processes",
        ),
        Row(
            f"memory while {megabytes} MB pass up, then down",
            f"{added:+.1f} MiB",
            f"{peer_added:+.1f} MiB, `mitmdump -q`",
            f"{added / peer_added:.2f}",
            f"< {BODY_MUST} MB more",
            added < BODY_MUST,
            "highest PSS, looked at every 20 ms",
        ),
    ]


def main() -> None:
    parser = argparse.ArgumentParser(description="The agent's memory.")
    parser.add_argument("--calls", type=int, default=100_000)
    parser.add_argument("--megabytes", type=int, default=100)
    arguments = parser.parse_args()
    print(table(run(arguments.calls, arguments.megabytes)))


if __name__ == "__main__":
    main()
