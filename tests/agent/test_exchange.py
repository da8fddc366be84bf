"""Frames survive their trip; what is no frame is refused."""

from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st
from wiretally.agent.exchange import Kind, decode, encode, in_order

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


@given(st.lists(st.floats(0, 2**37), min_size=2, max_size=9))
def test_ids_are_in_the_order_of_their_times(times: list[float]) -> None:
    milliseconds = sorted({int(at * 1000) for at in times})
    ids = [in_order(str(uuid4()), at / 1000) for at in milliseconds if int(at / 1000 * 1000) == at]
    assert ids == sorted(ids)
    for identity in ids:
        assert str(UUID(identity)) == identity
        assert UUID(identity).version == 7
        assert UUID(identity).variant == "specified in RFC 4122"
