"""Calls that a former recorder left open become aborted, and sessions of agents that are gone end with their last call:
once nobody else can end them any more.

Apart from the saver because it needs to know who else is recording: after the supervisor was killed, its proxies and
recorder finish what is under way while a new agent already runs on the same database. Each recorder holds a shared lock
for its life; who can have it alone is the last.
"""

from __future__ import annotations

import fcntl
from collections.abc import Container
from typing import Final

from .locations import Home
from .store import Store

RESEND_SECONDS: Final = 10.0
"""How long the proxies get to send again what a recorder's predecessor had not finished."""


class Strays:
    """The open calls and sessions found at a recorder's start, but for `session`, its own. `patient` where proxies may
    still send the calls again."""

    def __init__(self, home: Home, store: Store, now: float, *, patient: bool, session: str = "") -> None:
        self._store = store
        path = home.path / "recorder.lock"
        path.touch(0o600)
        self._file = path.open("a")
        self._after = now + RESEND_SECONDS if patient else now
        self._uids = store.open_uids()
        self._sessions = [name for name in store.running_sessions() if name != session]
        fcntl.flock(self._file, fcntl.LOCK_SH)

    def end(self, now: float, known: Container[str] = ()) -> None:
        """End those that nobody else records and that are not `known` to this recorder. Raises DatabaseError."""
        if not (self._uids or self._sessions) or now < self._after:
            return
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            fcntl.flock(self._file, fcntl.LOCK_SH)  # a failed change of the lock may have given it up
            return
        fcntl.flock(self._file, fcntl.LOCK_SH)
        self._store.abandon([uid for uid in self._uids if uid not in known], "the agent ended before the call did")
        self._uids = []
        self._store.end_unseen(self._sessions)
        self._sessions = []

    def close(self) -> None:
        """Stand back: another recorder ends what is left."""
        self._uids, self._sessions = [], []
        self._file.close()
