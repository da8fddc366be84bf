"""The figures of a test run, and the table they make in docs/reliability.md."""

from __future__ import annotations

import os
from copy import replace
from dataclasses import dataclass
from pathlib import Path
from typing import Final

LIVES: Final = int(os.environ.get("WIRETALLY_FAULT_LIVES", "2"))
"""How many agents live and are killed, each after seven kills of its parts; the long run raises it."""

BUSY_SECONDS: Final = float(os.environ.get("WIRETALLY_FAULT_BUSY", "6"))
"""How long another program holds the database; more than the recorder waits for it."""

WRITES: Final = bool(os.environ.get("WIRETALLY_FAULT_TABLE"))
"""Does this run write the table?"""

PAGE: Final = Path(__file__).resolve().parents[2] / "docs" / "reliability.md"
BEGIN: Final = "<!-- made by `python -m tests.faults`: begin -->\n"
END: Final = "<!-- made by `python -m tests.faults`: end -->\n"

_HEAD: Final = (
    "| fault | rounds | calls | lost | answers changed | healed in at most |\n"
    "|---|--:|--:|--:|--:|--:|\n"
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Result:
    """What one test found; None is what it did not measure. `healed` in seconds."""

    fault: str
    rounds: int
    calls: int
    lost: int | None = None
    healed: float | None = None
    changed: int | None = None

    def line(self) -> str:
        healed = "" if self.healed is None else f"{self.healed:.2f} s"
        lost = "" if self.lost is None else self.lost
        changed = "" if self.changed is None else self.changed
        return f"| {self.fault} | {self.rounds} | {self.calls:,} | {lost} | {changed} | {healed} |\n"


RESULTS: Final = list[Result]()


class Tally:
    """Rounds of several kinds, added up."""

    def __init__(self) -> None:
        self._rounds: dict[str, list[tuple[int, float | None]]] = {}

    def add(self, kind: str, calls: int, healed: float | None) -> None:
        self._rounds.setdefault(kind, []).append((calls, healed))

    def results(self, name: str) -> dict[str, Result]:
        """A result for each kind; whatever was lost has failed the test before."""
        return {
            kind: Result(
                name.format(kind),
                len(rounds),
                sum(calls for calls, _ in rounds),
                lost=0,
                healed=max((healed for _, healed in rounds if healed is not None), default=None),
            )
            for kind, rounds in self._rounds.items()
        }


def record(result: Result) -> None:
    """Keep a result for the table; rounds of the same fault are one line."""
    for number, known in enumerate(RESULTS):
        if known.fault == result.fault:
            more = known.rounds + result.rounds, known.calls + result.calls
            RESULTS[number] = replace(result, rounds=more[0], calls=more[1])
            return
    RESULTS.append(result)


def write(page: Path = PAGE) -> None:
    """Put the table of this run in its place on the page."""
    before, _, rest = page.read_text("utf-8").partition(BEGIN)
    _, _, after = rest.partition(END)
    lines = "".join(result.line() for result in RESULTS)
    page.write_text(f"{before}{BEGIN}{_HEAD}{lines}{END}{after}", "utf-8")
