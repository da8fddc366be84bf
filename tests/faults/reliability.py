"""The figures of a test run, and the table they make in docs/reliability.md."""

from __future__ import annotations

import os
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

ROUNDS: Final = int(os.environ.get("WIRETALLY_FAULT_ROUNDS", "5"))
"""How often each process is killed; the long run raises it."""

PAGE: Final = Path(__file__).resolve().parents[2] / "docs" / "reliability.md"
BEGIN: Final = "<!-- made by `python -m tests.faults`: begin -->\n"
END: Final = "<!-- made by `python -m tests.faults`: end -->\n"

_HEAD: Final = (
    "| fault | rounds | calls | lost | answers changed | healed in at most |\n"
    "|---|--:|--:|--:|--:|--:|\n"
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Result:
    """What one test found. `healed` in seconds; None where nothing had to heal."""

    fault: str
    rounds: int
    calls: int
    lost: int
    changed: int
    healed: float | None = None

    def line(self) -> str:
        healed = "" if self.healed is None else f"{self.healed:.2f} s"
        return f"| {self.fault} | {self.rounds} | {self.calls:,} | {self.lost} | {self.changed} | {healed} |\n"


RESULTS: Final = list[Result]()


def record(result: Result, fault: str) -> None:
    """Keep a result for the table."""
    RESULTS.append(replace(result, fault=fault))


def write(page: Path = PAGE) -> None:
    """Put the table of this run in its place on the page."""
    before, _, rest = page.read_text("utf-8").partition(BEGIN)
    _, _, after = rest.partition(END)
    lines = "".join(result.line() for result in RESULTS)
    page.write_text(f"{before}{BEGIN}{_HEAD}{lines}{END}{after}", "utf-8")
