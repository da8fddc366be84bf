"""A call on one line."""

from __future__ import annotations

from pathlib import Path

import pytest
from rich.cells import cell_len
from wiretally.agent.cli.call_lines import COLUMNS, cells, lines
from wiretally.agent.queries import calls
from wiretally.agent.queries.reader import Reader


def test_a_line_says_what_the_call_was(home: Path) -> None:
    with Reader(home / "wiretally.db") as reader:
        (row,) = calls.rows(reader, [62])
    shown = cells(row, 14)
    assert shown[0] == "62"
    assert shown[3:6] == ("responses ⇣", "gpt-5-mini", "10,002")
    assert shown[-1] == "200 stop"
    whole = lines(None)
    assert whole.line(row).index("200 stop") == whole.heading().index("state")


@pytest.mark.parametrize("room", [64, 80, 100, 120, 160, 250])
def test_lines_fit_the_terminal_and_no_heading_is_cut(home: Path, room: int) -> None:
    with Reader(home / "wiretally.db") as reader:
        rows = calls.page(reader, limit=100).rows
    form = lines(room)
    assert rows
    assert all(cell_len(form.line(row)) <= room for row in rows)
    heads = form.heading().split()
    assert len(form.heading()) <= room
    assert set(heads) <= {column.name for column in COLUMNS}
    assert {"id", "time", "model", "cost", "state"} <= set(heads)
    assert (len(heads) == len(COLUMNS)) == (room >= 160)
    for row in rows:
        assert cells(row, 14)[8] in form.line(row).split()  # money is never cut
