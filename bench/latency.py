"""What a call takes longer through a proxy at 20 calls a second, as a developer's machine has them, both doors.

`python -m bench.latency [--runs N] [--seconds N]`
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path
from tempfile import TemporaryDirectory

from . import subjects
from .results import Row, middle, percentile, table
from .subjects import Subject, Upstream

RATE = 20
CONNECTIONS = 8


def latencies(url: str, seconds: float, options: tuple[str, ...] = ()) -> list[float]:
    """Milliseconds of each call."""
    command = [sys.executable, "-m", "bench.client", url, "--rate", str(RATE), "--connections", str(CONNECTIONS)]
    command += ["--seconds", str(seconds), *options]
    counted = json.loads(subprocess.run(command, capture_output=True, text=True, check=True, timeout=120).stdout)
    return [latency * 1000 for latency in counted["latencies"][CONNECTIONS:]]  # the first opens connections upstream


def run(runs: int = 3, seconds: float = 10) -> list[Row]:
    """Rows for p50 and p99 of each door, with what the upstream takes alone subtracted."""
    starts: tuple[Callable[[Upstream], AbstractContextManager[Subject]], ...] = (subjects.wiretally, subjects.mitmdump)
    added: dict[tuple[str, float], tuple[list[float], list[float]]] = {}
    with TemporaryDirectory() as folder, subjects.upstream(Path(folder)) as to:
        for _ in range(runs):
            alone = latencies(to.url, seconds, ("--ca", str(to.authority)))
            for place, start in enumerate(starts):
                with start(to) as subject:
                    proxied = ("--proxy", str(subject.proxy_port), "--ca", str(subject.authority))
                    doors = {
                        "base-URL door": latencies(subject.base_url, seconds),
                        "HTTPS proxy door": latencies(subject.proxied_url, seconds, proxied),
                    }
                for door, found in doors.items():
                    for share in (0.5, 0.99):
                        more = percentile(found, share) - percentile(alone, share)
                        added.setdefault((door, share), ([], []))[place].append(more)
    rows: list[Row] = []
    for (door, share), (ours, peers) in added.items():
        own, peer = middle(ours), middle(peers)
        rows.append(
            Row(
                f"added to a call at {RATE} calls/s: {door}, p{share * 100:.0f}",
                f"{own:.2f} ms",
                f"{peer:.2f} ms, `mitmdump -q`",
                f"{own / peer:.2f} (ours {min(ours):.2f}-{max(ours):.2f} ms, n={runs})",
                "≤ 1 ×",
                own <= peer,
            )
        )
    return rows


def main() -> None:
    parser = argparse.ArgumentParser(description="Added latency at 20 calls a second, beside plain mitmdump.")
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--seconds", type=float, default=10)
    arguments = parser.parse_args()
    print(table(run(arguments.runs, arguments.seconds)))


if __name__ == "__main__":
    main()
