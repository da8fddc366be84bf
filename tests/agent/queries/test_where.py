"""Conditions and how they combine."""

from wiretally.agent.queries.where import (
    EVERYTHING,
    NO,
    WHOLE,
    YES,
    Bounds,
    Clause,
    Where,
    all_of,
    any_of,
    negated,
)

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


MODEL_BOUNDS = Bounds(Clause("m", ("a",)), Clause("all_m", ("b",)))
SOME = Where("c.model = 'a'", (), MODEL_BOUNDS)


def test_what_summaries_say_combines_as_the_conditions_do() -> None:
    both, either = SOME & STREAM, any_of([SOME, STREAM])
    assert (both.bounds.possible, both.bounds.certain) == (MODEL_BOUNDS.possible, NO)
    assert (either.bounds.possible, either.bounds.certain) == (YES, MODEL_BOUNDS.certain)
    assert any_of([SOME, SOME]).bounds.possible == Clause("(m) or (m)", ("a", "a"))
    assert negated(SOME).bounds == Bounds(Clause("not (all_m)", ("b",)), Clause("not (m)", ("a",)))
    assert negated(STREAM).bounds.possible == YES


def test_subqueries_read_no_further_than_the_calls_that_are_asked() -> None:
    where = Where(f"c.id in (select rowid from search where rowid {WHOLE})")
    assert where.within(5, 9).sql == "c.id in (select rowid from search where rowid between 5 and 9)"
