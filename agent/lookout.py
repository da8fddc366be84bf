"""The lookout: a process that names the program behind each connection as soon as it is opened.

Its own process because a program that makes one call may be gone milliseconds after it connected, and the recorder may
be busy for longer than that. Forked by the recorder's host. Where it dies, the recorder looks itself.
"""

from __future__ import annotations

import os
import select
import time
from collections.abc import Sequence
from contextlib import suppress
from typing import Protocol

from msgspec.structs import astuple

from . import journal, scheduling
from .attribution import Attributor, Connection
from .entry import Process
from .exchange import Kind, encode
from .questions import BUSY, Post


class Resolver(Protocol):
    """Finds the programs behind connections, each given as its peer and our port."""

    def resolve_all(self, connections: Sequence[Connection], /) -> list[Process | None]: ...


def watch(post: Post, host: int) -> None:
    """Answer questions until nobody can ask any more, or the process `host` is gone, whose next lookout takes over."""
    os.setsid()  # where each session has an equal share of the processor, it has one apart from the recorder's
    scheduling.at_once()
    resolver, answers = Attributor(), journal.Writer(post.answers)
    answers.counters[BUSY] = 0
    rest = b""
    while select.select([post.questions], [], []) and os.getppid() == host:
        answers.counters[BUSY] = 1  # before there is nothing to read any more
        if not (data := os.read(post.questions, 65536)):
            return
        *lines, rest = (rest + data).split(b"\n")
        for frame in answered(lines, resolver):
            answers.write(frame, droppable=True)
        answers.counters[BUSY] = 0


def answered(lines: Sequence[bytes], resolver: Resolver) -> list[bytes]:
    """A frame for each question in `lines`, from one look; where that failed, one that says so."""
    asked: dict[str, Connection] = {}
    for line in lines:
        with suppress(ValueError):  # the tail of a question that another lookout died with
            connection, host, port, door = line.decode().split(" ")
            asked[connection] = (host, int(port)), int(door)
    now = time.time()
    try:
        found = resolver.resolve_all(list(asked.values()))
    except Exception as error:  # noqa: BLE001 the next look may succeed; the recorder counts it and looks itself
        return [encode([Kind.FAULT, "", 0, now, "attribution", f"{type(error).__name__}: {error}"[:500]])]
    return [
        encode([Kind.CALLER, connection, 0, now, process and astuple(process)])
        for connection, process in zip(asked, found, strict=True)
    ]
