"""A call on one line."""

from __future__ import annotations

from pathlib import Path

from wiretally.agent.cli.call_lines import cells, heading, line
from wiretally.agent.queries import calls
from wiretally.agent.queries.reader import Reader


def test_a_line_says_what_the_call_was(home: Path) -> None:
    with Reader(home / "wiretally.db") as reader:
        (row,) = calls.rows(reader, [62])
    shown = cells(row)
    assert shown[0] == "62"
    assert shown[3:6] == ("responses ⇣", "gpt-5-mini", "10,002")
    assert shown[-1] == "200 stop"
    assert line(row).index("200 stop") == heading().index("state")
