"""The database that benchmarks read: made once, in nobody's time but its own."""

import signal
import subprocess
from pathlib import Path
from typing import Any

import platformdirs
import pytest

from bench import __main__ as bench
from bench.million import million


def test_making_it_is_not_counted_as_the_time_of_the_benchmark_that_asks_first(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    def cache(_name: str) -> Path:
        return tmp_path

    monkeypatch.setattr(platformdirs, "user_cache_path", cache)
    left = list[float]()
    usual: Any = subprocess.run

    def watched(*args: Any, **kwargs: Any) -> Any:
        left.append(signal.getitimer(signal.ITIMER_REAL)[0])
        return usual(*args, **kwargs)

    monkeypatch.setattr(subprocess, "run", watched)
    with bench.bounded(60):
        made = million(50)
        assert million(50) == made
        assert 0 < signal.getitimer(signal.ITIMER_REAL)[0] <= 60
    assert left == [0]
    assert list(tmp_path.iterdir()) == [made]
