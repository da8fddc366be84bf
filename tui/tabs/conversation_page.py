"""What can be done with a conversation on its tab: another title, deleting it."""

from __future__ import annotations

from typing import ClassVar

from textual.binding import BindingType

from ...agent import edits
from ..keys import bindings
from ..screens.dialog import ConfirmScreen
from ..screens.rename import RenameScreen
from .page import TabPage


class ConversationPage(TabPage):
    """The conversations, and their keys."""

    BINDINGS: ClassVar[list[BindingType]] = bindings("conversations")

    @property
    def number(self) -> int | None:
        """The conversation under the cursor."""
        return int(self.table.row.key) if self.table.row else None

    def action_rename(self) -> None:
        number, row = self.number, self.table.row
        if number is None or row is None:
            return

        def rename(title: str | None) -> None:
            if title:
                self.host.send("rename", lambda _: renamed(title))

        def renamed(title: str) -> str:
            edits.rename_conversation(self.host.home.database, number, title)
            return f"Conversation {number:,} is called {title} now."

        self.host.push_screen(RenameScreen("conversation", row.cells[-1][0]), rename)

    def action_delete(self) -> None:
        if (number := self.number) is None:
            return

        def delete(yes: bool | None) -> None:
            if yes:
                self.host.send("delete", lambda _: deleted())

        def deleted() -> str:
            calls = edits.delete_conversation(self.host.home.database, number)
            return f"Conversation {number:,} is deleted, with {calls:,} calls."

        question = (f"Delete conversation {number:,} with all its calls?", "They can't be brought back.")
        self.host.push_screen(ConfirmScreen("delete conversation", question, "delete"), delete)
