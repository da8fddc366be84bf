"""Tables and figures for people: aligned on a terminal, plain in a pipe. Whatever calls carried is made printable here,
so that a command cannot forget it."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Any

from ..printable import printable, printable_json

UNKNOWN = "–"
PIPE_WIDTH = 500
WRAPPED = 24  # cells that a text may take before it is broken into lines, where room is short
GAP = 2


def print_table(
    columns: Sequence[str], rows: Iterable[Sequence[str]], title: str = "", spare: Sequence[str] = ()
) -> None:
    """Print a table. A column whose name begins with `>` is aligned to the right.

    `spare` names columns that a narrow terminal does without, the first to go first.
    """
    from rich.box import SIMPLE_HEAD
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    on_terminal = sys.stdout.isatty()
    console = Console(width=None if on_terminal else PIPE_WIDTH, highlight=False, emoji=False)
    shown = [[printable(cell) for cell in row] for row in rows]
    table = Table(box=None, title=Text(printable(title)) if title else None, title_justify="left")
    if on_terminal:
        columns, shown = _fitted(columns, shown, spare, console.width)
        table.box, table.show_edge, table.pad_edge, table.padding = SIMPLE_HEAD, False, False, (0, 1, 0, 0)
    for place, name in enumerate(columns):
        right = name.startswith(">")
        table.add_column(
            Text(name.removeprefix(">")), justify="right" if right else "left", no_wrap=right or place == 0
        )
    for row in shown:
        table.add_row(*map(Text, row))
    if title:
        sys.stdout.write("\n")
    with console.capture() as captured:
        console.print(table)
    sys.stdout.write("".join(line.rstrip() + "\n" for line in captured.get().splitlines()))


def _fitted(
    columns: Sequence[str], rows: list[list[str]], spare: Sequence[str], width: int
) -> tuple[Sequence[str], list[list[str]]]:
    """Columns and rows without those of `spare` that have no room; what was left out is said on standard error."""
    from rich.cells import cell_len

    names = [name.removeprefix(">") for name in columns]
    needs = [max(map(cell_len, (name, *(row[place] for row in rows)))) for place, name in enumerate(names)]
    needs = [
        need if place == 0 or columns[place].startswith(">") else min(need, WRAPPED) for place, need in enumerate(needs)
    ]
    kept = list(range(len(names)))
    left_out = list[str]()
    for name in spare:
        if sum(needs[place] + GAP for place in kept) - GAP <= width:
            break
        kept = [place for place in kept if names[place] != name]
        left_out.append(name)
    if left_out:
        sys.stderr.write(f"left out for want of width: {', '.join(left_out)}. --json has all.\n")
    return [columns[place] for place in kept], [[row[place] for place in kept] for row in rows]


def print_pairs(pairs: Iterable[tuple[str, str]]) -> None:
    """Print names and values, the values aligned."""
    shown = [(printable(name), printable(value)) for name, value in pairs]
    width = max((len(name) for name, _ in shown), default=0)
    for name, value in shown:
        sys.stdout.write(f"{name.ljust(width)}  {value}\n")


def print_json(value: Any) -> None:
    """Print records as JSON: dataclasses as objects, money as numbers."""
    import msgspec

    encoded = msgspec.json.Encoder(decimal_format="number").encode(value)
    if sys.stdout.isatty():
        encoded = msgspec.json.format(encoded, indent=2)
    sys.stdout.write(printable_json(encoded.decode()) + "\n")


def usd(amount: Decimal | None, estimated: bool = False) -> str:
    """An amount to four decimals, more where it is smaller; `~` marks an estimate."""
    if amount is None:
        return UNKNOWN
    digits = 4 if amount == 0 or abs(amount) >= Decimal("0.0001") else 7
    return f"{'~' if estimated else ''}${amount:,.{digits}f}"


def exact(amount: Decimal) -> str:
    """An amount of a bill to the last digit that it has, six decimals at least."""
    digits = amount.normalize().as_tuple().exponent
    return f"${amount:,.{max(6, -digits if isinstance(digits, int) else 0)}f}"


def count(number: int | None, estimated: bool = False) -> str:
    """A count with thousands."""
    return UNKNOWN if number is None else f"{'~' if estimated else ''}{number:,}"


def seconds(milliseconds: float | None) -> str:
    """A duration with its unit."""
    if milliseconds is None:
        return UNKNOWN
    if milliseconds < 1000:
        return f"{milliseconds:.0f} ms"
    if milliseconds < 120_000:
        return f"{milliseconds / 1000:.2f} s"
    if milliseconds < 7_200_000:
        return f"{milliseconds / 60_000:.1f} min"
    return f"{milliseconds / 3_600_000:,.1f} h"


def ago(then: float, now: float) -> str:
    """How long ago a moment was (Unix seconds)."""
    passed = max(now - then, 0)
    for length, unit in ((86_400, "d"), (3600, "h"), (60, "min")):
        if passed >= 2 * length:
            return f"{passed / length:.0f} {unit} ago"
    return f"{passed:.0f} s ago"


def percent(share: float | None) -> str:
    """A share of 1 in percent."""
    return UNKNOWN if share is None else f"{100 * share:.1f} %"


def text(value: object) -> str:
    """Any other value."""
    return UNKNOWN if value is None or value == "" else str(value)
