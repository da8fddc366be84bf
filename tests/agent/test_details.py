"""Packs read back, also those made before their headers were parted; what is usual takes few bytes."""

from __future__ import annotations

from base64 import b64decode

import pytest
import zstandard
from hypothesis import given, settings
from hypothesis import strategies as st
from wiretally.agent import details
from wiretally.agent.copies import replace
from wiretally.agent.headers import HeaderBlock, Headers

from . import made

FIRST_PACK = b64decode(
    "KLUv/WA0AdUDAPA5OTEwMC41NTA3LjEyNTEyNTg3NTEwMH1dLGMxIn0eADWEhZoY9BAOMzPgiChAr4wRmAyEoJDGBYqz/gkPUw3AjqwYHfnAVwMASevI"
    "FE7JF9qRewA1QB25whkZAzpSgWtYAvozCF2BHdwBcuAe+IHunGGDTICAFAgE"
)
"""What `pack` once made of the entry below, all of it JSON."""
ENTRY = made.entry(7)


def test_a_pack_reads_back() -> None:
    kept = HeaderBlock.of(*made.HEADERS).kept()
    for changes in ({}, {"request_headers": kept}, {"request_headers": kept, "response_headers": kept}):
        entry = replace(ENTRY, **changes)
        found = details.unpack(details.pack(entry))
        assert (found.request_headers, found.response_headers) == (made.HEADERS, made.HEADERS)
        assert (found.timing, found.cost, found.connection) == (entry.call.timing, entry.call.cost, "c1")
    assert details.unpack(None) == details.NO_DETAILS


def test_a_pack_of_before_reads_back() -> None:
    assert details.unpack(FIRST_PACK) == details.unpack(details.pack(ENTRY))


def test_a_pack_that_names_another_dictionary_is_an_error() -> None:
    other = zstandard.ZstdCompressionDict(details.HEAD.replace(b"\2\0\0\0", b"\3\0\0\0", 1) + details.TEXT)
    with pytest.raises(zstandard.ZstdError, match="Dictionary mismatch"):
        details.unpack(zstandard.ZstdCompressor(dict_data=other).compress(b"{}"))


ANY_TEXT = st.text(st.sampled_from('aÿ€ \n\r\0"{'), max_size=5)


@settings(deadline=None)
@given(*[st.lists(st.tuples(ANY_TEXT, ANY_TEXT), max_size=4).map(tuple)] * 2)
def test_any_headers_come_back_as_they_were(asked: Headers, answered: Headers) -> None:
    sides = [HeaderBlock.of(*side).kept() for side in (asked, answered)]
    found = details.unpack(details.pack(made.entry(7, request_headers=sides[0], response_headers=sides[1])))
    assert (found.request_headers, found.response_headers) == (asked, answered)


def test_a_pack_of_common_headers_is_small() -> None:
    kept = HeaderBlock.of(*made.HEADERS).kept()
    assert len(details.pack(made.entry(7, request_headers=kept, response_headers=kept))) < 130
