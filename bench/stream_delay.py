"""How much later a stream's event comes through a proxy: 50 streams at once, each with an event every 30 to 70 ms.

The upstream writes the moment of sending into each event; the difference to its arrival is the delay, the loopback's
own and the two Python ends' included, for wiretally and its peers alike.

`python -m bench.stream_delay [--runs N] [--streams N]`
"""

from __future__ import annotations

import argparse
import asyncio
import json
import re
import sys
import time
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from . import subjects
from .client import Target, target
from .results import Row, middle, percentile, table
from .subjects import Subject, Upstream

MOMENT = re.compile(rb'"content": ?"([0-9.]+) "')
BODY = json.dumps({"model": "gpt-4o-mini", "stream": True, "messages": [{"role": "user", "content": "Count."}]})


@dataclass(frozen=True, slots=True)
class Delays:
    """Milliseconds."""

    p50: float
    p99: float

    def __str__(self) -> str:
        return f"{self.p50:.2f} / {self.p99:.2f} ms"


async def _read(to: Target, delays: list[float]) -> None:
    reader, writer = await to.open()
    writer.write(to.request(BODY))
    while (line := await reader.readline()) != b"0\r\n":
        if not line:
            raise ConnectionError("the stream ended too early")
        if found := MOMENT.search(line):
            delays.append((time.monotonic() - float(found[1])) * 1000)
    writer.close()


async def measure(to: Target, streams: int, seconds: float = 60) -> Delays:
    """The delays of all events of so many streams, begun within half a second. Raises TimeoutError after `seconds`,
    ValueError where no event came."""
    delays: list[float] = []

    async def begin(number: int) -> None:
        await asyncio.sleep(0.5 * number / streams)
        await _read(to, delays)

    async with asyncio.timeout(seconds):
        await asyncio.gather(*(begin(number) for number in range(streams)))
    if not delays:
        raise ValueError("no event came")
    return Delays(percentile(delays, 0.5), percentile(delays, 0.99))


WHY_NOT = (
    "each event is copied into the journal before the next is read, so that a SIGKILL costs none that the app has; "
    "less would take handing over several at once, or a proxy that is not in Python"
)
"""What holds the median back where it does."""

type Start = Callable[[Upstream], AbstractContextManager[Subject]]


def _streaming_mitmdump(to: Upstream) -> AbstractContextManager[Subject]:
    return subjects.mitmdump(to, ("stream_large_bodies=1",))


def run(runs: int = 3, streams: int = 50) -> list[Row]:
    """The rows: p50 and p99 beside mitmdump with streaming on and without."""
    starts: tuple[Start, ...] = (subjects.wiretally, _streaming_mitmdump, subjects.mitmdump)
    found: list[list[Delays]] = [[] for _ in starts]
    with TemporaryDirectory() as folder, subjects.upstream(Path(folder)) as to:
        for _ in range(runs):
            for start, delays in zip(starts, found, strict=True):
                with start(to) as subject:
                    asyncio.run(measure(target(subject.base_url), 2))
                    delays.append(asyncio.run(measure(target(subject.base_url), streams)))
                    print(f"  {subject.name}: {delays[-1]}", file=sys.stderr)
    ours, streaming, waiting = found
    rows: list[Row] = []
    for name in ("p50", "p99"):
        own, peer, unstreamed = (
            [float(getattr(delays, name)) for delays in each] for each in (ours, streaming, waiting)
        )
        ratios = [a / b for a, b in zip(own, peer, strict=True)]
        rows.append(
            Row(
                f"delay of a stream event, {streams} streams, {name}",
                f"{middle(own):.2f} ms",
                f"{middle(peer):.2f} ms streaming; {middle(unstreamed):.0f} ms without",
                f"{middle(ratios):.2f} ({min(ratios):.2f}-{max(ratios):.2f}, n={runs})",
                "≤ 1 ×",
                middle(ratios) <= 1,
                "" if middle(ratios) <= 1 else WHY_NOT,
            )
        )
    return rows


def main() -> None:
    parser = argparse.ArgumentParser(description="Delay of stream events, beside mitmdump.")
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--streams", type=int, default=50)
    arguments = parser.parse_args()
    print(table(run(arguments.runs, arguments.streams)))


if __name__ == "__main__":
    main()
