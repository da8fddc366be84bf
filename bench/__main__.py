"""`make bench`: every benchmark after the other; what they say goes to the terminal and to bench/results.md.

`python -m bench [NAME ...]` runs those named; the rows of the others stay as they are on the page. One that fails is a
row that says how, and the others go on; Ctrl-C ends what runs and keeps what is written.
"""

from __future__ import annotations

import signal
import sys
import time
import traceback
from collections.abc import Callable, Generator
from contextlib import contextmanager, suppress
from importlib import import_module

import psutil

from .results import PAGE, Row, Section, machine, read_sections, write_sections

BENCHMARKS = {
    "throughput": "Calls a second",
    "stream_delay": "Delay of a stream's events",
    "latency": "What a call takes longer",
    "peers": "Beside other tools",
    "attribution": "Programs that live for one call",
    "recorder": "The recorder on one core",
    "memory": "Memory",
    "soak": "Soak",
    "growth": "Cost against growth",
    "disk": "Size on disk",
    "queries": "Questions to a million calls",
    "export": "Export of a million calls",
    "screen": "The screen on a million calls",
}
"""Each a module of this folder with a `run() -> list[Row]`, or a Section where plots follow, and its heading."""

MOST_SECONDS = {
    "throughput": 240, "stream_delay": 180, "latency": 240, "attribution": 120, "peers": 600, "recorder": 180,
    "memory": 420, "soak": 480, "growth": 480, "disk": 120, "queries": 120, "export": 180, "screen": 240,
}  # fmt: skip
"""Seconds that each may take at most: about twice what it takes on two idle cores."""

ALL_SECONDS = 2100
"""And all in one run."""


@contextmanager
def bounded(seconds: int) -> Generator[None]:
    """End what takes longer with a TimeoutError, and a SIGTERM as Ctrl-C does; what was left running is ended after.

    Only the first of them counts, so that what it leads to comes to its end: agents and peers are stopped by that.
    """
    ending = False

    def end(error: BaseException) -> None:
        nonlocal ending
        if not ending:
            ending = True
            raise error

    handlers: dict[int, Callable[[int, object], None]] = {
        signal.SIGALRM: lambda _number, _frame: end(TimeoutError(f"not finished within {seconds} s")),
        signal.SIGTERM: lambda _number, _frame: end(KeyboardInterrupt()),
        signal.SIGINT: lambda _number, _frame: end(KeyboardInterrupt()),
    }
    there = set(psutil.Process().children(recursive=True))
    before = {number: signal.signal(number, handler) for number, handler in handlers.items()}
    signal.alarm(seconds)
    try:
        yield
    finally:
        signal.alarm(0)
        left = [process for process in psutil.Process().children(recursive=True) if process not in there]
        for process in left:
            with suppress(psutil.NoSuchProcess):
                process.kill()
        psutil.wait_procs(left, 5)
        for number, handler in before.items():
            signal.signal(number, handler)


def measured(name: str, seconds: int) -> Section:
    """What one benchmark found within so many seconds; one row with the failure where it fails."""
    try:
        if seconds <= 0:
            raise TimeoutError(f"the others took {ALL_SECONDS} s. Run it alone: python -m bench {name}")
        with bounded(seconds):
            run: Callable[[], list[Row] | Section] = import_module(f".{name}", __package__).run
            found = run()
            return found if isinstance(found, Section) else Section(found)
    except (Exception, SystemExit) as error:  # noqa: BLE001 whatever it is, the other benchmarks go on
        traceback.print_exc()
        said = (str(error).strip().splitlines() or [""])[0]
        return Section([Row(BENCHMARKS[name], "failed", "", "", "", False, f"{type(error).__name__}: {said}"[:200])])


def main(names: list[str]) -> int:
    """Run the benchmarks; 1 where a promise does not hold, 130 after Ctrl-C."""
    if unknown := set(names) - set(BENCHMARKS):
        print(f"no benchmark {', '.join(sorted(unknown))}; there are {', '.join(BENCHMARKS)}.", file=sys.stderr)
        return 2
    sections = read_sections()
    held, began = True, time.monotonic()
    try:
        for name in names or BENCHMARKS:
            print(f"{name}: {BENCHMARKS[name]}", file=sys.stderr)
            started = time.monotonic()
            left = ALL_SECONDS - round(started - began)
            found = measured(name, min(MOST_SECONDS.get(name, ALL_SECONDS), left))
            held = held and all(row.holds for row in found.rows)
            sections[BENCHMARKS[name]] = f"{machine()}\n\n{found.written()}"
            print(found.written(), flush=True)
            write_sections(sections, order=list(BENCHMARKS.values()))
            print(f"{name}: {time.monotonic() - started:.0f} s", file=sys.stderr)
    except KeyboardInterrupt:
        print("ended; what was measured before is kept.", file=sys.stderr)
        return 130
    print(f"written to {PAGE} after {time.monotonic() - began:.0f} s", file=sys.stderr)
    return 0 if held else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
