"""`python -m bench`: one that fails is a row, one that hangs is ended, and the others go on."""

import signal
import subprocess
import sys
import time
from pathlib import Path
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
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    page = tmp_path / "results.md"
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
        with pytest.raises(TimeoutError, match="not finished within 3 s"), bench.bounded(3):
            started.append(subprocess.Popen(sleep))
            time.sleep(20)
        started[0].wait(5)
        assert not psutil.pid_exists(started[0].pid)
        assert others.poll() is None
        others.kill()


def test_only_the_first_signal_counts_so_that_what_it_ends_is_ended_well() -> None:
    tidied = list[str]()
    with pytest.raises(KeyboardInterrupt), bench.bounded(60):
        try:
            signal.raise_signal(signal.SIGINT)
        finally:
            for number in (signal.SIGINT, signal.SIGTERM, signal.SIGALRM):
                signal.raise_signal(number)
            tidied.append("all of it")
    assert tidied
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler


def test_one_that_is_ended_leaves_the_page_as_it_was(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    page = tmp_path / "results.md"
    monkeypatch.setattr(results, "PAGE", page)
    _add(monkeypatch, "works", lambda: [Row("a promise", "1", "2", "0.5", "≤ 1", True)])
    assert bench.main(["works"]) == 0
    before = page.read_text()

    def ended() -> list[Row]:
        signal.raise_signal(signal.SIGINT)
        return []

    _add(monkeypatch, "ended", ended)
    assert bench.main(["ended"]) == 130
    assert page.read_text() == before
    assert list(tmp_path.iterdir()) == [page]


def test_a_run_replaces_its_own_section_and_no_other(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(results, "PAGE", tmp_path / "results.md")
    _add(monkeypatch, "one", lambda: [Row("one's", "1", "", "", "", True)])
    _add(monkeypatch, "two", lambda: Section([Row("two's", "1", "", "", "", True)], "```text\n# a plot\n```"))
    assert bench.main(["one", "two"]) == 0
    before = results.read_sections()
    assert "mitmproxy" in before["Two"]
    _add(monkeypatch, "one", lambda: [Row("one's", "9", "", "", "", True)])
    assert bench.main(["one"]) == 0
    after = results.read_sections()
    assert list(after) == ["One", "Two"]
    assert after["Two"] == before["Two"]
    assert "| one's | 9 |" in after["One"]


def test_what_finds_no_time_left_is_a_row_that_says_how_to_run_it() -> None:
    (row,) = bench.measured("throughput", 0).rows
    assert row.note.endswith("Run it alone: python -m bench throughput")


def test_what_is_missing_is_named_with_what_installs_it(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(RuntimeError, match=r"there is no wrk here\. Install it \(apt install wrk\)"):
        results.program("wrk", "wrk")


def test_every_benchmark_can_be_imported() -> None:
    for name in bench.BENCHMARKS:
        module = __import__(f"bench.{name}", fromlist=["run"])
        assert callable(module.run)
    assert bench.MOST_SECONDS.keys() == bench.BENCHMARKS.keys()


def test_an_unknown_name_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    assert bench.main(["nonsense"]) == 2
    assert "no benchmark nonsense; there are throughput" in capsys.readouterr().err
