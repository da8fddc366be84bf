"""The list of fields: complete, consistent, every example a filter."""

from wiretally.agent.filter_fields import BY_NAME, FIELDS
from wiretally.agent.filters import parse


def test_every_field_has_a_meaning_and_an_example_that_parses() -> None:
    assert len(BY_NAME) == len(FIELDS)
    for field in FIELDS:
        assert field.meaning
        assert field.example.startswith(field.name)
        assert parse(field.example).sql != "1"


def test_every_offered_value_is_taken() -> None:
    for field in FIELDS:
        for value in field.values:
            parse(f"{field.name}:{value}")
