"""What a benchmark says, and the page that all of them write."""

from __future__ import annotations

import os
import platform
import shutil
import statistics
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

import psutil

PAGE = Path(__file__).with_name("results.md")
VERSIONS = ("wiretally", "mitmproxy", "textual", "sqlite-utils", "openai")


@dataclass(frozen=True, slots=True)
class Row:
    """One promise and what came of it. `spread` tells the lowest and highest of the single runs' ratios."""

    promise: str
    figure: str
    peer: str
    ratio: str
    must: str
    holds: bool
    note: str = ""

    def cells(self) -> tuple[str, ...]:
        return (
            self.promise,
            self.figure,
            self.peer,
            self.ratio,
            self.must,
            "yes" if self.holds else "**no**",
            self.note,
        )


HEADS = ("what", "wiretally", "peer", "ratio", "must", "holds", "how")


@dataclass(frozen=True, slots=True)
class Pair:
    """Alternating runs: one figure of ours and one of the peer's for each."""

    ours: tuple[float, ...]
    peers: tuple[float, ...]

    @property
    def ratios(self) -> tuple[float, ...]:
        return tuple(a / b for a, b in zip(self.ours, self.peers, strict=True))

    @property
    def ratio(self) -> float:
        return statistics.median(self.ratios)

    def written(self) -> str:
        """The median ratio with its spread."""
        return f"{self.ratio:.2f} ({min(self.ratios):.2f}-{max(self.ratios):.2f}, n={len(self.ours)})"


def middle(values: Sequence[float]) -> float:
    """The median."""
    return statistics.median(values)


def percentile(values: Sequence[float], share: float) -> float:
    """The value that `share` of the values do not exceed."""
    return sorted(values)[min(len(values) - 1, int(len(values) * share))]


def program(name: str, package: str) -> str:
    """Where a program that a benchmark needs lies. Raises RuntimeError with what to install."""
    if (found := shutil.which(name)) is None:
        raise RuntimeError(f"there is no {name} here. Install it (apt install {package}) and run this again.")
    return found


def machine() -> str:
    """What was measured on, in a line."""
    memory = psutil.virtual_memory().total / 2**30
    versions = ", ".join(f"{name} {version(name)}" for name in VERSIONS)
    processor = (
        next(
            (
                line.split(":", 1)[1].strip()
                for line in Path("/proc/cpuinfo").read_text().splitlines()
                if line.startswith("model name")
            ),
            platform.processor(),
        )
        if sys.platform == "linux"
        else platform.processor()
    )
    return (
        f"{datetime.now(UTC):%Y-%m-%d}, {os.cpu_count()} cores ({processor}), {memory:.0f} GiB, "
        f"{platform.system()} {platform.release()}, Python {platform.python_version()}, {versions}"
    )


def table(rows: Sequence[Row]) -> str:
    """The rows as a Markdown table."""
    lines = [f"| {' | '.join(HEADS)} |", f"|{'---|' * len(HEADS)}"]
    return "\n".join(lines + [f"| {' | '.join(row.cells())} |" for row in rows])


@dataclass(frozen=True, slots=True)
class Section:
    """What one benchmark says on the page: its rows, and text below them."""

    rows: list[Row]
    below: str = ""

    def written(self) -> str:
        """The section as Markdown, without its heading."""
        return "\n\n".join(part for part in (table(self.rows), self.below) if part)


INTRODUCTION = """# What was measured

Written by `make bench`; one script a section, each of which runs alone too. Ratios are medians of alternating runs with
their spread: a figure of one machine says little, the ratio to a peer in the same run says more.
"""


def read_sections() -> dict[str, str]:
    """The page's sections by their headings; none where there is no page yet."""
    if not PAGE.exists():
        return {}
    _, *parts = PAGE.read_text("utf-8").split("\n## ")
    return {heading: text.strip() for heading, _, text in (part.partition("\n") for part in parts)}


def write_sections(sections: dict[str, str], order: Sequence[str]) -> None:
    """Write the page whole or not at all, its sections in this order and then what else there is."""
    headings = [*(name for name in order if name in sections), *(name for name in sections if name not in order)]
    text = INTRODUCTION + "".join(f"\n## {heading}\n\n{sections[heading]}\n" for heading in headings)
    whole = PAGE.with_suffix(f".{os.getpid()}")
    try:
        whole.write_text(text, "utf-8")
        whole.replace(PAGE)
    finally:
        whole.unlink(missing_ok=True)
