"""The filters that were typed, kept from one screen to the next: a line each in a file of the home, the newest last.

A line is added by one small append, so two screens on one home don't lose each other's. Runs in an errand's thread.
"""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path

from ..agent.errors import UsageError, WiretallyError
from ..agent.filters import parse
from ..agent.whole_file import replace_file

MOST = 100
MOST_BYTES = 65_536


def load(path: Path) -> list[str]:
    """The newest MOST filters, the last one last; the file is cut back to them where it has grown. Lines that are no
    filter are left out, whatever put them there. Raises WiretallyError where the file can't be read."""
    try:
        with path.open("rb") as file:
            size = file.seek(0, os.SEEK_END)
            file.seek(max(size - MOST_BYTES, 0))
            lines = file.read().decode("utf-8", "replace").split("\n")
    except FileNotFoundError:
        return []
    except OSError as error:
        raise WiretallyError(f"the filters typed before can't be read from {path}: {error.strerror}.") from error
    found = [line for line in dict.fromkeys(reversed(lines)) if line and _is_filter(line)][:MOST][::-1]
    if size > MOST_BYTES:
        with suppress(OSError):  # too long is no trouble to anybody: what could be read counts more
            replace_file(path, "".join(f"{line}\n" for line in found).encode(), 0o600)
    return found


def keep(path: Path, text: str) -> None:
    """Add a filter. Raises WiretallyError where the file can't be written."""
    try:
        file = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
        try:
            os.write(file, f"{text}\n".encode("utf-8", "replace"))
        finally:
            os.close(file)
    except OSError as error:
        raise WiretallyError(f"the filter is not kept for later: {path}: {error.strerror}.") from error


def _is_filter(line: str) -> bool:
    try:
        parse(line)
    except UsageError:
        return False
    return line.isprintable()
