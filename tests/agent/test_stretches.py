"""What bodies share at their ends is found, and stretches of a log are cut and joined without losing a byte."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st
from wiretally.agent.stretches import SHORTEST, Stretch, beginning, common_prefix, common_suffix, ending, joined, length


@settings(deadline=None)
@given(st.binary(max_size=40), st.binary(max_size=500), st.binary(max_size=500), st.integers(0, 3000))
def test_shared_ends_are_found(start: bytes, one: bytes, two: bytes, times: int) -> None:
    first, second = start * times + one, start * times + two
    exact = next((place for place, pair in enumerate(zip(first, second, strict=False)) if pair[0] != pair[1]), None)
    assert common_prefix(first, second) == (min(len(first), len(second)) if exact is None else exact)
    most = min(len(first), len(second))
    assert common_suffix(first[::-1], second[::-1], most) == common_prefix(first, second)


SPANS = st.lists(st.tuples(st.integers(0, 9000), st.integers(1, 300)), min_size=1, max_size=6)


def text_of(spans: list[Stretch]) -> list[int]:
    return [place for start, end in spans for place in range(start, end)]


@given(SPANS, st.integers(0, 1800))
def test_both_ends_of_a_list_are_cut_without_short_stretches(chosen: list[tuple[int, int]], wanted: int) -> None:
    spans = [(start, start + size) for start, size in chosen]
    wanted = min(wanted, length(spans))
    whole = text_of(spans)
    head, tail = beginning(spans, wanted), ending(spans, wanted)
    assert text_of(head) == whole[: length(head)]
    assert text_of(tail) == whole[len(whole) - length(tail) :]
    assert max(length(head), length(tail)) <= wanted
    assert not head or head[-1][1] - head[-1][0] >= SHORTEST
    assert not tail or tail[0][1] - tail[0][0] >= SHORTEST


def test_stretches_that_meet_become_one() -> None:
    assert joined([(0, 10)], [(10, 20), (30, 40)]) == [(0, 20), (30, 40)]
    assert joined([(0, 10)], [(20, 30)]) == [(0, 10), (20, 30)]
