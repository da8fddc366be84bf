"""A call as one line of `tail` and of listings of calls."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from ..printable import printable
from ..queries.calls import CallRow
from .tables import count, seconds, text, usd


@dataclass(frozen=True, slots=True)
class Column:
    """`most` cells in a pipe and on a wide terminal, `least` on a narrow one, which does without those of the highest
    `rank` first; the last takes what is left."""

    name: str
    least: int
    most: int
    right: bool = False
    rank: int = 0


COLUMNS = (
    Column("id", 6, 7, right=True),
    Column("time", 8, 14),
    Column("app", 10, 14, rank=1),
    Column("endpoint", 18, 24, rank=5),
    Column("model", 18, 22),
    Column("in", 7, 9, right=True, rank=3),
    Column("cached", 7, 9, right=True, rank=6),
    Column("out", 6, 8, right=True, rank=2),
    Column("cost", 11, 11, right=True),
    Column("ttft", 7, 9, right=True, rank=4),
    Column("total", 7, 9, right=True, rank=1),
    Column("state", 14, 24),
)
TIME = 1
"""The place of the time among COLUMNS."""


@dataclass(frozen=True, slots=True)
class Lines:
    """Calls a line each, in `widths` cells for each of COLUMNS; 0 leaves one out, None is as long as it needs."""

    widths: tuple[int | None, ...]

    def heading(self) -> str:
        """The line above."""
        return self._line([column.name for column in COLUMNS])

    def line(self, row: CallRow) -> str:
        """One call, safe to print."""
        return self._line([printable(cell) for cell in cells(row, self.widths[TIME] or 0)])

    def _line(self, texts: Sequence[str]) -> str:
        parts = zip(COLUMNS, texts, self.widths, strict=True)
        return " ".join(_fit(text, width, column.right) for column, text, width in parts if width != 0).rstrip()


def lines(room: int | None) -> Lines:
    """Lines that fit `room` cells; None where they go to no terminal."""
    if room is None:
        return Lines((*(column.most for column in COLUMNS[:-1]), None))
    kept = list(COLUMNS)
    for column in sorted(COLUMNS, key=lambda column: -column.rank):
        if column.rank and _need(kept) > room:
            kept.remove(column)
    widths = {column.name: column.least for column in kept}
    spare = max(room - _need(kept), 0)
    for column in (kept[-1], *kept[:-1]):
        more = min(column.most - column.least, spare)
        widths[column.name] += more
        spare -= more
    widths[kept[-1].name] += spare
    return Lines(tuple(widths.get(column.name, 0) for column in COLUMNS))


def lines_of_output() -> Lines:
    """Lines for standard output as it is."""
    return lines(shutil.get_terminal_size().columns if sys.stdout.isatty() else None)


def _need(columns: Sequence[Column]) -> int:
    return sum(column.least for column in columns) + len(columns) - 1


def _fit(text: str, width: int | None, right: bool) -> str:
    if width is None:
        return text
    from rich.cells import cell_len, set_cell_size

    if cell_len(text) > width:
        text = set_cell_size(text, width - 1).rstrip() + "…"
    padding = " " * (width - cell_len(text))
    return padding + text if right else text + padding


def cells(row: CallRow, time_width: int) -> tuple[str, ...]:
    """The call's texts, in the order of COLUMNS."""
    estimated = row.usage_source == "estimated"
    return (
        str(row.id),
        moment(row.started_at, time_width),
        text(row.app),
        row.endpoint.removeprefix("/v1/") + (" ⇣" if row.stream else ""),
        text(row.model),
        count(row.input_tokens, estimated),
        count(row.cached_tokens, estimated),
        count(row.output_tokens, estimated),
        usd(row.cost, row.cost_source == "estimated"),
        seconds(row.ttft_ms) if row.stream else "–",
        seconds(row.duration_ms),
        state(row),
    )


def moment(at: float, width: int) -> str:
    """When, in the machine's zone: to the millisecond today, with the date else; shorter where there is no room."""
    when = datetime.fromtimestamp(at)
    if when.date() == datetime.now().date():
        return f"{when:%H:%M:%S.%f}"[: 12 if width >= 12 else 8]
    return f"{when:%m-%d %H:%M:%S}" if width >= 14 else f"{when:%m-%d}"


def state(row: CallRow) -> str:
    """How the call stands, in words."""
    words = [row.state if row.state in ("open", "aborted") else str(row.status or row.state)]
    if row.fault:
        words.append(row.fault)
    if row.error_code:
        words.append(row.error_code)
    elif row.finish_reason and not row.fault:
        words.append(row.finish_reason)
    if row.retry_count or row.retry_of:
        words.append(f"↻{row.retry_count or ''}")
    return " ".join(words)
