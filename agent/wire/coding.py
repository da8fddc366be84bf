"""Content codings undone, piece by piece and bounded. Its own file because what an app receives may be compressed by
any of four codings, may be cut off anywhere, and may be a bomb.

A body that can't be decoded any further gives what was decoded before the damage; `Decoder.problem` says so.
"""

from __future__ import annotations

import zlib
from importlib import import_module
from typing import Any, Protocol, cast

import zstandard

brotli: Any = import_module("brotli")  # it has no types
BrotliError = cast("type[Exception]", brotli.error)

MAX_DECODED = 67_108_864
"""Bytes that one body may become; what lies beyond is left out and noted."""

SLICE = 4096
"""Bytes of a whole body decoded at a time: damage costs no more than what was decoded of one slice."""

ZSTD_SLICE = 1024
"""Bytes given to zstd at a time: its blocks of 4 bytes may become 128 KiB each, so this bounds one step to 32 MiB."""


class _Step(Protocol):
    def __call__(self, piece: bytes, limit: int, /) -> bytes: ...


class Decoder:
    """Undoes the codings of a `content-encoding` value, in reverse of the order they were applied."""

    def __init__(self, content_encoding: str | None, limit: int = MAX_DECODED) -> None:
        self.problem: str | None = None
        self._left = limit
        self._steps: list[_Step] = []
        names = [name.strip().lower() for name in (content_encoding or "").split(",")]
        for name in reversed([name for name in names if name not in ("", "identity")]):
            make = _CODINGS.get(name)
            if make is None:
                self.problem = f"content coding {name!r} is not known here; the body was left as it came"
                self._steps = []
                break
            self._steps.append(make())

    @property
    def is_plain(self) -> bool:
        """Whether the bytes pass through unchanged."""
        return not self._steps

    def feed(self, piece: bytes) -> bytes:
        """The decoded bytes that `piece` yields; b"" after the limit or after damage."""
        if not self._steps:
            return piece
        if self._left <= 0:
            return b""
        for step in self._steps:
            try:
                piece = step(piece, self._left)
            except (zlib.error, BrotliError, zstandard.ZstdError, EOFError) as error:
                self.problem = f"the body's compression is damaged ({error}); what came before is kept"
                self._left = 0
                return b""
        piece = piece[: self._left]
        self._left -= len(piece)
        if self._left <= 0:
            self.problem = "the body decodes to more than is kept; its end was left out"
        return piece


def decode(body: bytes, content_encoding: str | None, limit: int = MAX_DECODED) -> tuple[bytes, str | None]:
    """A whole body with its codings undone, and what went wrong (None where nothing did)."""
    if not content_encoding or not body:
        return body, None
    decoder = Decoder(content_encoding, limit)
    if decoder.is_plain or len(body) <= SLICE:
        return decoder.feed(body), decoder.problem
    pieces = [decoder.feed(body[start : start + SLICE]) for start in range(0, len(body), SLICE)]
    return b"".join(pieces), decoder.problem


def _gzip() -> _Step:
    return _Inflate(16 + zlib.MAX_WBITS)


class _Inflate:
    """gzip or deflate; members that follow one another are one body; raw deflate is recognised by its first byte."""

    def __init__(self, window: int) -> None:
        self._window = window
        self._inflater: zlib._Decompress | None = None  # pyright: ignore[reportPrivateUsage]  # the type's only name

    def __call__(self, piece: bytes, limit: int, /) -> bytes:
        out: list[bytes] = []
        while piece and limit > 0:
            if self._inflater is None:
                is_raw = self._window == zlib.MAX_WBITS and piece[0] & 0x0F != 8
                self._inflater = zlib.decompressobj(-zlib.MAX_WBITS if is_raw else self._window)
            try:
                out.append(self._inflater.decompress(piece, limit))
            except zlib.error:
                if out:
                    break  # padding after a complete member
                raise
            limit -= len(out[-1])
            if not self._inflater.eof:
                break
            piece, self._inflater = self._inflater.unused_data, None
        return b"".join(out)


def _deflate() -> _Step:
    return _Inflate(zlib.MAX_WBITS)


def _brotli() -> _Step:
    decompressor = brotli.Decompressor()

    def step(piece: bytes, limit: int, /) -> bytes:
        out: bytes = decompressor.process(piece, output_buffer_limit=limit)
        while len(out) < limit and not decompressor.can_accept_more_data():
            more: bytes = decompressor.process(b"", output_buffer_limit=limit - len(out))
            if not more:
                break
            out += more
        return out

    return step


def _zstd() -> _Step:
    decompressor = zstandard.ZstdDecompressor().decompressobj(read_across_frames=True)

    def step(piece: bytes, limit: int, /) -> bytes:
        out: list[bytes] = []
        for start in range(0, len(piece), ZSTD_SLICE):
            out.append(decompressor.decompress(piece[start : start + ZSTD_SLICE]))
            limit -= len(out[-1])
            if limit <= 0:
                break
        return b"".join(out)

    return step


_CODINGS = {"gzip": _gzip, "x-gzip": _gzip, "deflate": _deflate, "br": _brotli, "zstd": _zstd}
