"""`python -m bench`: one that fails is a row, one that hangs is ended, and the others go on."""

import subprocess
import sys
import time
from types import ModuleType

import psutil
import pytest

from bench import __main__ as bench
from bench import results
from bench.results import Row, Section


def _add(monkeypatch: pytest.MonkeyPatch, name: str, run: object) -> None:
    module = ModuleType(f"bench.{name}")
    module.__dict__["run"] = run
    monkeypatch.setitem(sys.modules, f"bench.{name}", module)
    monkeypatch.setitem(bench.BENCHMARKS, name, name.title())


def test_one_that_fails_is_a_row_and_the_next_one_runs(
    monkeypatch: pytest.MonkeyPatch, tmp_path: object, capsys: pytest.CaptureFixture[str]
) -> None:
    page = results.PAGE.__class__(str(tmp_path)) / "results.md"
    monkeypatch.setattr(results, "PAGE", page)

    def breaks() -> list[Row]:
        raise RuntimeError("no wrk here\nand more")

    _add(monkeypatch, "breaks", breaks)
    _add(monkeypatch, "works", lambda: Section([Row("a promise", "1", "2", "0.5", "≤ 1", True)], "below"))
    assert bench.main(["breaks", "works"]) == 1
    text = page.read_text()
    assert "| Breaks | failed |  |  |  | **no** | RuntimeError: no wrk here |" in text
    assert "| a promise | 1 | 2 | 0.5 | ≤ 1 | yes |  |\n\nbelow" in text
    assert "a promise" in capsys.readouterr().out


def test_one_that_hangs_is_ended_with_what_it_started_and_nothing_else() -> None:
    sleep = [sys.executable, "-c", "import time; time.sleep(30)"]
    with subprocess.Popen(sleep) as others:
        started: list[subprocess.Popen[bytes]] = []
        with pytest.raises(TimeoutError, match="not finished within 1 s"), bench.bounded(1):
            started.append(subprocess.Popen(sleep))
            time.sleep(5)
        started[0].wait(5)
        assert not psutil.pid_exists(started[0].pid)
        assert others.poll() is None
        others.kill()


def test_every_benchmark_can_be_imported() -> None:
    for name in bench.BENCHMARKS:
        module = __import__(f"bench.{name}", fromlist=["run"])
        assert callable(module.run)


def test_an_unknown_name_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    assert bench.main(["nonsense"]) == 2
    assert "no benchmark nonsense; there are throughput" in capsys.readouterr().err
