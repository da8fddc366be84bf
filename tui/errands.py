"""Work that changes or sends something: replays, exports, edits. The feed only reads, and only for what is shown.

Each errand has a thread of its own, which does not hold up quitting: a replay may wait for minutes, an export that is
cut off can go on later, an edit is one transaction.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from textual.message import Message

from ..agent.errors import WiretallyError

type Report = Callable[[int, int], None]
"""Called with what is done and the whole; raises `Stopped` once nobody wants the rest."""


class Stopped(Exception):
    """The reader has called the errand off."""


@dataclass(frozen=True, slots=True, eq=False)
class Errand:
    """`do` runs in a thread; what it returns is given to `deliver` on the screen. `name` says what it is: "replay"."""

    name: str
    do: Callable[[Report], Any]
    deliver: Callable[[Any], None]


class Progressed(Message):
    """So much of an errand is done."""

    def __init__(self, errand: Errand, done: int, whole: int) -> None:
        super().__init__()
        self.errand = errand
        self.done = done
        self.whole = whole

    def can_replace(self, message: Message) -> bool:
        return isinstance(message, Progressed) and message.errand is self.errand


class Finished(Message):
    """An errand is over: its `answer`, or the `problem` in a line. Both are None where it was called off."""

    def __init__(self, errand: Errand, answer: Any = None, problem: str | None = None) -> None:
        super().__init__()
        self.errand = errand
        self.answer = answer
        self.problem = problem
        self.is_done = False


class Errands:
    """Those under way. `post` takes their messages to the screen."""

    def __init__(self, post: Callable[[Message], Any]) -> None:
        self._post = post
        self._stops: dict[str, threading.Event] = {}

    def send(self, errand: Errand) -> None:
        """Begin `errand`."""
        stop = self._stops[errand.name] = threading.Event()
        thread = threading.Thread(target=self._run, args=(errand, stop), name=f"errand {errand.name}", daemon=True)
        thread.start()

    def is_under_way(self, name: str) -> bool:
        return name in self._stops

    def stop(self, name: str) -> None:
        """Call off the errand `name`: it ends at its next report."""
        if name in self._stops:
            self._stops[name].set()

    def _run(self, errand: Errand, stop: threading.Event) -> None:
        def report(done: int, whole: int) -> None:
            if stop.is_set():
                raise Stopped
            self._post(Progressed(errand, done, whole))

        finished = Finished(errand)
        try:
            finished.answer, finished.is_done = errand.do(report), True
        except Stopped:
            pass
        except WiretallyError as error:
            finished.problem = str(error)
        except Exception as error:  # noqa: BLE001  whatever it is, the screen must say it
            finished.problem = f"{errand.name}: {type(error).__name__}: {error}"
        if self._stops.get(errand.name) is stop:
            del self._stops[errand.name]
        with suppress(RuntimeError):  # the screen has closed in the meantime
            self._post(finished)
