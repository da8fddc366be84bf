"""Histograms that can be added up: how long, how many tokens, for any span, from counts kept per minute, hour and day.

A value falls into the bucket of the nearest power of GAMMA, so a percentile read back is within 1 % of the true value.
A histogram is one large integer with 32 bits for each bucket's count: adding two of them, or taking one from another,
is a single addition, which is what makes it cheap to keep them for every roll-up and to merge thousands of them.
"""

from __future__ import annotations

import math
import sys
from array import array
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable, Iterator
from functools import cache
from itertools import accumulate

import zstandard

GAMMA = 1.02
WIDTH = math.log(GAMMA)
LOWEST, HIGHEST = -128, 895  # bucket of 0.08 and less, bucket of 5e7 and more: microseconds to half a day, in ms
LANES = HIGHEST - LOWEST + 1
PACKED = 0x8000
PLAIN = 32  # bytes up to which compressing would not pay
FEW = 8
SMALLEST = GAMMA ** (LOWEST + 0.5)

type Histogram = int
"""Counts by bucket, 32 bits each, the lowest bucket in the lowest bits. Empty is 0."""

BUCKET_SQL = (
    f"case when {{0}} > {SMALLEST!r} then min(cast(round(ln({{0}}) / {WIDTH!r}) as integer), {HIGHEST}) "
    f"else {LOWEST} end"
)
"""The same as `bucket`, in SQL, for the column put into it."""


def bucket(value: float) -> int:
    """The bucket of `value`."""
    if value <= SMALLEST:
        return LOWEST
    exact = math.log(value) / WIDTH
    return min(math.floor(exact + 0.5) if exact >= 0 else math.ceil(exact - 0.5), HIGHEST)


def buckets(values: Iterable[float]) -> list[int]:
    """The buckets of `values`."""
    log, width, highest = math.log, WIDTH, 1e7  # most values, without a call for each
    return [int(log(it) / width + 0.5) if 1 <= it <= highest else bucket(it) for it in values]


def value_of(number: int) -> float:
    """The value a bucket stands for; 0 for the lowest."""
    return 0.0 if number <= LOWEST else GAMMA**number


def histogram_of(counted: Iterable[tuple[int, int]]) -> Histogram:
    """The histogram with these (bucket, count) pairs."""
    pairs = list(counted)
    if len(pairs) <= FEW:
        return sum(count << 32 * (number - LOWEST) for number, count in pairs)
    lanes = array("I", bytes(4 * LANES))
    for number, count in pairs:
        lanes[number - LOWEST] += count
    if sys.byteorder == "big":
        lanes.byteswap()
    return int.from_bytes(lanes.tobytes(), "little")


def histogram_of_numbers(numbers: Iterable[int]) -> Histogram:
    """The histogram of these buckets, each as often as it comes."""
    return histogram_of(Counter(numbers).items())


def bars(histogram: Histogram) -> Iterator[tuple[int, int]]:
    """The (bucket, count) pairs with a count, in rising order."""
    return ((place + LOWEST, count) for place, count in enumerate(_lanes(histogram)) if count)


def _lanes(histogram: Histogram) -> array[int]:
    lanes = array("I")
    lanes.frombytes(histogram.to_bytes(4 * LANES, "little"))
    if sys.byteorder == "big":
        lanes.byteswap()
    return lanes


@cache
def _coders() -> tuple[zstandard.ZstdCompressor, zstandard.ZstdDecompressor]:
    return zstandard.ZstdCompressor(1, write_checksum=False), zstandard.ZstdDecompressor()


def encode(histogram: Histogram) -> bytes | None:
    """The histogram as a blob, None where it is empty.

    Two bytes say which lane it begins with, then come the counts as little-endian 32-bit numbers without the zeros at
    their end; the highest bit of the two says that these are compressed (zstd).
    """
    if not histogram:
        return None
    first = ((histogram & -histogram).bit_length() - 1) >> 5
    rest = histogram >> (first << 5)
    lanes = rest.to_bytes((rest.bit_length() + 7) // 8, "little")
    if len(lanes) <= PLAIN:
        return first.to_bytes(2, "little") + lanes
    return (first | PACKED).to_bytes(2, "little") + _coders()[0].compress(lanes)


def decode(blob: bytes | None) -> Histogram:
    """The histogram in a blob; an empty one for None."""
    if not blob:
        return 0
    first = int.from_bytes(blob[:2], "little")
    lanes = _coders()[1].decompress(blob[2:]) if first & PACKED else blob[2:]
    return int.from_bytes(lanes, "little") << ((first & ~PACKED) << 5)


def percentile(histogram: Histogram, share: float) -> float | None:
    """The value below which `share` (0 to 1) of the values lie, within 1 %; None where there are none."""
    return percentiles(histogram, (share,))[0]


def percentiles(histogram: Histogram, shares: Iterable[float]) -> list[float | None]:
    """Several percentiles at once."""
    reached = list(accumulate(_lanes(histogram)))
    count = reached[-1]
    ranks = (max(1, math.ceil(share * count)) for share in shares)
    return [value_of(bisect_left(reached, rank) + LOWEST) if count else None for rank in ranks]
