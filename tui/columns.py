"""The columns of the list of calls: one record each, and how many of them fit. Pure: a row and the time in, text
out."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

from ..agent.queries import calls
from ..agent.queries.calls import CallRow
from . import numbers
from .cell_text import fit

type Tone = Literal["", "muted", "good", "warn", "bad", "accent"]
"""What a text means; the list's style sheet gives it a colour, the text itself says it as well."""

STALLED_AFTER = 10.0
FRESH = 3.0
SPINNER = "⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏"


@dataclass(frozen=True, slots=True)
class Moment:
    """When a row is drawn: Unix time, and seconds since the row was last seen to change."""

    now: float
    quiet: float = 0.0


type Cell = tuple[str, Tone]


@dataclass(frozen=True, slots=True)
class Column:
    """`width` cells at least, `most` where there is room. Columns with a lower `rank` go in first."""

    name: str
    head: str
    width: int
    most: int
    right: bool
    rank: int
    cell: Callable[[CallRow, Moment], Cell]
    sort: calls.Column | None = None


FAULTS = {
    "request": "bad request",
    "auth": "auth",
    "quota": "quota",
    "rate_limit": "rate limit",
    "provider": "provider",
    "network": "network",
    "client": "app hung up",
    "policy": "blocked",
}
CUT_OFF = "cut off"


def _time(row: CallRow, moment: Moment) -> Cell:
    return numbers.moment(row.started_at, moment.now)[-8:], "muted"


def _app(row: CallRow, moment: Moment) -> Cell:
    del moment
    return (row.app or numbers.UNKNOWN), ""


def _call(row: CallRow, moment: Moment) -> Cell:
    del moment
    name = row.kind if row.kind != "other" else row.endpoint.removeprefix("/v1/")
    return f"{name} ⇣" if row.stream else name, ""


def _model(row: CallRow, moment: Moment) -> Cell:
    del moment
    return (row.model or numbers.UNKNOWN), ""


def _tokens(name: str) -> Callable[[CallRow, Moment], Cell]:
    def cell(row: CallRow, moment: Moment) -> Cell:
        del moment
        number: int | None = getattr(row, name)
        estimated = row.usage_source == "estimated"
        return numbers.count(number, estimated=estimated), "warn" if estimated else "" if number else "muted"

    return cell


def _cost(row: CallRow, moment: Moment) -> Cell:
    del moment
    estimated = row.cost_source == "estimated"
    return numbers.price(row.cost, estimated=estimated), "warn" if estimated else "" if row.cost else "muted"


def seconds(value: float | None) -> str:
    """Milliseconds as seconds with two decimals, so that points stand under each other: `5.81s`."""
    if value is None:
        return numbers.UNKNOWN
    return f"{value / 1000:.2f}s" if value < 999_995 else numbers.span(value / 1000)


def _ttft(row: CallRow, moment: Moment) -> Cell:
    del moment
    return seconds(row.ttft_ms), "" if row.ttft_ms is not None else "muted"


def _total(row: CallRow, moment: Moment) -> Cell:
    if row.state == "open":
        return f"{max(moment.now - row.started_at, 0):.1f}s{numbers.COUNTING} ", "accent"
    return seconds(row.duration_ms) + " ", ""


def _speed(row: CallRow, moment: Moment) -> Cell:
    del moment
    rate = row.output_tokens_per_second
    return (numbers.UNKNOWN if rate is None else f"{rate:.0f}") + " ", "" if rate is not None else "muted"


def state_of(row: CallRow, moment: Moment) -> Cell:
    retries = f" ↻{row.retry_count}" if row.retry_count else ""
    if row.state == "open":
        if moment.quiet >= STALLED_AFTER and row.ttft_ms is not None:
            return f"stalled {numbers.span(moment.quiet)}", "warn"
        spinner = SPINNER[int(moment.now * 8) % len(SPINNER)]
        doing = "waiting" if row.ttft_ms is None else "streaming" if row.stream else "receiving"
        return f"{spinner} {doing}{retries}", "accent"
    if row.state == "done" and row.fault is None:
        ended = row.started_at + (row.duration_ms or 0) / 1000
        said = row.finish_reason or ("ok" if row.status in (None, 200) else str(row.status))
        return said + retries, "good" if moment.now - ended < FRESH else "muted"
    status = f"{row.status} " if row.status and row.status >= 400 else ""
    word = FAULTS.get(row.fault or "", "failed")
    if row.state == "aborted" and row.fault != "client":
        word = CUT_OFF
    return f"{status}{word}{retries}", "warn" if row.state == "aborted" or row.fault == "rate_limit" else "bad"


