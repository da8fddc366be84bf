"""The peer of the list of calls: Textual's own DataTable given the newest calls of the same database.

python -m bench.stock_table DATABASE [--rows 100000]
"""

from __future__ import annotations

import argparse
import sqlite3
from pathlib import Path

from textual.app import App, ComposeResult
from textual.widgets import DataTable

COLUMNS = ("time", "model", "status", "input_tokens", "output_tokens", "duration_ms", "cost")


class StockTable(App[None]):
    """All rows at once, as DataTable's documentation shows it."""

    def __init__(self, database: Path, count: int) -> None:
        super().__init__()
        self._database = database
        self._count = count

    def compose(self) -> ComposeResult:
        yield DataTable[object](cursor_type="row")

    def on_mount(self) -> None:
        connection = sqlite3.connect(f"{self._database.as_uri()}?mode=ro", uri=True)
        rows = connection.execute(
            "select started_at, model, status, input_tokens, output_tokens, duration_ms, cost_pico from calls "
            "order by id desc limit ?",
            (self._count,),
        ).fetchall()
        connection.close()
        table = self.query_one(DataTable[object])
        table.add_columns(*COLUMNS)
        table.add_rows(rows)
        table.focus()


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("database", type=Path)
    parser.add_argument("--rows", type=int, default=100_000)
    asked = parser.parse_args()
    StockTable(asked.database.absolute(), asked.rows).run()


if __name__ == "__main__":
    main()
