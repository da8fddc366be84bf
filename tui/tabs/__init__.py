"""One file a tab. A tab watches its questions while it is shown and draws the frozen records that come back."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, cast

from textual.containers import Vertical

if TYPE_CHECKING:
    from ..app import WiretallyApp


class TabPage(Vertical):
    """A tab besides Live: made at its first visit, asks only while it is seen."""

    @staticmethod
    def of(name: str) -> TabPage:
        """The page of a tab by name. Its module has a class PAGE; it is imported now, so starting is quick."""
        return import_module(f".{name}", __name__).PAGE()

    @property
    def host(self) -> WiretallyApp:
        return cast("WiretallyApp", self.app)

    def enter(self) -> None:
        """Begin asking, for the range in force."""
        raise NotImplementedError

    def leave(self) -> None:
        """Stop asking."""
        raise NotImplementedError
