"""docs/screen.md says the keys, the columns and the signs that the program has."""

from __future__ import annotations

import os
from pathlib import Path

from wiretally.tui.columns import COLUMNS
from wiretally.tui.keys import KEYS, TABS
from wiretally.tui.screens.help import MARKS

PAGE = Path(__file__).parents[2] / "docs" / "screen.md"
BEGIN, END = "<!-- keys: made from tui/keys.py; tests/tui/test_docs.py compares -->", "<!-- end of keys -->"


def table() -> str:
    """The keys as Markdown. WIRETALLY_RENEW=1 writes it into the page."""
    rows = [f"| {key.all_shown} | {key.tooltip} | {key.group} | `{key.id}` |" for key in KEYS]
    return "\n".join(["| key | does | where | id |", "|---|---|---|---|", *rows])


def test_the_page_has_every_key() -> None:
    said = PAGE.read_text("utf-8")
    head, _, rest = said.partition(BEGIN)
    body, _, tail = rest.partition(END)
    if os.environ.get("WIRETALLY_RENEW"):
        PAGE.write_text(f"{head}{BEGIN}\n{table()}\n{END}{tail}", "utf-8")
        return
    assert body.strip() == table()


def test_the_page_has_every_tab_column_and_sign() -> None:
    said = PAGE.read_text("utf-8")
    assert all(f"| {name.title()} |" in said for name in TABS)
    assert all(f"`{column.name}`" in said for column in COLUMNS)
    assert all(f"`{mark}`" in said for mark, _ in MARKS)
