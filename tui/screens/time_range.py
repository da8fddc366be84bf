"""The dialog that asks for a range of time."""

from __future__ import annotations

from collections.abc import Iterable

from textual.widget import Widget
from textual.widgets import Input

from ...agent.errors import UsageError
from ..ranges import BETWEEN, Range, typed_range
from ..widgets.typed import Typed
from .dialog import Dialog, Field, Line


class TimeRangeScreen(Dialog[Range]):
    """Begins with the range in force; `now` is in Unix seconds."""

    heading = "time range"
    verb = "show"

    def __init__(self, known: Range, now: float) -> None:
        super().__init__()
        self._known = f"{known.since}{BETWEEN}{known.until}" if known.until else known.since
        self._now = now

    def fields(self) -> Iterable[Widget]:
        hint = Line("2h, 7d, today, all, 2026-03-01T08:00, or since..until such as 7d..1d", id="hint")
        return (Field("range", Typed(self._known, placeholder="2h")), Field("", hint))

    def submit(self) -> None:
        try:
            self.dismiss(typed_range(self.query_one(Input).value, self._now))
        except UsageError as error:
            self.complain(str(error))
