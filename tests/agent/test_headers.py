"""Headers survive their trip, whatever bytes they are of; of several with one name the first is found."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from wiretally.agent.exchange import Kind, decode, encode
from wiretally.agent.headers import Fields, HeaderBlock, header, joined, parted

ANY_FIELDS = st.lists(st.tuples(st.binary(max_size=6), st.binary(max_size=6)), max_size=6).map(tuple)


def sent(fields: Fields) -> HeaderBlock:
    return parted(decode(encode([Kind.HEAD, "a", 0, 1.0, joined(fields)]))[4])


@given(ANY_FIELDS)
def test_headers_come_back_as_they_were(fields: Fields) -> None:
    pairs = tuple([(name.decode("latin-1"), value.decode("latin-1")) for name, value in fields])
    block = sent(fields)
    assert block.pairs() == pairs
    assert block == HeaderBlock.of(*pairs)


def test_a_zero_byte_is_no_end_of_a_header() -> None:
    odd = ((b"a\0b", b"1"), (b"c", b"2\0"), (b"\0", b"\0"))
    assert joined(odd) is odd
    assert sent(odd).pairs() == (("a\0b", "1"), ("c", "2\0"), ("\0", "\0"))


def test_the_same_names_are_the_same_shape() -> None:
    one, two = sent(((b"A", b"1"), (b"B", b"2"))), sent(((b"A", b"3"), (b"B", b"4")))
    assert one.shape is two.shape is HeaderBlock.of(("A", ""), ("B", "")).shape
    assert hash(one.shape) == hash(two.shape)


def test_names_without_values_are_no_headers() -> None:
    with pytest.raises(ValueError, match="2 names, 1 values"):
        parted([b"a\0b", b"1"])


def test_of_several_headers_the_first_counts() -> None:
    block = HeaderBlock.of(("A", "1"), ("a", "2"), ("B", "3"))
    assert (block.get("a"), block.get("b"), block.get("c")) == ("1", "3", None)


def test_headers_are_found_whatever_their_case() -> None:
    assert header((("Content-Type", "a"), ("content-type", "b")), "content-type") == "a"
    assert header((), "content-type") is None
