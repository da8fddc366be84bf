"""The line over the list: the filter, and what it lets through. Typing applies it as soon as it can be read."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal
from textual.content import Content
from textual.message import Message
from textual.reactive import reactive
from textual.suggester import Suggester
from textual.timer import Timer
from textual.widget import Widget
from textual.widgets import Input

from ...agent.errors import UsageError
from ...agent.filters import FIELDS, parse
from ..filter_history import MOST
from ..giving_way import Fact, fitted, split
from ..keys import bindings
from .typed import Typed

DELAY = 0.15


class FilterSuggester(Suggester):
    """Completes the last word: a field's name, or after `model:` and `app:` a value seen lately."""

    def __init__(self, values: Callable[[str], tuple[str, ...]]) -> None:
        super().__init__(use_cache=False, case_sensitive=True)
        self._values = values

    async def get_suggestion(self, value: str) -> str | None:
        match = re.search(r"(?:^|[\s(-])([^\s()-][^\s()]*)$", value)
        if match is None:
            return None
        word = match.group(1)
        field, colon, begun = word.partition(":")
        if colon:
            choices = [f"{field}:{choice}" for choice in self._values(field) if " " not in choice]
            del begun
        else:
            choices = [f"{known.name}:" for known in FIELDS]
        for choice in choices:
            if choice.startswith(word) and choice != word:
                return value + choice[len(word) :]
        return None


class FilterInput(Typed):
    """The text of the filter, with a history on the arrow keys."""

    BINDINGS: ClassVar[list[BindingType]] = bindings("filter")

    class Left(Message):
        """The reader leaves it as it was applied."""

    def __init__(self, values: Callable[[str], tuple[str, ...]]) -> None:
        super().__init__(suggester=FilterSuggester(values), placeholder="filter: / then model:gpt-5*")
        self.history: list[str] = []
        self._at = 0

    def take(self, earlier: list[str]) -> None:
        """Put the filters of earlier screens before those of this one."""
        self.history = [*earlier, *self.history][-MOST:]
        self._at = len(self.history)

    def remember(self) -> None:
        """Keep the text for recall."""
        if self.value and (not self.history or self.history[-1] != self.value):
            self.history = [*self.history, self.value][-MOST:]
        self._at = len(self.history)

    def action_recall(self, step: int) -> None:
        self._at = max(0, min(self._at + step, len(self.history)))
        self.value = self.history[self._at] if self._at < len(self.history) else ""
        self.cursor_position = len(self.value)

    def action_complete(self) -> None:
        self.action_cursor_right()

    def action_leave(self) -> None:
        self.post_message(self.Left())


class FilterStatus(Widget):
    """What the filter lets through, or why it can't be read."""

    summary: reactive[tuple[Fact, ...]] = reactive(())
    problem: reactive[str] = reactive("", layout=True)

    def watch_problem(self, problem: str) -> None:
        """A sentence takes more room than a count."""
        self.set_class(bool(problem), "problem")

    def render(self) -> Content:
        if self.problem:
            return Content.styled(self.problem, "$error")
        return split(Content(""), fitted(self.summary, self.size.width, " · "), self.size.width)


class FilterBar(Horizontal):
    """`/`, the filter's text, its effect."""

    class Applied(Message):
        """The filter is now `text`, which can be read."""

        def __init__(self, text: str) -> None:
            super().__init__()
            self.text = text

    class Kept(Message):
        """The reader has finished `text`, which can be read."""

        def __init__(self, text: str) -> None:
            super().__init__()
            self.text = text

    class Left(Message):
        """The reader is done with typing."""

    def __init__(self, values: Callable[[str], tuple[str, ...]]) -> None:
        super().__init__()
        self.input = FilterInput(values)
        self.status = FilterStatus()
        self._waiting: Timer | None = None
        self.applied = ""

    def compose(self) -> ComposeResult:
        yield from (self.input, self.status)

    def open(self) -> None:
        """Begin typing, from the very next key on (`focus` would wait for its turn)."""
        self.screen.set_focus(self.input)

    def clear(self) -> None:
        """No filter."""
        self.input.value = ""
        self._apply()

    def put(self, text: str) -> None:
        """Set the filter from elsewhere, as a row of another tab does."""
        self.input.value = text
        self._apply()

    @on(Input.Changed)
    def _typed(self) -> None:
        if self._waiting is not None:
            self._waiting.stop()
        self._waiting = self.set_timer(DELAY, self._apply)

    @on(Input.Submitted)
    def _entered(self) -> None:
        self._apply()
        self.input.remember()
        if not self.status.problem:
            if self.applied:
                self.post_message(self.Kept(self.applied))
            self.post_message(self.Left())

    @on(FilterInput.Left)
    def _leave(self) -> None:
        self.put(self.applied if self.input.value != self.applied else "")
        self.post_message(self.Left())

    def _apply(self) -> None:
        if self._waiting is not None:
            self._waiting.stop()
            self._waiting = None
        text = self.input.value.strip()
        try:
            parse(text)
        except UsageError as error:
            self.status.problem = str(error).removeprefix("filter: ").split(". `wiretally")[0]
            return
        self.status.problem = ""
        if text != self.applied:
            self.applied = text
            self.post_message(self.Applied(text))
