"""The one place that reads the database: a thread with a reader of its own, so the screen never waits for SQL.

It looks at `PRAGMA data_version` (no file is read where nothing changed) and asks the watched questions anew when
another process has committed. Answers go to the screen as messages that replace each other, so a screen that is
behind skips what it has missed instead of queueing it.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Any, Protocol

from textual.message import Message

from ..agent.errors import WiretallyError
from ..agent.queries.reader import DatabaseInterrupted, DatabaseMissing
from .messages import Answered, FeedFailed, Watch

POLL = 0.05
RETRY = 1.0


class Readable(Protocol):
    """What the feed itself needs of agent.queries.Reader."""

    def data_version(self) -> int: ...

    def give_up_when(self, unwanted: Callable[[], bool]) -> None: ...

    def close(self) -> None: ...


class Feed:
    """Watched questions and the loop that answers them. `open_reader` is called in the feed's thread, `lives` as well:
    with the screen gone the feed ends, whatever kept it from being stopped. `poll` is how long (seconds) a commit of
    another process may go unseen."""

    def __init__(
        self,
        name: str,
        open_reader: Callable[[], Readable],
        post: Callable[[Message], Any],
        lives: Callable[[], bool] = lambda: True,
        poll: float = POLL,
    ) -> None:
        self.name = name
        self._open_reader = open_reader
        self._post = post
        self._lives = lives
        self._poll = poll
        self._lock = threading.Lock()
        self._watches: dict[str, Watch] = {}
        self._due: dict[str, float] = {}
        self._answered_at: dict[str, float] = {}
        self._wake = threading.Event()
        self._stopped = threading.Event()
        self._paused = False
        self._failed = False
        self._asking: Watch | None = None

    def watch(self, watch: Watch) -> None:
        """Ask `watch` now and after every change; it takes the place of the watch of the same name."""
        with self._lock:
            self._watches[watch.name] = watch
            self._due[watch.name] = 0.0
        self._wake.set()

    def unwatch(self, name: str) -> None:
        with self._lock:
            self._watches.pop(name, None)
            self._due.pop(name, None)

    def is_current(self, watch: Watch) -> bool:
        """Whether `watch` has not been replaced or taken back since it was asked."""
        return watch.once or self._watches.get(watch.name) is watch

    def ask_again(self, name: str) -> None:
        """Ask the watch `name` now, changed or not."""
        with self._lock:
            if name in self._watches:
                self._due[name] = 0.0
        self._wake.set()

    def pause(self, paused: bool) -> None:
        """While paused, changes wake no question; one asked by the user is answered all the same."""
        self._paused = paused
        if not paused:
            self._mark_all()

    def stop(self) -> None:
        self._stopped.set()
        self._wake.set()

    def run(self) -> None:
        """Answer until stopped. A database that can't be read is told once and tried again every second."""
        reader: Readable | None = None
        version = 0
        while not self._stopped.is_set() and self._lives():
            try:
                if reader is None:
                    reader = self._open_reader()
                    reader.give_up_when(self._is_unwanted)
                    version = reader.data_version()
                    self._mark_all()
                self._wake.wait(self._poll)
                self._wake.clear()
                if (found := reader.data_version()) != version:
                    version = found
                    if not self._paused:
                        self._mark_all()
                self._round(reader)
            except Exception as error:  # noqa: BLE001  whatever it is, the screen must say it and the thread live on
                if reader is not None:
                    reader.close()
                reader = None
                self._tell(error)
                self._stopped.wait(RETRY)
        if reader is not None:
            reader.close()

    def _round(self, reader: Readable) -> None:
        for watch in self._ready():
            self._asking = watch
            try:
                answer = watch.ask(reader)
            except DatabaseInterrupted:  # a question of a million calls was cut short: another one is asked now
                continue
            finally:
                self._asking = None
            self._answered_at[watch.name] = time.monotonic()
            if watch.once:
                self.unwatch(watch.name)
            self._post(Answered(watch, answer))
        if self._failed:
            self._failed = False
            self._post(FeedFailed("", self.name))

    def _is_unwanted(self) -> bool:
        """Whether nobody waits any more for the answer that is being looked for."""
        return self._stopped.is_set() or (self._asking is not None and not self.is_current(self._asking))

    def _mark_all(self) -> None:
        with self._lock:
            for name, watch in self._watches.items():
                soonest = self._answered_at.get(name, 0.0) + watch.every
                self._due[name] = min(self._due.get(name, soonest), soonest)
        self._wake.set()

    def _ready(self) -> list[Watch]:
        now = time.monotonic()
        with self._lock:
            ready = [watch for name, watch in self._watches.items() if self._due.get(name, now + 1) <= now]
            for watch in ready:
                del self._due[watch.name]
                if watch.at_least is not None and not self._paused:
                    self._due[watch.name] = now + watch.at_least
        return ready

    def _tell(self, error: Exception) -> None:
        self._failed = True
        bug = None if isinstance(error, WiretallyError) else error
        problem = str(error) if bug is None else f"{type(error).__name__}: {error}"
        self._post(FeedFailed(problem, self.name, missing=isinstance(error, DatabaseMissing), bug=bug))
