"""Values of unknown shape are taken for what they are, or for nothing."""

from __future__ import annotations

import pytest
from wiretally.agent.wire.draft import Fields, Said, count_of, fields_of, list_of, objects_of, said_of, text_of


@pytest.mark.parametrize(
    ("value", "count"),
    [
        (5, 5),
        (0, 0),
        (5.0, 5),
        (-1, None),
        (5.5, None),
        (True, None),
        ("5", None),
        (None, None),
        (2**60, None),
        (1e300, None),
    ],
)
def test_a_count_is_a_whole_number_that_fits(value: object, count: int | None) -> None:
    assert count_of({"n": value}, "n") == count


def test_other_shapes_are_nothing() -> None:
    fields: Fields = {"text": 7, "object": [], "list": {}, "mixed": [1, {"a": 2}, None]}
    assert text_of(fields, "text") is None
    assert fields_of(fields, "object") == {}
    assert list_of(fields, "list") == []
    assert objects_of(fields, "mixed") == [{"a": 2}]


def test_an_error_object_may_have_a_number_for_its_code() -> None:
    assert said_of({"type": "t", "code": 500, "message": "m"}) == Said("t", "500", "m")
    assert said_of({"code": True, "message": ["m"]}) == Said(None, None, None)
