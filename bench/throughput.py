"""Calls a second over 16 keep-alive connections with everything recorded, through both doors, beside plain mitmdump.

`python -m bench.throughput [--runs N] [--seconds N] [--plain]`. The base-URL door is driven by wrk, the proxy door by
bench.client, for wrk knows no proxies. A run counts only once every answered call is in the database.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from . import subjects
from .client import BODY
from .results import Pair, Row, middle, program, table
from .subjects import Subject

type Door = Callable[[Subject, float], tuple[int, float]]
"""Calls a subject for so many seconds and says how many answers came, and how many a second."""

CONNECTIONS = 16
BASE_URL_MUST = 1.4
PROXY_MUST = 1.25

SCRIPT = """
wrk.method = "POST"
wrk.headers["content-type"] = "application/json"
wrk.headers["authorization"] = "Bearer sk-bench-0123456789"
wrk.headers["user-agent"] = "bench"
wrk.body = %s
done = function(summary, latency, requests)
  local errors = summary.errors.status + summary.errors.connect + summary.errors.read + summary.errors.timeout
  io.stdout:write(string.format("@%%d %%d %%d\\n", summary.requests, summary.duration, errors))
end
"""


def base_url_door(subject: Subject, seconds: float) -> tuple[int, float]:
    """Answers, and answers a second. Raises RuntimeError where a call failed."""
    answers, rate, errors = drive(subject, seconds)
    if errors:
        raise RuntimeError(f"wrk counted {errors} errors")
    return answers, rate


def drive(subject: Subject, seconds: float) -> tuple[int, float, int]:
    """Good answers through the base-URL door, those a second, and how many calls failed."""
    wrk = program("wrk", "wrk")
    with TemporaryDirectory() as folder:
        script = Path(folder) / "post.lua"
        script.write_text(SCRIPT % json.dumps(BODY))
        command = [wrk, "-t1", f"-c{CONNECTIONS}", f"-d{seconds:g}s", "--timeout", "10s", "-s", str(script)]
        url = f"{subject.base_url}/v1/chat/completions"
        output = subprocess.run([*command, url], capture_output=True, text=True, check=True, timeout=120).stdout
    requests, microseconds, errors = map(int, output.rsplit("@", 1)[1].split())
    answers = max(requests - errors, 0)
    return answers, answers / microseconds * 1e6, errors


def proxy_door(subject: Subject, seconds: float) -> tuple[int, float]:
    """Answers, and answers a second."""
    command = [sys.executable, "-m", "bench.client", subject.proxied_url, "--proxy", str(subject.proxy_port)]
    command += ["--ca", str(subject.authority), "--connections", str(CONNECTIONS), "--seconds", str(seconds)]
    counted = json.loads(subprocess.run(command, capture_output=True, text=True, check=True, timeout=120).stdout)
    return counted["answers"], counted["answers"] / counted["seconds"]


@dataclass(frozen=True, slots=True)
class Measured:
    """One run: answers, answers a second, and CPU milliseconds of the relaying process for each."""

    answers: int
    rate: float
    cpu: float


def measure(subject: Subject, door: Door, seconds: float) -> Measured:
    """One run."""
    before = subject.relay_seconds()
    answers, rate = door(subject, seconds)
    return Measured(answers, rate, (subject.relay_seconds() - before) / answers * 1000)


def alternate(door: Door, runs: int, seconds: float, *, tls: bool) -> tuple[Pair, Pair]:
    """Rates and CPU times of alternating runs, each in a fresh process that has answered for a second before."""
    ours: list[Measured] = []
    peers: list[Measured] = []
    with TemporaryDirectory() as folder, subjects.upstream(Path(folder), tls=tls) as to:
        for _ in range(runs):
            with subjects.mitmdump(to) as peer:
                door(peer, 1)
                peers.append(measure(peer, door, seconds))
            with subjects.wiretally(to) as subject:
                warm, _ = door(subject, 1)
                ours.append(measure(subject, door, seconds))
                subject.wait_for(warm + ours[-1].answers)
            print(f"  {ours[-1]} against {peers[-1]}", file=sys.stderr)
    return (
        Pair(tuple(run.rate for run in ours), tuple(run.rate for run in peers)),
        Pair(tuple(run.cpu for run in ours), tuple(run.cpu for run in peers)),
    )


def run(runs: int = 3, seconds: float = 8, *, plain: bool = False) -> list[Row]:
    """The rows. `plain` measures once more with an upstream that speaks no TLS."""
    doors = [
        ("base-URL door", base_url_door, BASE_URL_MUST, True),
        ("HTTPS proxy door", proxy_door, PROXY_MUST, True),
    ]
    if plain:
        doors.append(("base-URL door, upstream without TLS", base_url_door, BASE_URL_MUST, False))
    rows: list[Row] = []
    for name, door, must, tls in doors:
        pair, cpu = alternate(door, runs, seconds, tls=tls)
        rows.append(
            Row(
                f"calls/s, {CONNECTIONS} connections, all recorded: {name}",
                f"{middle(pair.ours):.0f}/s",
                f"{middle(pair.peers):.0f}/s, `mitmdump -q`",
                pair.written(),
                f"≥ {must} ×",
                pair.ratio >= must,
                f"CPU of the relaying process: {middle(cpu.ours):.2f} ms a call against {middle(cpu.peers):.2f}",
            )
        )
    return rows


def main() -> None:
    parser = argparse.ArgumentParser(description="Calls a second, beside plain mitmdump.")
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--seconds", type=float, default=8)
    parser.add_argument("--plain", action="store_true", help="also with an upstream that speaks no TLS")
    arguments = parser.parse_args()
    print(table(run(arguments.runs, arguments.seconds, plain=arguments.plain)))


if __name__ == "__main__":
    main()
