"""What the feed's thread tells the app."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from textual.message import Message


@dataclass(slots=True, eq=False)
class Watch:
    """A question asked again whenever the database changed, and whom its answer goes to.

    `ask` runs in the feed's thread with a read-only reader; `deliver` runs on the screen with what `ask` returned, a
    frozen record. `every` is the least time between two answers, in seconds; `at_least`, where given, asks again after
    that time though nothing changed (what a window of time shows shrinks by itself).
    """

    name: str
    ask: Callable[[Any], Any]
    deliver: Callable[[Any], None]
    every: float = 0.1
    at_least: float | None = None
    once: bool = False


class Answered(Message):
    """A question's newest answer. Only the newest counts, so a later one replaces one still waiting."""

    def __init__(self, watch: Watch, answer: object) -> None:
        super().__init__()
        self.watch = watch
        self.answer = answer

    def can_replace(self, message: Message) -> bool:
        return isinstance(message, Answered) and message.watch is self.watch


class FeedFailed(Message):
    """The database can't be read just now. `problem` is one line for the user; empty once it can be read
    again. `missing` tells a database that is not there yet, which is no failure; `bug` is one of ours."""

    def __init__(self, problem: str, name: str = "", *, missing: bool = False, bug: Exception | None = None) -> None:
        super().__init__()
        self.problem = problem
        self.name = name
        self.missing = missing
        self.bug = bug

    def can_replace(self, message: Message) -> bool:
        return isinstance(message, FeedFailed) and message.name == self.name
