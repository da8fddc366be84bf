"""Histograms that can be added up: how long, how many tokens, for any span, from counts kept per minute, hour and day.

A value falls into the bucket of the nearest power of GAMMA, so a percentile read back is within 1 % of the true value.
A blob holds the buckets in order, then their counts at the narrowest width that fits: 3 bytes a bucket where no count
exceeds 255.
"""

from __future__ import annotations

import math
from array import array
from collections import Counter
from collections.abc import Iterable, Mapping

GAMMA = 1.02
WIDTH = math.log(GAMMA)
SMALLEST = -500  # bucket of everything below 0.05 milli-units, zero included
OFFSET = 1000

type Histogram = Counter[int]
"""Bucket → how many values; subtracting calls that were deleted keeps it exact."""

BUCKET_SQL = f"case when {{0}} > 5e-5 then cast(round(ln({{0}}) / {WIDTH!r}) as integer) else {SMALLEST} end"
"""The same as `bucket`, in SQL, for the column put into it."""

_CODES = ((1, "B"), (2, "H"), (4, "I"), (8, "Q"))


def bucket(value: float) -> int:
    """The bucket of `value`."""
    if value <= 5e-5:
        return SMALLEST
    exact = math.log(value) / WIDTH
    return math.floor(exact + 0.5) if exact >= 0 else math.ceil(exact - 0.5)


def value_of(number: int) -> float:
    """The value a bucket stands for."""
    return 0.0 if number <= SMALLEST else GAMMA**number


def encode(histogram: Mapping[int, int]) -> bytes | None:
    """The histogram as a blob; None where it is empty."""
    pairs = sorted((number, count) for number, count in histogram.items() if count > 0)
    if not pairs:
        return None
    largest = max(count for _, count in pairs)
    width, code = next(entry for entry in _CODES if largest < 1 << (8 * entry[0]))
    buckets = array("H", [number + OFFSET for number, _ in pairs])
    return bytes((width,)) + buckets.tobytes() + array(code, [count for _, count in pairs]).tobytes()


def decode(blob: bytes | None) -> Histogram:
    """The histogram in a blob; an empty one for None."""
    found: Histogram = Counter()
    add(found, blob)
    return found


def add(histogram: Histogram, blob: bytes | None) -> None:
    """Add a blob's counts to `histogram`."""
    if not blob:
        return
    width = blob[0]
    size = (len(blob) - 1) // (2 + width)
    buckets = array("H")
    counts: array[int] = array(dict(_CODES)[width])
    buckets.frombytes(blob[1 : 1 + 2 * size])
    counts.frombytes(blob[1 + 2 * size :])
    for number, count in zip(buckets, counts, strict=True):
        histogram[number - OFFSET] += count


def merged(blobs: Iterable[bytes | None]) -> Histogram:
    """All of the blobs' counts together."""
    total: Histogram = Counter()
    for blob in blobs:
        add(total, blob)
    return total


def percentile(histogram: Mapping[int, int], share: float) -> float | None:
    """The value below which `share` (0 to 1) of the values lie, within 1 %; None where there are none."""
    count = sum(histogram.values())
    if not count:
        return None
    rank = max(1, math.ceil(share * count))
    for number in sorted(histogram):
        rank -= histogram[number]
        if rank <= 0:
            return value_of(number)
    return value_of(max(histogram))
