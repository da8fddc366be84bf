"""Saves entries, whatever the disk says: to the database, else to the spool, else it holds them until it can.

The store raises; this file knows what to do then, so that a full disk or a locked database costs no call.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Container, Sequence
from contextlib import suppress
from functools import partial
from typing import Final

from .database import TROUBLE, DatabaseError
from .earlier import Asked, Earlier
from .entry import Entry, Process
from .errors import WiretallyError
from .locations import Home
from .plans import RecorderPlan
from .refused import Refused
from .spool import Spool
from .store import Store
from .strays import Strays

HOLD_MOST: Final = 20_000
"""With neither database nor spool: past this the journal is not read any further."""
RETRY_SECONDS: Final = 0.5
UNSPOOL_SECONDS: Final = 60.0
"""After a bug in reading the spool, how long until it is read again."""
CHECKPOINT_SECONDS: Final = 20.0
MOST_KINDS: Final = 500
"""How many kinds of faults are told apart."""

log = logging.getLogger("recorder")


class Saver:
    """The way of entries to the disk."""

    def __init__(self, home: Home, plan: RecorderPlan) -> None:
        self._home, self._plan = home, plan
        self.store = Store(home.database, index=plan.index)
        self._inode = home.database.stat().st_ino
        self.spool = Spool(home.spool, self.fault)
        self._refused = Refused(home.spool, self.fault)
        self._held: list[Entry] = []
        self._spooled = 0
        self._retry_at = self._unspool_at = 0.0
        self._checkpoint_at = 0.0
        self._state: dict[str, str] = {}
        self._logged: set[tuple[str, str]] = set()
        self._faults: dict[tuple[str, str], int] = {}
        self.saved = 0
        self.lost = 0
        self.faults = 0
        self.store.session(plan.session, kind="agent")
        self._strays = Strays(home, self.store, time.time(), patient=not plan.fresh, session=plan.session)
        self._unspool()
        self._retry_refused(time.time())

    @property
    def troubled(self) -> bool:
        """Is anything waiting for the database?"""
        return bool(self._held or self._spooled) and time.time() >= self._retry_at

    @property
    def holds(self) -> bool:
        """Is anything in this memory alone? Then the journal must keep what it was made of."""
        return bool(self._held)

    @property
    def full(self) -> bool:
        """Is there no room for more?"""
        return len(self._held) >= HOLD_MOST

    @property
    def waiting(self) -> int:
        """Entries that are not in the database yet."""
        return len(self._held) + self._spooled + self._refused.waiting

    def earlier(self, asked: Asked) -> Earlier | None:
        """What is known of a prompt that `asked` repeats or continues; None also where the database can't be read."""
        try:
            return self.store.earlier(asked)
        except Exception as error:  # noqa: BLE001 without it the call's usage is estimated from itself
            self.fault("store.earlier", error)
            return None

    def save(self, entries: Sequence[Entry]) -> None:
        """Save `entries` after those that wait. Never raises for a fault of the disk or the database."""
        if not entries and not self.troubled:
            return
        self._held += entries
        if time.time() < self._retry_at:
            self._set_aside()
            return
        try:
            self._look_after_file()
            if self._spooled:
                self._unspool()
            self.store.save(self._held)
            self.saved += len(self._held)
            self._held = []
        except TROUBLE as error:
            self._retry_at = time.time() + RETRY_SECONDS
            self.fault("store", error)
            self._set_aside()
        except Exception as error:  # noqa: BLE001 a bug in one entry must not lose the others
            self.fault("store", error)
            self._held = self._one_by_one(self._held)

    def _look_after_file(self) -> None:
        """Begin a new database where the file was removed or replaced: SQLite would write on to the one nobody sees."""
        try:
            if self._home.database.stat().st_ino == self._inode:
                return
        except FileNotFoundError:
            pass  # removed; a new one is made below
        self.fault("store", FileNotFoundError("the database was removed while it was recorded to; a new one was begun"))
        try:
            self._home.make()
        except WiretallyError as error:
            raise OSError(str(error)) from error
        store = Store(self._home.database, index=self._plan.index)
        self.store.close()
        self.store = store
        self._inode = self._home.database.stat().st_ino
        self.store.session(self._plan.session, kind="agent")
        self._state.clear()

    def _one_by_one(self, entries: Sequence[Entry]) -> list[Entry]:
        """Save each of `entries` by itself; those that the disk kept out."""
        left: list[Entry] = []
        for entry in entries:
            try:
                self.store.save([entry])
                self.saved += 1
            except TROUBLE as error:
                left.append(entry)
                self.fault("store", error)
            except Exception as error:  # noqa: BLE001 counted and shown; it is tried again later
                self.fault("store.entry", error)
                if entry.call.state != "open":  # of one under way there is news soon
                    left += self._refuse(entry)
        return left

    def _refuse(self, entry: Entry) -> list[Entry]:
        """Let the entry wait until the bug is gone; the entry, where the disk won't keep it."""
        try:
            if not self._refused.put(entry):
                self.lost += 1
        except OSError as error:
            self._retry_at = time.time() + RETRY_SECONDS
            self.fault("spool", error)
            return [entry]
        except Exception as error:  # noqa: BLE001 held, it would keep the journal from being read any further
            self.fault("spool", error)
            self.lost += 1
        return []

    def _set_aside(self) -> None:
        """To the spool, where a kill can't lose it."""
        if not self._held:
            return
        try:
            self.spool.put(self._held)
        except Exception as error:  # noqa: BLE001 the disk's or a bug: they stay in memory, and in the journal
            self.fault("spool", error)
            return
        self._spooled += len(self._held)
        self._held = []

    def _unspool(self) -> None:
        """Save what waits in the spool; where a bug forbids, they wait on and hold up nothing. Raises TROUBLE."""
        if time.time() < self._unspool_at:
            return
        try:
            self._save_spooled()
        except TROUBLE:
            raise
        except Exception as error:  # noqa: BLE001 counted and shown; tried again later
            self.fault("spool", error)
            self._unspool_at = time.time() + UNSPOOL_SECONDS
            self._spooled = self._spooled or 1  # so that it is tried again, and shown as waiting

    def _save_spooled(self) -> None:
        for path, entries in self.spool.take():
            try:
                self.store.save(entries)
                self.saved += len(entries)
            except TROUBLE:
                raise
            except Exception as error:  # a bug in one entry must not keep the others here
                self.fault("store", error)
                if left := self._one_by_one(entries):
                    self.spool.replace(path, left)
                    raise OSError("the disk is in the way of entries that wait") from error
            self.spool.done(path)
        self._spooled = 0

    def fault(self, place: str, error: BaseException) -> None:
        """Count something of ours that failed; logged at its first time."""
        self.faults += 1
        self.count_fault(place, f"{type(error).__name__}: {error}"[:500], error)

    def count_fault(self, place: str, text: str, error: BaseException | None = None) -> None:
        """Count a fault that was reported here, `error` where it is at hand."""
        key = (place, text)
        if key not in self._logged and len(self._logged) >= MOST_KINDS:
            key = (place, text := "and further kinds of failures here")
        self._faults[key] = self._faults.get(key, 0) + 1
        if key not in self._logged:
            self._logged.add(key)
            log.error("%s: %s", place, text, exc_info=error)

    def told(self, place: str, text: str) -> None:
        """Count a fault of a process that counts none itself."""
        self.faults += 1
        self.count_fault(place, text)

    def refusal(self, process: Process | None, server_name: str | None, error: str | None) -> None:
        """A client did not trust our certificate."""
        try:
            self.store.refusal(process, server_name or "", error or "")
        except Exception as failed:  # noqa: BLE001 counted and shown
            self.fault("store.refusal", failed)

    def tend(self, now: float, state: dict[str, str], known: Container[str] = ()) -> None:
        """Once a second: counters, faults, calls that nobody ends (`known` are under way), a small write-ahead log."""
        for task in (
            self._write_faults,
            partial(self._write_state, state),
            partial(self._strays.end, now, known),
            partial(self._checkpoint, now),
            partial(self._retry_refused, now),
        ):
            if now < self._retry_at:
                return
            try:
                task()
            except (DatabaseError, OSError) as error:
                self._retry_at = now + RETRY_SECONDS
                self.fault("store.tend", error)
            except Exception as error:  # noqa: BLE001 a bug in one of them must not stop the others, nor the saving
                self.fault("store.tend", error)

    def _write_faults(self) -> None:
        for (place, text), count in list(self._faults.items()):
            self.store.fault(place, text, count)
            del self._faults[place, text]

    def _write_state(self, state: dict[str, str]) -> None:
        for name, value in state.items():
            if self._state.get(name) != value:
                self.store.set_state(name, value)
                self._state[name] = value

    def _checkpoint(self, now: float) -> None:
        if now >= self._checkpoint_at:
            self._checkpoint_at = now + CHECKPOINT_SECONDS
            self.store.checkpoint()

    def _retry_refused(self, now: float) -> None:
        try:
            self.saved += self._refused.retry(self.store, now)
        except TROUBLE:
            raise
        except Exception as error:  # noqa: BLE001 they wait on
            self.fault("spool", error)

    def close(self, session: str, now: float) -> None:
        """What still waits goes to the spool if the database won't have it; the session ends."""
        self._retry_at = 0.0
        self.save([])
        self._set_aside()
        self._strays.close()
        with suppress(DatabaseError):
            self.tend(now, {"dropped": self._state.get("dropped", "0"), "waiting": str(self.waiting), "open": "0"})
            self.store.end_session(session)
            self.store.checkpoint()
        self.store.close()
