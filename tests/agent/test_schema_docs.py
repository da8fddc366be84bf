"""The page about the database says what a new database has."""

import sqlite3
from pathlib import Path

from wiretally.agent import schema, schema_docs
from wiretally.agent.queries import calls
from wiretally.agent.queries.reader import Reader
from wiretally.agent.store import Store

from . import made

ROOT = Path(__file__).resolve().parents[2]


def test_the_page_is_made_from_the_schema() -> None:
    assert (ROOT / "docs" / "schema.md").read_text("utf-8") == schema_docs.page()


def test_every_table_and_view_has_a_sentence() -> None:
    connection = sqlite3.connect(":memory:", isolation_level=None)
    schema.migrate(connection)
    names = {
        name
        for (name,) in connection.execute("select name from sqlite_master where type in ('table', 'view')")
        if not name.startswith(("sqlite_", "search_", "_sqlite_"))
    }
    connection.close()
    assert names == set(schema_docs.TABLES)


def test_the_views_say_what_the_rows_say(tmp_path: Path) -> None:
    path = tmp_path / "wiretally.db"
    store = Store(path)
    store.save([made.entry(number) for number in range(10)])
    store.close()
    with Reader(path) as reader:
        row = calls.page(reader).rows[0]
        found = reader.row(
            "select app, cost_usd, duration_seconds, session from readable_calls where id = ?", (row.id,)
        )
        assert row.cost is not None
        assert found == ("worker.py", float(row.cost), (row.duration_ms or 0) / 1000, "first")
        day = reader.row("select model, calls, input_tokens from readable_days")
        assert day == ("gpt-5-mini", 10, sum(1000 + number for number in range(10)))
