"""Entries that a bug of ours keeps out of the database: they wait in the home's `spool/` and are tried again, at each
start of a recorder (a newer wiretally may know better) and once a minute.

Apart from the saver, whose entries wait for the disk: those are saved in their order and hold up what comes after them,
these must hold up nothing.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from typing import Final

from .database import TROUBLE
from .entry import Entry
from .spool import Spool
from .store import Store

AGAIN_SECONDS: Final = 60.0
LOOK_SECONDS: Final = 0.5
"""How long the recorder tries at a time; it has calls to record."""
MOST_BYTES: Final = 268_435_456
"""Of disk that these may take."""


class Refused:
    """The entries set aside in `folder`. `fault` is told why one can't be saved."""

    def __init__(self, folder: Path, fault: Callable[[str, BaseException], None]) -> None:
        self._spool = Spool(folder, fault, ending="refused")
        self._fault = fault
        self._again_at = 0.0
        self.waiting = 0

    def put(self, entry: Entry) -> bool:
        """Keep `entry`; false where they take too much disk already. Raises OSError where the disk refuses."""
        if sum(path.stat().st_size for path in self._spool.files()) >= MOST_BYTES:
            return False
        self._spool.put([entry])
        self.waiting += 1
        return True

    def retry(self, store: Store, now: float) -> int:
        """Where it is time, save what can be saved by now; how many. Raises what is the disk's fault (TROUBLE)."""
        if now < self._again_at:
            return 0
        self._again_at = now + AGAIN_SECONDS
        deadline = time.monotonic() + LOOK_SECONDS
        saved = left = 0
        for path, entries in self._spool.take():
            kept = self._try(store, entries, deadline)
            saved += len(entries) - len(kept)
            left += len(kept)
            if not kept:
                self._spool.done(path)
            elif len(kept) < len(entries):
                self._spool.replace(path, kept)
        self.waiting = left
        return saved

    def _try(self, store: Store, entries: list[Entry], deadline: float) -> list[Entry]:
        """Those that could not be saved; behind those that there was no time for, so that each has its turn."""
        failed: list[Entry] = []
        for place, entry in enumerate(entries):
            if time.monotonic() > deadline:
                return entries[place:] + failed
            try:
                store.save([entry])
            except TROUBLE:
                raise
            except Exception as error:  # noqa: BLE001 counted and shown; it stays where it is
                self._fault("store.entry", error)
                failed.append(entry)
        return failed
