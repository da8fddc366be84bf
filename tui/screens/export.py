"""The dialog that asks how calls are to be exported."""

from __future__ import annotations

import os
import time
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, cast

from textual import on
from textual.widget import Widget
from textual.widgets import Input, Select

from ...agent.export import FORMATS, WITH_BODIES
from ..exporting import ENDINGS, Choice
from ..widgets.typed import Typed
from .dialog import Dialog, Field, Line, Pick, Tick

if TYPE_CHECKING:
    from ..app import WiretallyApp


class ExportScreen(Dialog[Choice]):
    """Of `count` calls; `words` says which they are."""

    heading = "export"
    verb = "export"

    def __init__(self, count: int, words: str) -> None:
        super().__init__()
        self._count = count
        self._words = words
        self._replaces: Path | None = None
        self._proposed = ""

    def fields(self) -> Iterable[Widget]:
        what = Line(id="what")
        formats = Pick([(name, name) for name in FORMATS], "jsonl")
        return (
            what,
            Field("format", formats),
            Field("", Line(id="meaning")),
            Field("file", Typed(id="path")),
            Field("", Line(id="folder")),
            Field("with", Tick("headers and bodies", id="bodies", compact=True)),
            Field("", Tick("mask e-mail addresses, phone and card numbers", id="redact", compact=True)),
            Field("", Tick("pseudonyms for user, app, key, folder", id="anonymize", compact=True)),
        )

    def on_mount(self) -> None:
        super().on_mount()
        self.query_one("#what", Line).say(f"{self._count:,} call{'' if self._count == 1 else 's'}: {self._words}")
        day = time.strftime("%Y-%m-%d", time.localtime(cast("WiretallyApp", self.app).clock()))
        self._proposed = self.query_one("#path", Input).value = f"calls-{day}.jsonl"
        self.query_one("#folder", Line).say(f"in {_short(Path.cwd())}, where the screen was started", "$dim")
        self.query_one(Pick).focus()

    @on(Select.Changed)
    def _choose(self, event: Select.Changed) -> None:
        name = str(event.value)
        self.query_one("#meaning", Line).say(FORMATS[name], "$dim")
        bodies = self.query_one("#bodies", Tick)
        bodies.disabled = name in WITH_BODIES
        bodies.value = bodies.value or name in WITH_BODIES
        box = self.query_one("#path", Input)
        if box.value == self._proposed:
            self._proposed = box.value = str(Path(box.value).with_suffix(ENDINGS[name]))

    def submit(self) -> None:
        said = self.query_one("#path", Input).value.strip()
        path = Path(said).expanduser().absolute()
        if not said or path.is_dir():
            self.complain("Name a file to write to.")
        elif not path.parent.is_dir():
            self.complain(f"There is no folder {path.parent}.")
        elif not os.access(path.parent, os.W_OK):
            self.complain(f"The folder {path.parent} cannot be written.")
        elif path.exists() and self._replaces != path:
            self._replaces = path
            self.complain(f"{path.name} is there already. ⏎ again replaces it.")
        else:
            boxes = (self.query_one(f"#{name}", Tick).value for name in ("bodies", "redact", "anonymize"))
            self.dismiss(Choice(str(self.query_one(Pick).value), path, *boxes))


def _short(folder: Path) -> str:
    """The folder as a shell's prompt writes it."""
    home = Path.home()
    return str("~" / folder.relative_to(home)) if folder.is_relative_to(home) else str(folder)
