"""Saves entries, whatever the disk says: to the database, else to the spool, else it holds them until it can.

The store raises; this file knows what to do then, so that a full disk or a locked database costs no call.
"""

from __future__ import annotations

import logging
import sqlite3
import time
from collections.abc import Sequence
from contextlib import suppress
from typing import Final

from .entry import Entry, Process
from .errors import WiretallyError
from .locations import Home
from .plans import RecorderPlan
from .spool import Spool
from .store import Store

HOLD_ENTRIES: Final = 5000
"""How many entries are held in memory before they go to the spool."""
HOLD_MOST: Final = 20_000
"""With neither database nor spool: past this the journal is not read any further."""
RETRY_SECONDS: Final = 0.5
CHECKPOINT_SECONDS: Final = 20.0

log = logging.getLogger("recorder")


class Saver:
    """The way of entries to the disk."""

    def __init__(self, home: Home, plan: RecorderPlan) -> None:
        self._store = Store(home.database, index=plan.index)
        self._spool = Spool(home.spool)
        self._held: list[Entry] = []
        self._spooled = 0
        self._retry_at = 0.0
        self._checkpoint_at = 0.0
        self._state: dict[str, str] = {}
        self._logged: set[tuple[str, str]] = set()
        self._faults: dict[tuple[str, str], int] = {}
        self.saved = 0
        self._store.session(plan.session, kind="agent")
        if plan.fresh:
            self._store.abandon_open("the agent ended before the call did")
        self._unspool()

    @property
    def troubled(self) -> bool:
        """Is anything waiting for the database?"""
        return bool(self._held or self._spooled) and time.time() >= self._retry_at

    @property
    def full(self) -> bool:
        """Is there no room for more?"""
        return len(self._held) >= HOLD_MOST

    @property
    def waiting(self) -> int:
        """Entries that are not in the database yet."""
        return len(self._held) + self._spooled

    def save(self, entries: Sequence[Entry]) -> None:
        """Save `entries` after those that wait. Never raises for a fault of the disk or the database."""
        if not entries and not self.troubled:
            return
        self._held += entries
        if time.time() < self._retry_at:
            self._overflow()
            return
        try:
            if self._spooled:
                self._unspool()
            self._store.save(self._held)
            self.saved += len(self._held)
            self._held = []
        except (sqlite3.OperationalError, sqlite3.DatabaseError, OSError) as error:
            self._retry_at = time.time() + RETRY_SECONDS
            self.fault("store", error)
            self._overflow()
        except Exception as error:  # noqa: BLE001 a bug in one entry must not lose the others
            self.fault("store", error)
            self._one_by_one()

    def _one_by_one(self) -> None:
        held, self._held = self._held, []
        for entry in held:
            try:
                self._store.save([entry])
                self.saved += 1
            except (sqlite3.Error, OSError) as error:
                self._held.append(entry)
                self.fault("store", error)
            except Exception as error:  # noqa: BLE001 counted and shown; the row itself cannot be made
                self.fault("store.entry", error)

    def _overflow(self) -> None:
        if len(self._held) < HOLD_ENTRIES:
            return
        try:
            self._spool.put(self._held)
        except OSError as error:
            self.fault("spool", error)
            return
        self._spooled += len(self._held)
        self._held = []

    def _unspool(self) -> None:
        for path, entries in self._spool.take():
            self._store.save(entries)
            self.saved += len(entries)
            path.unlink()
        self._spooled = 0

    def fault(self, place: str, error: BaseException) -> None:
        """Count something of ours that failed; logged at its first time."""
        self.count_fault(place, f"{type(error).__name__}: {error}"[:500], error)

    def count_fault(self, place: str, text: str, error: BaseException | None = None) -> None:
        key = (place, text)
        self._faults[key] = self._faults.get(key, 0) + 1
        if key not in self._logged:
            self._logged.add(key)
            log.error("%s: %s", place, text, exc_info=error)

    def refusal(self, process: Process | None, server_name: str | None, error: str | None) -> None:
        """A client did not trust our certificate."""
        try:
            self._store.refusal(process, server_name or "", error or "")
        except sqlite3.Error as failed:
            self.fault("store.refusal", failed)

    def tend(self, now: float, state: dict[str, str]) -> None:
        """Once a second: counters, faults, and a small write-ahead log."""
        if now < self._retry_at:
            return
        try:
            for (place, text), count in list(self._faults.items()):
                self._store.fault(place, text, count)
                del self._faults[place, text]
            for name, value in state.items():
                if self._state.get(name) != value:
                    self._store.set_state(name, value)
                    self._state[name] = value
            if now >= self._checkpoint_at:
                self._checkpoint_at = now + CHECKPOINT_SECONDS
                self._store.checkpoint()
        except (sqlite3.Error, OSError) as error:
            self._retry_at = now + RETRY_SECONDS
            self.fault("store.tend", error)

    def close(self, session: str, now: float) -> None:
        """What still waits goes to the spool if the database won't have it; the session ends."""
        self._retry_at = 0.0
        self.save([])
        if self._held:
            with suppress(OSError):
                self._spool.put(self._held)
        with suppress(sqlite3.Error, WiretallyError):
            self.tend(now, {"dropped": self._state.get("dropped", "0"), "waiting": str(self.waiting), "open": "0"})
            self._store.end_session(session)
            self._store.checkpoint()
            self._store.close()
