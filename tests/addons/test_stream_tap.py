"""The tap passes on exactly what came, whatever happens behind it."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from wiretally.addons.stream_tap import StreamTap


@given(st.lists(st.binary(max_size=50)), st.integers(0, 200))
def test_bytes_pass_unchanged_and_are_kept_up_to_the_cap(pieces: list[bytes], cap: int) -> None:
    kept: list[bytes] = []
    sizes: list[int] = []

    def copy(at: float, data: bytes, size: int) -> None:
        kept.append(data)
        sizes.append(size)

    def fault(where: str, error: BaseException) -> None:
        raise AssertionError(where) from error

    tap = StreamTap(copy, fault, cap)
    assert [tap(piece) for piece in (*pieces, b"")] == [*pieces, b""]
    whole = b"".join(pieces)
    assert b"".join(kept) == whole[:cap]
    assert sum(sizes) == len(whole)


def test_a_failing_sink_costs_no_byte_and_is_reported() -> None:
    faults: list[str] = []

    def copy(at: float, data: bytes, size: int) -> None:
        raise OSError("no room")

    tap = StreamTap(copy, lambda where, error: faults.append(f"{where}: {error}"), 100)
    assert tap(b"data") == b"data"
    assert faults == ["stream_tap: no room"]


def test_past_the_cap_sizes_come_a_few_times_a_second() -> None:
    sizes: list[int] = []
    tap = StreamTap(lambda at, data, size: sizes.append(size), lambda where, error: None, 10)
    for _ in range(1000):
        tap(b"x" * 10)
    tap(b"")
    assert len(sizes) < 6
    assert sum(sizes) == 10_000
