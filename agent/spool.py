"""Where finished calls wait when the database says no: files of entries, already redacted, in the home's `spool/`.

Apart from the store, because it is what works when the store does not. Entries are msgpack with their length before
them, so that a file cut off in the middle loses its last entry only.
"""

from __future__ import annotations

import os
import struct
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Final

import msgspec

from .entry import Entry

_LENGTH: Final = struct.Struct(">I")
FILE_BYTES: Final = 16 * 1024 * 1024


class Spool:
    """The waiting entries of one home. `fault` is told of files that can't be read whole."""

    def __init__(
        self, folder: Path, fault: Callable[[str, BaseException], None] | None = None, ending: str = "entries"
    ) -> None:
        self._folder = folder
        self._fault = fault
        self._ending = ending
        self._damaged: set[Path] = set()
        self._encoder = msgspec.msgpack.Encoder()
        self._decoder = msgspec.msgpack.Decoder(Entry)

    def files(self) -> list[Path]:
        """The files that wait, oldest first."""
        return sorted(self._folder.glob(f"*.{self._ending}"))

    def put(self, entries: Sequence[Entry]) -> None:
        """Append `entries`. Raises OSError where the disk refuses; nothing half-written is kept then."""
        files = self.files()
        last = files[-1] if files and files[-1].stat().st_size < FILE_BYTES else None
        number = int(files[-1].stem) + 1 if files else 1
        path = last or self._folder / f"{number:08}.{self._ending}"
        data = self._encoded(entries)
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        try:
            size = os.fstat(descriptor).st_size
            try:
                if os.write(descriptor, data) != len(data):
                    raise OSError(f"the disk took only a part of {path.name}")
            except OSError:
                os.ftruncate(descriptor, size)
                raise
        finally:
            os.close(descriptor)

    def take(self) -> Iterator[tuple[Path, list[Entry]]]:
        """Each file with its entries, oldest first. Say `done` of the file when they are stored."""
        for path in self.files():
            yield path, list(self._read(path))

    def done(self, path: Path) -> None:
        """Remove a file; one with something in it that could not be read is kept beside, as `NAME.damaged`."""
        if path in self._damaged:
            self._damaged.remove(path)
            path.replace(path.with_name(f"{path.name}.damaged"))
        else:
            path.unlink()

    def replace(self, path: Path, entries: Sequence[Entry]) -> None:
        """Let a file hold `entries` instead."""
        partial = path.with_name(f"{path.name}.new")
        partial.touch(0o600)
        partial.write_bytes(self._encoded(entries))
        if path in self._damaged:
            self.done(path)
        partial.replace(path)

    def _encoded(self, entries: Sequence[Entry]) -> bytes:
        blobs = (self._encoder.encode(entry) for entry in entries)
        return b"".join(_LENGTH.pack(len(blob)) + blob for blob in blobs)

    def _read(self, path: Path) -> Iterator[Entry]:
        data = path.read_bytes()
        place = 0
        while place + 4 <= len(data):
            (length,) = _LENGTH.unpack_from(data, place)
            blob = data[place + 4 : place + 4 + length]
            place += 4 + length
            if len(blob) != length:
                return
            try:
                yield self._decoder.decode(blob)
            except (msgspec.MsgspecError, ValueError) as error:  # another wiretally's, or damaged
                if path not in self._damaged and self._fault:
                    self._fault("spool", error)
                self._damaged.add(path)
