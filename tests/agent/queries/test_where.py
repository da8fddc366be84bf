"""Conditions and how they combine."""

from wiretally.agent.queries.where import EVERYTHING, Where, all_of, any_of, negated

STREAM = Where("c.stream = ?", (1,))
MODEL = Where("c.model = ? or c.model = ?", ("a", "b"))


def test_parts_keep_their_meaning_and_the_order_of_their_parameters() -> None:
    assert Where("(c.stream = ?) and (c.model = ? or c.model = ?)", (1, "a", "b")) == STREAM & MODEL
    assert any_of([STREAM, MODEL]).parameters == (1, "a", "b")


def test_everything_adds_nothing() -> None:
    assert all_of([]) == EVERYTHING
    assert all_of([EVERYTHING, STREAM]) == STREAM


def test_what_is_unknown_is_not_so() -> None:
    assert negated(STREAM) == Where("(c.stream = ?) is not true", (1,))
