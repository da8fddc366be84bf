"""Records of both kinds are copied with a change, and a field that there is not is refused."""

from __future__ import annotations

from dataclasses import dataclass

import pytest
from msgspec import Struct
from wiretally.agent.copies import replace


class Row(Struct, frozen=True):
    number: int
    name: str = ""


@dataclass(frozen=True, slots=True)
class Line:
    number: int
    name: str = ""


@pytest.mark.parametrize("kind", [Row, Line])
def test_the_fields_named_change_and_the_others_stay(kind: type[Row] | type[Line]) -> None:
    record = kind(1, "first")
    assert replace(record, number=2) == kind(2, "first")
    assert record == kind(1, "first")
    with pytest.raises(TypeError):
        replace(record, size=3)
