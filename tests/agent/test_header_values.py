"""Header values that are odd cost nothing but themselves."""

from __future__ import annotations

import pytest
from wiretally.agent.header_values import count_of, number_of, trace_id


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01", "4bf92f3577b34da6a3ce929d0e0e4736"),
        ("00-00000000000000000000000000000000-00f067aa0ba902b7-01", None),
        ("00-4bf9-x-01", None),
        ("", None),
        (None, None),
    ],
)
def test_trace_ids(text: str | None, found: str | None) -> None:
    assert trace_id(text) == found


def test_numbers_and_counts() -> None:
    assert [number_of(text) for text in ("412", "4.5", "-1", "nan", "inf", "x", "", None)] == [412, 4.5, *[None] * 6]
    assert [count_of(text) for text in ("2", "-2", "²", "99999999", "x", "", None)] == [2, *[None] * 6]