def _plain(name: str, tone: Tone = "muted") -> Callable[[CallRow, Moment], Cell]:
    def cell(row: CallRow, moment: Moment) -> Cell:
        del moment
        value: object = getattr(row, name)
        return (numbers.UNKNOWN if value in (None, "") else str(value)), tone

    return cell


COLUMNS: tuple[Column, ...] = (
    Column("id", "id", 7, 9, True, 7, _plain("id")),
    Column("time", "time", 8, 8, False, 1, _time, "time"),
    Column("app", "app", 9, 18, False, 1, _app),
    Column("call", "call", 11, 14, False, 3, _call),
    Column("model", "model", 11, 24, False, 1, _model, "model"),
    Column("in", "in", 7, 9, True, 1, _tokens("input_tokens"), "input"),
    Column("cached", "cached", 7, 9, True, 4, _tokens("cached_tokens")),
    Column("out", "out", 7, 8, True, 1, _tokens("output_tokens"), "output"),
    Column("reasoning", "think", 6, 8, True, 8, _tokens("reasoning_tokens")),
    Column("cost", "cost $", 8, 9, True, 1, _cost, "cost"),
    Column("ttft", "ttft", 6, 8, True, 4, _ttft, "ttft"),
    Column("total", "total", 8, 9, True, 1, _total, "duration"),
    Column("speed", "tok/s", 6, 7, True, 5, _speed),
    Column("state", "state", 13, 18, False, 1, state_of, "status"),
    Column("session", "session", 12, 20, False, 7, _plain("session")),
    Column("key", "key", 5, 6, False, 7, _plain("api_key")),
    Column("note", "note", 12, 30, False, 8, _plain("note", "")),
)
EXTRA, EASE = 6, 24
"""Columns from that rank on go in only where the names before them have as many cells more than their least."""
CUT_MOST = ("app", "model", "state")
"""Columns whose texts are the first to be cut, so the first to grow; numbers fit their least."""
GIVING_WAY = ("out", "in", "app", "time", "cost", "total")
"""Columns that go where there is no room even for those of the first rank, the first to go first."""
BY_NAME = {column.name: column for column in COLUMNS}

type Placed = tuple[Column, int]


def place(width: int, chosen: Sequence[str] | None = None) -> list[Placed]:
    """The columns that fit into `width` cells with their widths, in order. `chosen` names them instead of the ranks."""
    gap = gap_for(width)
    if chosen:
        columns = [BY_NAME[name] for name in chosen]
        while len(columns) > 1 and _need(columns, gap) > width:
            columns.pop()
    else:
        columns = [column for column in COLUMNS if column.rank == 1]
        for column in sorted(COLUMNS, key=lambda column: column.rank):
            need = _need([*columns, column], gap) + (EASE if column.rank >= EXTRA else 0)
            if column not in columns and need <= width:
                columns.append(column)
        columns.sort(key=COLUMNS.index)
        for name in GIVING_WAY:
            if _need(columns, gap) > width and len(columns) > 1:
                columns = [column for column in columns if column.name != name]
    widths = {column.name: column.width for column in columns}
    spare = width - _need(columns, gap)
    first = [column for column in columns if column.name in CUT_MOST]
    for growing in (first, [column for column in columns if not column.right], columns):
        while spare > 0 and (able := [column for column in growing if widths[column.name] < column.most]):
            for column in able[:spare]:
                widths[column.name] += 1
            spare -= len(able[:spare])
    return [(column, widths[column.name]) for column in columns]


def gap_for(width: int) -> int:
    """Blanks between columns."""
    return 1 if width < 130 else 2


def _need(columns: Sequence[Column], gap: int) -> int:
    return sum(column.width for column in columns) + gap * max(len(columns) - 1, 0)


def text_of(column: Column, width: int, row: CallRow, moment: Moment) -> Cell:
    """One cell in exactly `width` cells of the terminal."""
    text, tone = column.cell(row, moment)
    return fit(text, width, right=column.right), tone
