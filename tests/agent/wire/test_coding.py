"""Every content coding is undone the same however it is cut, damage costs only what follows it, bombs are bounded."""

from __future__ import annotations

import gzip
import random
import zlib
from collections.abc import Callable
from importlib import import_module
from typing import Any

import pytest
import zstandard
from hypothesis import given
from hypothesis import strategies as st
from wiretally.agent.wire.coding import Decoder, decode
from wiretally.agent.wire.sse import EventStream, read_events

from .. import recorded

brotli: Any = import_module("brotli")


def raw_deflate(body: bytes) -> bytes:
    packer = zlib.compressobj(wbits=-15)
    return packer.compress(body) + packer.flush()


CODINGS: dict[str, tuple[str, Callable[[bytes], bytes]]] = {
    "gzip": ("gzip", gzip.compress),
    "deflate": ("deflate", zlib.compress),
    "raw deflate": ("deflate", raw_deflate),
    "br": ("br", lambda body: brotli.compress(body, quality=4)),
    "zstd": ("zstd", zstandard.compress),
    "gzip, br": ("gzip, br", lambda body: brotli.compress(gzip.compress(body))),
}
TEXT = ("data: " + "an answer, and more of it " * 200 + "\n\n").encode()


@pytest.mark.parametrize("name", CODINGS)
@given(size=st.integers(1, 400))
def test_a_body_comes_out_whole_in_pieces_of_any_size(name: str, size: int) -> None:
    coding, pack = CODINGS[name]
    packed = pack(TEXT)
    decoder = Decoder(coding)
    assert b"".join(decoder.feed(packed[i : i + size]) for i in range(0, len(packed), size)) == TEXT
    assert decoder.problem is None
    assert decode(packed, coding) == (TEXT, None)


@pytest.mark.parametrize("name", ["gzip", "deflate", "br", "zstd"])
def test_recorded_streams_give_the_same_events_compressed(name: str) -> None:
    coding, pack = CODINGS[name]
    streams = [recorded.body(record, "response") for record in recorded.records() if record["stream"]]
    for number, body in enumerate(streams):
        packed, decoder, events, size = pack(body), Decoder(coding), EventStream(), 1 + number % 97
        pieces = [packed[start : start + size] for start in range(0, len(packed), size)]
        found = [event for piece in pieces for event in events.feed(decoder.feed(piece))]
        assert found + events.finish() == read_events(body)


@pytest.mark.parametrize("name", ["gzip", "deflate", "br", "zstd"])
def test_what_comes_before_a_cut_is_kept(name: str) -> None:
    coding, pack = CODINGS[name]
    text = random.Random(4).randbytes(400_000).hex().encode()
    packed = pack(text)
    body, problem = decode(packed[: len(packed) // 2], coding)
    assert text.startswith(body)
    assert len(body) > 100_000
    assert problem is None  # the rest may be missing because the call was cut off


@pytest.mark.parametrize("name", ["gzip", "deflate"])
def test_what_comes_before_damage_is_kept_and_the_damage_told(name: str) -> None:
    coding, pack = CODINGS[name]
    text = random.Random(4).randbytes(30_000).hex().encode()
    packed = bytearray(pack(text))
    place = len(packed) * 3 // 4
    packed[place : place + 400] = bytes(400)
    body, problem = decode(bytes(packed), coding)
    assert body[:10_000] == text[:10_000]
    assert problem is not None


@pytest.mark.parametrize("name", ["gzip", "br", "zstd"])
def test_what_was_never_compressed_is_told(name: str) -> None:
    body, problem = decode(b"\xff{not compressed at all}" * 20, CODINGS[name][0])
    assert body == b""
    assert problem is not None
    assert "damaged" in problem


@pytest.mark.parametrize("name", ["gzip", "deflate", "br", "zstd"])
def test_a_bomb_is_cut_at_the_limit(name: str) -> None:
    coding, pack = CODINGS[name]
    bomb = pack(bytes(50_000_000))
    body, problem = decode(bomb, coding, 1_000_000)
    assert len(body) == 1_000_000
    assert problem is not None
    assert "more than is kept" in problem


def test_an_unknown_coding_leaves_the_body_and_says_so() -> None:
    body, problem = decode(b"abc", "compress")
    assert body == b"abc"
    assert problem is not None
    assert "'compress'" in problem


def test_two_gzip_members_are_one_body() -> None:
    assert decode(gzip.compress(b"one ") + gzip.compress(b"two"), "gzip") == (b"one two", None)
