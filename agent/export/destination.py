"""Where an export goes: standard output, or a file that appears whole or not at all.

A file is written beside its name (`.part`) and moved there at the end. Every few seconds what has been written is
synced and noted (`.part.json`), so that the same command, given again after it was cut off, goes on there.
"""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

from ..copies import replace
from ..errors import WiretallyError
from ..queries import export as query
from ..queries.where import Where
from . import RESUMABLE, exporter
from .job import Job

NOTED_EVERY_S = 2.0

type Progress = Callable[[int, int], None]
"""Called with calls done and calls in all."""


@dataclass(frozen=True, slots=True)
class Order:
    """What to export and how. `identity` tells one order from another when an export goes on."""

    format: str
    where: Where
    job: Job  # without its calls
    identity: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What was written. `resumed_after` is the call an earlier, unfinished export had come to."""

    calls: int
    resumed_after: int | None = None


def to_stdout(order: Order, progress: Progress) -> Outcome:
    """Write to standard output."""
    job = replace(order.job, ids=query.ids(order.job.reader, order.where))
    done = 0
    for page, _ in zip(job.pages(), exporter(order.format).write(job, sys.stdout.buffer, False), strict=True):
        done += len(page)
        progress(done, len(job.ids))
    sys.stdout.buffer.flush()
    return Outcome(done)


def to_file(order: Order, path: Path, progress: Progress) -> Outcome:
    """Write to `path`, going on with an earlier attempt at the same order where there is one."""
    part, notes = path.with_name(path.name + ".part"), path.with_name(path.name + ".part.json")
    begun = False
    try:
        place = _resumed(order, part, notes)
        with open(part, "r+b" if place else "wb", opener=_private) as out:
            begun = True
            out.truncate(place.offset if place else 0)
            out.seek(0, os.SEEK_END)
            outcome = _write(order, out, notes, place, progress)
            out.flush()
            os.fsync(out.fileno())
        part.replace(path)
        notes.unlink(missing_ok=True)
    except OSError as error:
        kept = f"What was written stays in {part.name}; give the same command again to go on."
        text = kept if begun else "Name a file in a folder that is there and that you may write to."
        raise WiretallyError(f"cannot write {path}: {error.strerror or error}. {text}") from error
    return outcome


@dataclass(frozen=True, slots=True)
class _Place:
    offset: int
    after: int
    calls: int


def _private(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)


def _resumed(order: Order, part: Path, notes: Path) -> _Place | None:
    """Where an earlier attempt stands; None where there is none, or one at something else."""
    if order.format not in RESUMABLE or not part.exists():
        return None
    try:
        noted = json.loads(notes.read_text("utf-8"))
        if noted["order"] != order.identity or part.stat().st_size < noted["offset"]:
            return None
        return _Place(int(noted["offset"]), int(noted["after"]), int(noted["calls"]))
    except (OSError, ValueError, KeyError, TypeError):
        return None


def _write(order: Order, out: BinaryIO, notes: Path, place: _Place | None, progress: Progress) -> Outcome:
    before = place.calls if place else 0
    job = replace(order.job, ids=query.ids(order.job.reader, order.where, place.after if place else 0))
    done, noted = before, time.monotonic()
    pages = zip(job.pages(), exporter(order.format).write(job, out, place is not None), strict=True)
    for page, last in pages:
        done += len(page)
        progress(done, before + len(job.ids))
        if time.monotonic() - noted > NOTED_EVERY_S and done < before + len(job.ids):
            out.flush()
            os.fsync(out.fileno())
            note = {"order": order.identity, "offset": out.tell(), "after": last, "calls": done}
            draft = notes.with_name(notes.name + ".new")
            draft.write_text(json.dumps(note), "utf-8")
            draft.replace(notes)
            noted = time.monotonic()
    return Outcome(done, place.after if place else None)
