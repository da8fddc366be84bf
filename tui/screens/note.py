"""The dialog for a remark and a rating on a call."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from textual.widget import Widget
from textual.widgets import Input

from ..widgets.typed import Typed
from .dialog import Dialog, Field, Pick

type Rating = Literal["up", "down"]


@dataclass(frozen=True, slots=True)
class Note:
    """What is noted on a call; an empty text is no remark. A rating can be changed, not taken back."""

    call_id: int
    text: str = ""
    rating: Rating | None = None


class NoteScreen(Dialog[Note]):
    """Begins with what is known."""

    def __init__(self, known: Note) -> None:
        super().__init__()
        self._known = known
        self.heading = f"remark on call {known.call_id:,}"

    def fields(self) -> Iterable[Widget]:
        ratings: list[tuple[str, str]] = [("▲ up", "up"), ("▼ down", "down")]
        if self._known.rating is None:
            ratings.insert(0, ("– none", ""))
        return (
            Field("remark", Typed(self._known.text, id="text", placeholder="searchable: note:words")),
            Field("rating", Pick(ratings, self._known.rating or "")),
        )

    def submit(self) -> None:
        rating = rating_of(self.query_one(Pick).value)
        self.dismiss(Note(self._known.call_id, self.query_one("#text", Input).value.strip(), rating))


def rating_of(word: object) -> Rating | None:
    """A rating as the database and the dialog name it; None for no rating."""
    return "up" if word == "up" else "down" if word == "down" else None
