"""What calls add to the roll-ups. Its own file because it goes by columns: of the calls of a batch that are alike, each
figure is summed at once, most of them without a step of Python's for each call.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import cached_property
from itertools import compress
from typing import Any

from .histograms import Histogram, buckets, histogram_of_numbers

type Source = tuple[Any, ...]
"""One call, as rollups.SOURCE has it."""


class Addend:
    """What some calls count, in the order of rollups.COUNTS, and the buckets of what rollups.HISTOGRAMS are of."""

    def __init__(self, sources: Sequence[Source]) -> None:
        (_, state, stream, retry_of, retry_count, usage_source, cost_source, tokens_in, cached, written, out, reasoning,
         cost, sent, received, duration, ttft, speed, *_) = zip(*sources, strict=True)  # fmt: skip
        reported = [source == "reported" for source in usage_source]
        estimated = [source == "estimated" for source in usage_source]
        guessed = [source == "estimated" for source in cost_source]
        sure = [not one for one in guessed]
        durations, ttfts = _known(duration), _known(ttft)
        generations = [pair for pair in zip(out, speed, strict=True) if pair[0] and pair[1] and pair[1] > 0]
        self.counts = [
            len(sources), state.count("failed"), state.count("aborted"), sum(stream),
            sum([first is not None or bool(count) for first, count in zip(retry_of, retry_count, strict=True)]),
            sum(estimated), cost_source.count("unpriced"),
            *[_total(compress(tokens, reported)) for tokens in (tokens_in, cached, written, out, reasoning)],
            _total(compress(tokens_in, estimated)), _total(compress(out, estimated)),
            _total(compress(cost, sure)), _total(compress(cost, guessed)), sum(sent), sum(received),
            sum([int(ms * 1000 + 0.5) for ms in durations]), len(durations),
            sum([int(ms * 1000 + 0.5) for ms in ttfts]), len(ttfts),
            sum([int(tokens * 1e6 / rate + 0.5) for tokens, rate in generations]),
            sum([tokens for tokens, _ in generations]),
        ]  # fmt: skip
        self.buckets = [buckets(values) for values in (durations, ttfts, _known(tokens_in), _known(out))]

    @cached_property
    def histograms(self) -> list[Histogram]:
        return [histogram_of_numbers(numbers) for numbers in self.buckets]


def _known[T](values: Iterable[T | None]) -> list[T]:
    return [value for value in values if value is not None]


def _total(values: Iterable[int | None]) -> int:
    return sum(filter(None, values))
