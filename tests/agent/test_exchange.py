"""Frames survive their trip; what is no frame is refused."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from wiretally.agent.exchange import Kind, decode, encode

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**63), 2**63 - 1) | st.binary() | st.text() | st.floats(allow_nan=False),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=8,
)


@given(st.sampled_from(list(Kind)), st.text(), st.integers(0, 2**31), st.lists(VALUES, max_size=5))
def test_a_frame_comes_back_as_it_was(kind: Kind, call: str, sequence: int, fields: list[object]) -> None:
    assert decode(encode([kind, call, sequence, 1.5, *fields])) == [kind, call, sequence, 1.5, *fields]


@given(st.binary(max_size=200))
def test_anything_else_is_refused_or_is_a_frame(data: bytes) -> None:
    try:
        frame = decode(data)
    except ValueError:
        return
    assert frame[0] in list(Kind)


def test_a_list_that_is_no_frame_is_named() -> None:
    with pytest.raises(ValueError, match="not a frame"):
        decode(encode([99, "a", 0, 1.0]))
