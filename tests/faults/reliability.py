"""The figures of a test run, and the table they make in docs/reliability.md."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from wiretally.agent.copies import replace

LIVES: Final = int(os.environ.get("WIRETALLY_FAULT_LIVES", "2"))
"""How many agents live and are killed, each after seven kills of its parts; the long run raises it."""

BUSY_SECONDS: Final = float(os.environ.get("WIRETALLY_FAULT_BUSY", "6"))
"""How long another program holds the database; more than the recorder waits for it."""

TABLE: Final = os.environ.get("WIRETALLY_FAULT_TABLE", "")
"""Where this run's table goes: to the `page`, to be `print`ed, or nowhere."""

_PROGRESS: Final = os.environ.get("WIRETALLY_FAULT_PROGRESS")
"""Descriptor for lines that are to be seen while the tests run."""

PAGE: Final = Path(__file__).resolve().parents[2] / "docs" / "reliability.md"
BEGIN: Final = "<!-- made by `python -m tests.faults`: begin -->\n"
END: Final = "<!-- made by `python -m tests.faults`: end -->\n"

_HEAD: Final = (
    "| fault | rounds | calls | lost | answers changed | healed in at most |\n"
    "|---|--:|--:|--:|--:|--:|\n"
)  # fmt: skip


NO_APP: Final = "no app"
"""No answer was compared, because there is no app in the test."""


@dataclass(frozen=True, slots=True)
class Result:
    """What one test found; text says why something was not measured. `healed` in seconds, None where nothing has to."""

    fault: str
    rounds: int
    calls: int
    lost: int | str = "–"
    healed: float | None = None
    changed: int | str = NO_APP

    def line(self) -> str:
        healed = "–" if self.healed is None else f"{self.healed:.2f} s"
        return f"| {self.fault} | {self.rounds} | {self.calls:,} | {self.lost} | {self.changed} | {healed} |\n"


RESULTS: Final = list[Result]()
WITHOUT: Final = list[str]()
"""Tests that have no row, and why."""


def say(text: str) -> None:
    """Show how far it is, where somebody looks on."""
    if _PROGRESS:
        os.write(int(_PROGRESS), f"    {text}\n".encode())


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
                changed=0,
                healed=max((healed for _, healed in rounds if healed is not None), default=None),
            )
            for kind, rounds in self._rounds.items()
        }


def record(result: Result) -> None:
    """Keep a result for the table; rounds of the same fault are one line."""
    for number, known in enumerate(RESULTS):
        if known.fault == result.fault:
            more = known.rounds + result.rounds, known.calls + result.calls
            healed = max((it.healed for it in (known, result) if it.healed is not None), default=None)
            RESULTS[number] = replace(result, rounds=more[0], calls=more[1], healed=healed)
            return
    RESULTS.append(result)


def table() -> str:
    """What was found so far; a test that failed or was not run has a line of its own."""
    lines = [result.line() for result in RESULTS]
    return "".join([_HEAD, *lines, *(f"| {test} | – | – | – | – | – |\n" for test in WITHOUT)])


def write(page: Path = PAGE) -> None:
    """Put the table of this run in its place on the page."""
    before, _, rest = page.read_text("utf-8").partition(BEGIN)
    _, _, after = rest.partition(END)
    page.write_text(f"{before}{BEGIN}{table()}{END}{after}", "utf-8")
