"""A call as one line of `tail` and of listings of calls."""

from __future__ import annotations

from datetime import datetime

from ..queries.calls import CallRow
from .tables import count, seconds, text, usd

COLUMNS = (">id", "time", "app", "endpoint", "model", ">in", ">cached", ">out", ">cost", ">ttft", ">total", "state")
WIDTHS = (7, 14, 14, 24, 22, 9, 9, 8, 11, 9, 9, 0)


def cells(row: CallRow) -> tuple[str, ...]:
    """The call's cells, in the order of COLUMNS."""
    estimated = row.usage_source == "estimated"
    return (
        str(row.id),
        moment(row.started_at),
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


def moment(at: float) -> str:
    """When, in the machine's zone: to the millisecond today, with the date else."""
    when = datetime.fromtimestamp(at)
    if when.date() == datetime.now().date():
        return f"{when:%H:%M:%S.%f}"[:12]
    return f"{when:%m-%d %H:%M:%S}"


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


def line(row: CallRow) -> str:
    """The cells at fixed widths, for a listing that never ends."""
    parts: list[str] = []
    for name, cell, width in zip(COLUMNS, cells(row), WIDTHS, strict=True):
        shown = cell if len(cell) <= width or not width else cell[: width - 1] + "…"
        parts.append(shown.rjust(width) if name.startswith(">") else shown.ljust(width))
    return " ".join(parts).rstrip()


def heading() -> str:
    """The line above."""
    return " ".join(
        name[1:].rjust(width) if name.startswith(">") else name.ljust(width)
        for name, width in zip(COLUMNS, WIDTHS, strict=True)
    ).rstrip()
