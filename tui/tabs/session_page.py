"""What can be done with a run on the Sessions tab: put it beside another, rename it, delete it."""

from __future__ import annotations

from functools import partial
from typing import ClassVar

from textual.binding import BindingType

from ...agent import edits
from ...agent.queries.reader import Reader
from ...agent.session_comparison import compare_sessions
from ..keys import bindings
from ..screens.comparison import Compared, ComparisonScreen
from ..screens.dialog import ConfirmScreen
from ..screens.rename import RenameScreen
from .page import TabPage


def read_compared(left: str, right: str, reader: Reader) -> Compared:
    """Two runs beside each other. Raises UsageError where one is not there any more."""
    return (left, right), compare_sessions(reader, left, right)


class SessionPage(TabPage):
    """The runs, and their keys."""

    BINDINGS: ClassVar[list[BindingType]] = bindings("sessions")

    @property
    def session(self) -> str:
        """The run under the cursor; empty where there is none."""
        return self.table.row.key if self.table.row else ""

    @property
    def hint(self) -> str:
        return f" · {self.host.keys['session.compare'].shown} marks one to compare"

    def action_compare(self) -> None:
        first, name = self.table.marked, self.session
        if not name:
            return
        self.table.mark("" if first else name)
        if not first:
            key = self.host.keys["session.compare"].shown
            self.host.notify(f"Marked {name}. {key} on another puts both side by side.", timeout=4, markup=False)
        elif first != name:
            self.host.push_screen(ComparisonScreen(partial(read_compared, first, name)))

    def action_rename(self) -> None:
        name = self.session

        def rename(new: str | None) -> None:
            if new and new != name:
                self.host.send("rename", lambda _: renamed(new))

        def renamed(new: str) -> str:
            edits.rename_session(self.host.home.database, name, new)
            return f"Session {name} is called {new} now."

        if name:
            self.host.push_screen(RenameScreen("session", name), rename)

    def action_delete(self) -> None:
        name = self.session

        def delete(yes: bool | None) -> None:
            if yes:
                self.host.send("delete", lambda _: deleted())

        def deleted() -> str:
            return f"Session {name} is deleted, with {edits.delete_session(self.host.home.database, name):,} calls."

        if name:
            key = self.host.keys["export"].shown
            warning = f"They can't be brought back; `{key}` exports first."
            question = (f"Delete session {name} with all its calls?", warning)
            self.host.push_screen(ConfirmScreen("delete session", question, "delete"), delete)
