"""What two bodies share at their beginning and end, and lists of stretches of a log that a body is made of.

Apart from the bodies (bodies.py) because it is arithmetic on offsets that knows no database.
"""

from __future__ import annotations

SHORTEST = 48  # shared stretches below this are cheaper written anew, and keep the list of spans short
SHORTEST_STRIDE = 32  # bytes compared at once at first, then more and more; as numbers where they differ

type Stretch = tuple[int, int]
"""A Span as the writer has it, which makes several for each body: a plain tuple takes a tenth of the time."""


def common_prefix(one: bytes, two: bytes, guess: int = 0) -> int:
    """How many bytes both begin with; soonest found where that is the `guess`."""
    at, end, stride = 0, min(len(one), len(two)), guess or SHORTEST_STRIDE
    while at < end:
        step = min(at + stride, end)
        if one[at:step] == two[at:step]:
            at, stride = step, stride * 4 if at else SHORTEST_STRIDE
        elif step - at <= SHORTEST_STRIDE:
            return step - _apart(int.from_bytes(one[at:step]), int.from_bytes(two[at:step]))
        else:
            end, stride = step, (step - at) // 2
    return end


def common_suffix(one: bytes, two: bytes, most: int, guess: int = 0) -> int:
    """How many bytes, `most` at most, both end with; soonest found where that is the `guess`."""
    ends = len(one), len(two)
    at, end, stride = 0, most, guess or SHORTEST_STRIDE
    while at < end:
        step = min(at + stride, end)
        first, second = one[ends[0] - step : ends[0] - at], two[ends[1] - step : ends[1] - at]
        if first == second:
            at, stride = step, stride * 4 if at else SHORTEST_STRIDE
        elif step - at <= SHORTEST_STRIDE:
            return step - _apart(int.from_bytes(first, "little"), int.from_bytes(second, "little"))
        else:
            end, stride = step, (step - at) // 2
    return end


def _apart(one: int, two: int) -> int:
    """From which byte on, counted from the lowest, two numbers are the same."""
    return ((one ^ two).bit_length() + 7) >> 3


def beginning(spans: list[Stretch], length: int) -> list[Stretch]:
    """The stretches of the first `length` bytes, without short ones at their end."""
    start, end = spans[0]
    if length <= end - start:
        return [(start, start + length)] if length >= SHORTEST else []
    found = list[Stretch]()
    for start, end in spans:
        found.append((start, min(end, start + length)))
        length -= end - start
        if length <= 0:
            break
    while found and found[-1][1] - found[-1][0] < SHORTEST:
        found.pop()
    return found


def ending(spans: list[Stretch], length: int) -> list[Stretch]:
    """The stretches of the last `length` bytes, without short ones at their beginning."""
    start, end = spans[-1]
    if length <= end - start:
        return [(end - length, end)] if length >= SHORTEST else []
    found = list[Stretch]()
    for start, end in reversed(spans):
        found.append((max(start, end - length), end))
        length -= end - start
        if length <= 0:
            break
    while found and found[-1][1] - found[-1][0] < SHORTEST:
        found.pop()
    found.reverse()
    return found


def length(spans: list[Stretch]) -> int:
    return sum([end - start for start, end in spans])


def joined(spans: list[Stretch], more: list[Stretch]) -> list[Stretch]:
    """`spans` and `more` behind them; what then lies next to each other is one."""
    if spans and more and spans[-1][1] == more[0][0]:
        return [*spans[:-1], (spans[-1][0], more[0][1]), *more[1:]]
    return spans + more
