"""What all dialogs have in common: a frame in the middle, fields under each other, a line for what is wrong, and the
way out. Also the smallest of them, a question that is answered by yes or no."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, ClassVar, cast

from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.widget import Widget
from textual.widgets import Button, Checkbox, Input, Select, Static

from ..cell_text import visible
from ..keys import bindings

if TYPE_CHECKING:
    from ..app import WiretallyApp


class Field(Horizontal):
    """A name and what is set there."""

    def __init__(self, label: str, *inside: Widget) -> None:
        super().__init__(Static(label, classes="label", markup=False), *inside)


class Tick(Checkbox):
    """A checkbox whose mark is there only when it is set, so that it can be told without colour."""

    BINDINGS: ClassVar[list[BindingType]] = bindings("tick")

    def render(self) -> Content:
        mark = ("[x]", "bold $accent") if self.value else ("[ ]", "$dim")
        return Content.assemble(mark, " ", self.label.stylize("$dim") if self.disabled else self.label)


class Pick(Select[str]):
    """One of several words, the first or `value` to begin with."""

    BINDINGS: ClassVar[list[BindingType]] = bindings("pick")

    def __init__(self, choices: Iterable[tuple[str, str]], value: str, *, id: str | None = None) -> None:
        super().__init__(choices, value=value, allow_blank=False, compact=True, id=id)


class Line(Static):
    """A line of the dialog that may change; text from outside is shown, not obeyed."""

    def say(self, text: str, style: str = "") -> None:
        self.update(Content.styled(visible(text), style) if style else Content(visible(text)))
        self.display = bool(text)


class Dialog[Result](ModalScreen[Result | None]):
    """A frame with fields. Its result is what `submit` dismisses it with, None where it was left."""

    BINDINGS: ClassVar[list[BindingType]] = bindings("dialog")
    heading = ""
    verb = "save"

    def fields(self) -> Iterable[Widget]:
        """What stands in the frame."""
        raise NotImplementedError

    def submit(self) -> None:
        """Take what was set: `dismiss` with it, or `complain`."""
        raise NotImplementedError

    def compose(self) -> ComposeResult:
        with Vertical(classes="frame") as frame:
            frame.border_title = Content(self.heading)
            frame.border_subtitle = Content(f"⏎ {self.verb}  {self.key('leave')} leave")
            yield from self.fields()
            yield Line(id="problem")
            with Horizontal(classes="buttons"):
                yield Button(self.verb, id="submit", compact=True)
                yield Button("leave", id="leave", compact=True)

    def key(self, name: str) -> str:
        """How the key `name` is shown."""
        return cast("WiretallyApp", self.app).keys[name].shown

    def complain(self, text: str) -> None:
        """Say why it can't be so."""
        self.query_one("#problem", Line).say(text, "$error")

    def on_mount(self) -> None:
        self.query_one("#problem", Line).display = False

    def action_leave(self) -> None:
        self.dismiss(None)

    def action_submit(self) -> None:
        self.submit()

    @on(Input.Submitted)
    def _entered(self) -> None:
        self.submit()

    @on(Button.Pressed)
    def _pressed(self, event: Button.Pressed) -> None:
        (self.submit if event.button.id == "submit" else self.action_leave)()


class ConfirmScreen(Dialog[bool]):
    """A question. `y` says yes; the cursor stands on no."""

    BINDINGS: ClassVar[list[BindingType]] = bindings("question")

    def __init__(self, heading: str, lines: Iterable[str], verb: str) -> None:
        super().__init__()
        self.heading = heading
        self.verb = verb
        self._lines = tuple(lines)

    def fields(self) -> Iterable[Widget]:
        return [Static(Content("\n".join(visible(line) for line in self._lines)))]

    def on_mount(self) -> None:
        super().on_mount()
        self.query_one(".frame").border_subtitle = Content(f"{self.key('yes')} {self.verb}  {self.key('no')} leave")
        self.query_one("#leave").focus()

    def submit(self) -> None:
        self.dismiss(True)
