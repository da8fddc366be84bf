"""Compressed bodies and forms, cut, damaged or never whole: what can be read is, in bounded time and memory."""

from __future__ import annotations

import gzip
import time
import tracemalloc
import zlib
from collections.abc import Callable
from importlib import import_module
from typing import Any

import pytest
import zstandard
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from wiretally.agent.wire.coding import Decoder, decode
from wiretally.agent.wire.form import read_form

brotli: Any = import_module("brotli")

COMMON = settings(
    max_examples=150, deadline=20_000, suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture]
)
pytestmark = pytest.mark.fault("fuzz: compressed bodies and forms, cut, damaged or bombs", rounds=COMMON.max_examples)
MEGABYTE = 1 << 20


def _deflate_raw(data: bytes) -> bytes:
    packer = zlib.compressobj(wbits=-zlib.MAX_WBITS)
    return packer.compress(data) + packer.flush()


PACKERS: dict[str, Callable[[bytes], bytes]] = {
    "gzip": gzip.compress,
    "deflate": zlib.compress,
    "deflate, raw": _deflate_raw,
    "br": lambda data: brotli.compress(data, quality=4),
    "zstd": zstandard.ZstdCompressor().compress,
}
TEXT = b"".join(b'data: {"choices":[{"delta":{"content":"word%d"}}]}\n\n' % number for number in range(400))
WHOLE = {name: pack(TEXT) for name, pack in PACKERS.items()}

cuts = st.lists(st.tuples(st.floats(0, 1), st.integers(0, 12), st.binary(max_size=12)), max_size=4)
packed = st.sampled_from(sorted(PACKERS))


def _coding(name: str) -> str:
    return name.partition(",")[0]


def _in_pieces(data: bytes, coding: str, size: int) -> tuple[bytes, str | None]:
    decoder = Decoder(coding)
    return b"".join(decoder.feed(data[start : start + size]) for start in range(0, len(data), size)), decoder.problem


@COMMON
@given(packed, st.floats(0, 1), st.integers(1, 5000))
def test_a_body_cut_short_gives_what_had_come(name: str, end: float, size: int) -> None:
    data = WHOLE[name][: int(len(WHOLE[name]) * end)]
    found, problem = _in_pieces(data, _coding(name), size)
    assert TEXT.startswith(found)
    assert problem is None  # more may come


@COMMON
@given(packed, cuts, st.integers(1, 5000))
def test_a_damaged_body_is_read_to_some_place_and_said_so(
    name: str, changes: list[tuple[float, int, bytes]], size: int
) -> None:
    data = bytearray(WHOLE[name])
    for place, length, piece in changes:
        start = int(place * len(data))
        data[start : start + length] = piece
    found, problem = _in_pieces(bytes(data), _coding(name), size)
    assert len(found) <= 64 * MEGABYTE
    if bytes(data) == WHOLE[name]:
        assert (found, problem) == (TEXT, None)


@COMMON
@given(st.sampled_from(("gzip", "deflate", "br", "zstd", "br, gzip", "zstd,zstd", "x-gzip")), st.binary(max_size=3000))
def test_bytes_that_never_were_compressed_end_no_reader(coding: str, data: bytes) -> None:
    found, _ = decode(data, coding)
    assert len(found) <= 64 * MEGABYTE


@pytest.mark.parametrize("name", sorted(PACKERS))
def test_a_bomb_in_any_coding_takes_little_time_and_memory(name: str) -> None:
    """96 MiB of zeros: no more is unpacked than is kept, and never two bodies at once."""
    bomb = PACKERS[name](bytes(96 * MEGABYTE))
    tracemalloc.start()
    began = time.process_time()
    found, problem = decode(bomb, _coding(name), 8 * MEGABYTE)
    took = time.process_time() - began
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert (len(found), problem is not None) == (8 * MEGABYTE, True)
    assert took < 5
    assert peak < 64 * MEGABYTE


@COMMON
@given(
    st.lists(
        st.sampled_from(
            (b"--b", b"--b--", b"\r\n", b"\n", b"\r\n\r\n", b"--", b"content-disposition: form-data;", b' name="model"',
             b" name=", b'"', b"; ", b'filename="f"', b"stream", b"true", b"\xff\xfe", b"\0", b"[]", b"gpt-4o")
        ) | st.binary(max_size=20), max_size=40,
    ).map(b"".join)
)  # fmt: skip
@example(b"--")
@example(b"--b")
@example(b"--b\r\n" * 1000)
def test_any_form_has_fields_by_name(body: bytes) -> None:
    fields = read_form(b"--b" + body)
    assert all(isinstance(value, str | bytes | bool) for value in fields.values())
    read_form(body)


@pytest.mark.parametrize(
    "body",
    [
        b"--b\r\n" * 2_000_000,
        b"--b" + b'; name="' * 1_000_000,
        b"--b\r\n" + b'content-disposition: form-data; name="file"; filename="f"\r\n\r\n' + b"\xff" * (8 * MEGABYTE),
        b"--" + b"b" * (8 * MEGABYTE),
        b"--b\r\n" + b"\r\n" * 4_000_000,
        (b'--b\r\ncontent-disposition: form-data; name="x%d"\r\n\r\n1\r\n' % 1) * 100_000,
    ],
    ids=["boundaries", "names", "file", "one line", "empty lines", "parts"],
)
def test_a_large_form_takes_little_time_and_memory(body: bytes) -> None:
    tracemalloc.start()
    began = time.process_time()
    read_form(body)
    took = time.process_time() - began
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert took < 10
    assert peak < 3 * len(body) + 16 * MEGABYTE
