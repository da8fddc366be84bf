"""Texts in conditions: wildcards and patterns stand for themselves where they are not meant."""

import sqlite3

from wiretally.agent.filter_texts import free_text, glob, in_errors, in_notes, like, matching
from wiretally.agent.queries.where import YES


def test_only_stars_are_special() -> None:
    connection = sqlite3.connect(":memory:")
    for value, text, found in (
        ("a*c", "abc", 1),
        ("a?c", "abc", 0),
        ("a?c", "a?c", 1),
        ("[a]", "a", 0),
        ("[a]", "[a]", 1),
    ):
        assert connection.execute("select ? glob ?", (text, glob(value))).fetchone() == (found,), value
    for value, text, found in (("5%", "at 50 %", 0), ("5%", "5% off", 1), ("a_b", "axb", 0), ("\\", "a\\b", 1)):
        assert connection.execute("select ? like ? escape '\\'", (text, like(value))).fetchone() == (found,), value
    connection.close()


def test_a_condition_holds_its_text_as_a_parameter_only() -> None:
    for where in (
        free_text("it's", literal=True),
        in_errors("it's"),
        in_notes("it's"),
        matching("c.model", "it's", wild=True),
    ):
        assert "it's" not in where.sql
        assert where.sql.count("?") == len(where.parameters)
        assert where.bounds.possible.sql.count("?") == len(where.bounds.possible.parameters)
        assert where.bounds.possible != YES
