"""The dialog that asks for another name."""

from __future__ import annotations

from collections.abc import Iterable

from textual.widget import Widget
from textual.widgets import Input

from ..widgets.typed import Typed
from .dialog import Dialog, Field


class RenameScreen(Dialog[str]):
    """For a `kind` of thing that is called `name`."""

    verb = "rename"

    def __init__(self, kind: str, name: str) -> None:
        super().__init__()
        self._name = name
        self.heading = f"rename {kind}"

    def fields(self) -> Iterable[Widget]:
        return [Field("name", Typed(self._name))]

    def submit(self) -> None:
        name = self.query_one(Input).value.strip()
        if name:
            self.dismiss(name)
        else:
            self.complain("Give it a name.")
