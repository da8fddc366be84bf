"""`make bench`: every benchmark after the other; what they say goes to the terminal and to bench/results.md.

`python -m bench [NAME ...]` runs those named; the rows of the others stay as they are on the page.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from importlib import import_module

from .results import PAGE, Row, machine, read_sections, table, write_sections

BENCHMARKS = {
    "throughput": "Calls a second",
    "stream_delay": "Delay of a stream's events",
    "latency": "What a call takes longer",
    "memory": "Memory",
    "soak": "Soak",
    "disk": "Size on disk",
    "export": "Export of a million calls",
    "screen": "The screen on a million calls",
}
"""Each a module of this folder with a `run() -> list[Row]`, and its heading."""


def main(names: list[str]) -> int:
    """Run the benchmarks; 1 where a promise does not hold."""
    if unknown := set(names) - set(BENCHMARKS):
        print(f"no benchmark {', '.join(sorted(unknown))}; there are {', '.join(BENCHMARKS)}.", file=sys.stderr)
        return 2
    sections = read_sections()
    held = True
    for name in names or BENCHMARKS:
        print(f"{name}: {BENCHMARKS[name]}", file=sys.stderr)
        run: Callable[[], list[Row]] = import_module(f".{name}", __package__).run
        rows = run()
        held = held and all(row.holds for row in rows)
        sections[BENCHMARKS[name]] = f"{machine()}\n\n{table(rows)}"
        print(table(rows), flush=True)
        write_sections(sections, order=list(BENCHMARKS.values()))
    print(f"written to {PAGE}", file=sys.stderr)
    return 0 if held else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
