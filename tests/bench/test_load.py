"""What the benchmarks measure with: the provider and the client count the same, and streams carry their moments."""

from pathlib import Path

from bench import subjects
from bench.client import load, target
from bench.stream_delay import measure


async def test_every_call_at_a_rate_is_answered(tmp_path: Path) -> None:
    with subjects.upstream(tmp_path) as to:
        counted = await load(target(to.url, ca=str(to.authority)), connections=2, seconds=0.5, rate=40)
    assert (counted.answers, counted.lost, len(counted.latencies)) == (20, 0, 20)


async def test_stream_events_say_how_long_they_took(tmp_path: Path) -> None:
    with subjects.upstream(tmp_path, tls=False) as to:
        delays = await measure(target(to.url), streams=2)
    assert 0 < delays.p50 <= delays.p99 < 1000
