"""Values that do not belong where they are put, and the putting of them everywhere in a document."""

from __future__ import annotations

from collections.abc import Iterator
from copy import deepcopy
from typing import Any

EMPTY: list[object] = []
WRONG: tuple[object, ...] = (
    5, -1, 2**53, 2**70, 0.5, -1e300, 1e300, "", "x", "\0", "9999-12-31T23:59:59Z", "0001-01-01T00:00:00Z", [1],
    [EMPTY], {"a": 1}, {"base64": "?"}, None, True,
)  # fmt: skip


def with_everywhere(document: dict[str, Any], value: object) -> Iterator[dict[str, Any]]:
    """The document once for each place in it, with `value` there."""
    for place in _places(document):
        made = deepcopy(document)
        within: Any = made
        for key in place[:-1]:
            within = within[key]
        within[place[-1]] = value
        yield made


def _places(value: Any, *place: str | int) -> Iterator[tuple[str | int, ...]]:
    keys: list[Any] = list(value) if isinstance(value, dict) else []  # pyright: ignore[reportUnknownArgumentType]
    for key in range(len(value)) if isinstance(value, list) else keys:  # pyright: ignore[reportUnknownArgumentType]
        yield (*place, key)
        yield from _places(value[key], *place, key)
