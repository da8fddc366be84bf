"""A record with some of its fields changed. Python has this for records of every kind from 3.13 on, as copy.replace."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Any, cast

import msgspec

if TYPE_CHECKING:
    from _typeshed import DataclassInstance


def replace[Record: msgspec.Struct | DataclassInstance](record: Record, /, **changes: Any) -> Record:
    """A copy of `record` with these fields. Raises TypeError where it has no such field."""
    if isinstance(record, msgspec.Struct):
        return cast("Record", msgspec.structs.replace(record, **changes))
    return dataclasses.replace(record, **changes)
