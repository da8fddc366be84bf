"""An hour's calls at 50 a second, sent in five minutes: memory, write-ahead log, files and threads must stay flat.

Meanwhile readers come and go as screens do: each looks for ten seconds at the newest calls and the counters.

`python -m bench.soak [--calls N] [--rate N]`
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from wiretally.agent.queries.reader import Reader
from wiretally.tui.counting import read_counters
from wiretally.tui.ranges import RANGES
from wiretally.tui.window import Ask, WindowReader

from . import subjects
from .results import Row, table
from .subjects import Subject

MIB = 2**20
CALLS = 180_000
RATE = 600.0
EVERY_SECONDS = 5.0
READER_SECONDS, LOOK_SECONDS, LINES = 10.0, 0.25, 40


@dataclass(frozen=True, slots=True)
class Sample:
    """What the agent holds at one moment. Sizes in MiB."""

    seconds: float
    memory: float
    log: float
    files: int
    threads: int


def look(subject: Subject, started: float) -> Sample:
    """A sample now."""
    assert subject.home
    log = subject.home.database.with_name(subject.home.database.name + "-wal")
    return Sample(
        time.monotonic() - started,
        subject.memory() / MIB,
        log.stat().st_size / MIB if log.exists() else 0.0,
        sum(process.num_fds() for process in subject.processes),
        sum(process.num_threads() for process in subject.processes),
    )


def visit(database: Path, ended: threading.Event) -> int:
    """Read as screens do that are opened and closed, until told to end; how many they were."""
    visits = 0
    while not ended.is_set():
        lines, until = WindowReader(), time.monotonic() + READER_SECONDS
        with Reader(database) as reader:
            while time.monotonic() < until and not ended.wait(LOOK_SECONDS):
                lines.read(reader, Ask(height=LINES))
                read_counters(reader, RANGES["1h"], time.time())
        visits += 1
    return visits


def soak(subject: Subject, calls: int, rate: float) -> tuple[list[Sample], float, int]:
    """Samples taken while so many calls are made at a rate; seconds until the last was recorded; readers that came."""
    assert subject.home
    command = [sys.executable, "-m", "bench.client", subject.base_url, "--rate", str(rate), "--connections", "16"]
    started, ended = time.monotonic(), threading.Event()
    samples: list[Sample] = []
    with ThreadPoolExecutor(1) as pool:
        visits = pool.submit(visit, subject.home.database, ended)
        try:
            with subprocess.Popen([*command, "--seconds", str(calls / rate)], stdout=subprocess.DEVNULL) as client:
                try:
                    while client.poll() is None:
                        time.sleep(EVERY_SECONDS)
                        samples.append(look(subject, started))
                finally:
                    client.terminate()
        finally:
            ended.set()
    if client.returncode:
        raise RuntimeError(f"the client ended with {client.returncode}")
    subject.wait_for(int(calls / rate * rate))
    return samples, time.monotonic() - started, visits.result()


def run(calls: int = CALLS, rate: float = RATE) -> list[Row]:
    """A row for each thing that must stay flat: its highest in the last quarter against that in the second."""
    with TemporaryDirectory() as folder, subjects.upstream(Path(folder)) as to, subjects.wiretally(to) as subject:
        samples, seconds, visits = soak(subject, calls, rate)
        recorded = subject.recorded()
    quarter = max(1, len(samples) // 4)
    early, late = samples[quarter : 2 * quarter] or samples, samples[-quarter:]

    def row(name: str, unit: str, of: Callable[[Sample], float], allowed: float) -> Row:
        first, last = max(map(of, early)), max(map(of, late))
        return Row(
            f"soak, {recorded:,} calls in {seconds:.0f} s: {name}",
            f"{last:.0f}{unit} (from {first:.0f}{unit})",
            "",
            f"{last / first:.2f}" if first else "",
            f"flat: +{allowed:g}{unit} at most",
            last - first <= allowed,
            f"last quarter against second; {visits} readers came and went",
        )

    return [
        row("memory", " MiB", lambda sample: sample.memory, 10),
        row("write-ahead log", " MiB", lambda sample: sample.log, 8),
        row("open files", "", lambda sample: sample.files, 4),
        row("threads", "", lambda sample: sample.threads, 1),
    ]


def main() -> None:
    parser = argparse.ArgumentParser(description="Many calls: memory, log, files and threads must stay flat.")
    parser.add_argument("--calls", type=int, default=CALLS)
    parser.add_argument("--rate", type=float, default=RATE)
    arguments = parser.parse_args()
    print(table(run(arguments.calls, arguments.rate)))


if __name__ == "__main__":
    main()
