"""Headers of a request or an answer: as a frame carries them, as they are read, and as they are kept.

Its own file because of how often they come: forty a call, and an app's calls carry the same names in the same order. So
names and values stay apart. A frame has them as [names, values], each joined by zero bytes, which the recorder parts in
two steps however many there are; where one holds a zero byte itself, and where there are none, as [name, value] pairs.
What is kept has them apart as well, joined by line feeds: nothing takes them apart before somebody looks at the call.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import lru_cache
from operator import itemgetter
from typing import Any, Final

from msgspec import Struct

type Headers = tuple[tuple[str, str], ...]
"""Names and values in their order on the wire, decoded as Latin-1 so that every byte survives."""

type Fields = tuple[tuple[bytes, bytes], ...]
"""Headers as mitmproxy has them on the wire."""


class Shape(Struct, frozen=True, eq=False):
    """The names of some headers, the same object call after call: what follows from names alone is remembered by it."""

    names: tuple[str, ...]
    lower: tuple[str, ...]
    places: dict[str, int]
    """By lower-case name; of several, the first."""
    lines: str
    """As they are kept; empty where they can't be."""


def _lines(texts: Sequence[str]) -> str | None:
    """One in each line; None where they come back otherwise. Zero bytes part what is kept (see details.py)."""
    joined = "\n".join(texts)
    return None if joined.count("\n") != len(texts) - 1 or "\0" in joined else joined


@lru_cache(512)
def _shape(names: tuple[str, ...]) -> Shape:
    lower = tuple([name.lower() for name in names])
    places = {name: at for at, name in reversed([*enumerate(lower)])}
    return Shape(names, lower, places, _lines(names) or "")


@lru_cache(512)
def _shape_of_joined(names: bytes) -> Shape:
    return _shape(tuple(names.decode("latin-1").split("\0")))


class Joined(Struct, frozen=True):
    """Headers in two pieces: in each line of `names` the name of what is in the same line of `values`."""

    names: str
    values: str

    def pairs(self) -> Headers:
        return tuple(zip(self.names.split("\n"), self.values.split("\n"), strict=True))


type Kept = Joined | Headers
"""Headers as they are kept: pairs where there are none, or some that can't be joined."""


class HeaderBlock(Struct, frozen=True):
    """Headers, their values apart from their names."""

    shape: Shape
    values: Sequence[str]

    @classmethod
    def of(cls, *headers: tuple[str, str]) -> HeaderBlock:
        return cls(_shape(tuple([name for name, _ in headers])), [value for _, value in headers])

    def pairs(self) -> Headers:
        return tuple(zip(self.shape.names, self.values, strict=True))

    def kept(self) -> Kept:
        names, values = self.shape.lines, _lines(self.values)
        return self.pairs() if not names or values is None else Joined(names, values)

    def get(self, name: str) -> str | None:
        """The first value of the header `name` (lower case), or None."""
        at = self.shape.places.get(name)
        return None if at is None else self.values[at]


def picker(*names: str) -> Callable[[HeaderBlock], tuple[str | None, ...]]:
    """What takes the first value of each of these headers (two or more, lower case), None where there is none."""

    @lru_cache(512)
    def taker(shape: Shape) -> Callable[[Sequence[str | None]], tuple[str | None, ...]]:
        return itemgetter(*[shape.places.get(name, -1) for name in names])

    def pick(headers: HeaderBlock) -> tuple[str | None, ...]:
        return taker(headers.shape)((*headers.values, None))

    return pick


NO_HEADERS: Final = HeaderBlock.of()


def joined(fields: Fields) -> tuple[bytes, bytes] | Fields:
    """Headers as a frame carries them."""
    names, values = b"\0".join([name for name, _ in fields]), b"\0".join([value for _, value in fields])
    return (names, values) if names.count(0) == values.count(0) == len(fields) - 1 else fields


def parted(sent: Sequence[Any]) -> HeaderBlock:
    """The headers that a frame carries. Raises ValueError where they are none."""
    if not sent or not isinstance(sent[0], bytes):
        return HeaderBlock.of(*((name.decode("latin-1"), value.decode("latin-1")) for name, value in sent))
    names, values = sent
    block = HeaderBlock(_shape_of_joined(names), values.decode("latin-1").split("\0"))
    if len(block.values) != len(block.shape.names):
        raise ValueError(f"not headers: {len(block.shape.names)} names, {len(block.values)} values")
    return block


def header(headers: Headers, name: str) -> str | None:
    """The first value of the header `name` (lower case), or None."""
    for key, value in headers:
        if key.lower() == name:
            return value
    return None
