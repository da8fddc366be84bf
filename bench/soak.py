"""An hour's calls at 50 a second, sent in ten minutes: memory, write-ahead log, open files and threads must stay flat.

`python -m bench.soak [--calls N] [--rate N]`
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from . import subjects
from .results import Row, table
from .subjects import Subject

MIB = 2**20
CALLS = 180_000
RATE = 320.0
EVERY_SECONDS = 5.0


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


def soak(subject: Subject, calls: int, rate: float) -> tuple[list[Sample], float]:
    """Samples taken while so many calls are made at a rate; seconds until the last was recorded."""
    command = [sys.executable, "-m", "bench.client", subject.base_url, "--rate", str(rate), "--connections", "16"]
    started = time.monotonic()
    samples: list[Sample] = []
    with subprocess.Popen([*command, "--seconds", str(calls / rate)], stdout=subprocess.DEVNULL) as client:
        while client.poll() is None:
            time.sleep(EVERY_SECONDS)
            samples.append(look(subject, started))
    if client.returncode:
        raise RuntimeError(f"the client ended with {client.returncode}")
    subject.wait_for(int(calls / rate * rate))
    return samples, time.monotonic() - started


def run(calls: int = CALLS, rate: float = RATE) -> list[Row]:
    """A row for each thing that must stay flat: its highest in the last quarter against that in the second."""
    with TemporaryDirectory() as folder, subjects.upstream(Path(folder)) as to, subjects.wiretally(to) as subject:
        samples, seconds = soak(subject, calls, rate)
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
            "last quarter against second",
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
