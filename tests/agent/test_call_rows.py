"""Money is exact, the columns are the table's."""

import sqlite3
from decimal import Decimal

from hypothesis import given, settings
from hypothesis import strategies as st
from wiretally.agent import call_rows, schema

from . import made


def test_the_columns_are_those_of_the_table_in_its_order() -> None:
    connection = sqlite3.connect(":memory:", isolation_level=None)
    schema.migrate(connection)
    assert tuple(row[1] for row in connection.execute("pragma table_info(calls)")) == call_rows.COLUMNS
    connection.close()


@settings(deadline=None)
@given(st.decimals(0, 10_000, places=12))
def test_money_survives_to_the_picodollar(usd: Decimal) -> None:
    assert call_rows.dollars(call_rows.picodollars(usd)) == usd


def test_what_another_call_owns_is_not_repeated() -> None:
    links = call_rows.Links(1, 1, 1, None, None, None, owns_usage=False)
    row = dict(zip(call_rows.COLUMNS, call_rows.row_of(made.entry(1), links), strict=True))
    assert (row["input_tokens"], row["cost_pico"], row["cost_source"], row["usage_source"]) == (
        None,
        None,
        "free",
        "none",
    )
