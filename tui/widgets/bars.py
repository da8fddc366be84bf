"""The three lines that frame every screen: title, tabs, keys. Each draws itself from one value and can be clicked."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, cast

from textual.app import App
from textual.content import Content
from textual.events import Click
from textual.message import Message
from textual.reactive import reactive
from textual.widget import Widget

from .. import numbers
from ..cell_text import fit
from ..giving_way import Fact, fact, fitted, split
from ..keys import TABS, Key, Place, footer

if TYPE_CHECKING:
    from ..app import WiretallyApp


@dataclass(frozen=True, slots=True)
class Title:
    """What the first line says. `agent` is `running`, `absent` or `lost`; ports are None where no agent runs."""

    session: str = ""
    agent: str = "absent"
    port: int | None = None
    base_url_port: int | None = None
    apps: int = 0
    alarms: int = 0
    paused: bool = False
    dropped: int = 0


LEAST = 80, 24
"""Columns and lines from which on nothing is left out."""

AGENT_WORDS = {
    "running": ("●", "recording", "$success"),
    "absent": ("○", "no agent", "$warning"),
    "lost": ("●", "agent is gone", "$error"),
}


class TitleBar(Widget):
    """Name, session, whether it records, where to connect, alarms, the time."""

    title: reactive[Title] = reactive(Title())
    now: reactive[float] = reactive(0.0)

    def render(self) -> Content:
        width = self.size.width - 2
        right = fitted(self._right(), width // 2 + 4, "   ")
        left = fitted(self._left(), width - right.cell_length - 2)
        return Content.assemble(" ", split(left, right, width), " ")

    def _left(self) -> list[Fact]:
        title = self.title
        sign, word, colour = AGENT_WORDS[title.agent]
        doors = [
            f"proxy {title.port}" if title.port else "",
            f"base URL {title.base_url_port}" if title.base_url_port else "",
            numbers.counted(title.apps, "app") if title.apps else "",
        ]
        doors = [" · ".join(door for door in doors[:count] if door) for count in (3, 2, 1)] if title.port else []
        return [
            fact(1, Content.styled("wiretally", "bold $accent")),
            fact(3, fit(title.session, min(len(title.session), 28))),
            fact(0, Content.styled("‖ paused" if title.paused else "", "bold $warning")),
            fact(0, Content.styled(f"{sign} {word}", colour)),
            fact(2, *(Content.styled(form, "$dim") for form in doors)),
        ]

    def _right(self) -> list[Fact]:
        title, screen = self.title, cast("App[None]", self.app).size
        alarms = numbers.counted(title.alarms, "alarm") if title.alarms else ""
        facts = [
            fact(0, Content.styled(f"{title.dropped:,} lost" if title.dropped else "", "bold $error")),
            fact(0, *(Content.styled(f"⚑ {form}", "bold $error") for form in (alarms, f"{title.alarms}") if alarms)),
        ]
        if screen.width < LEAST[0] or screen.height < LEAST[1]:
            said = f"{screen.width}×{screen.height}: needs {LEAST[0]}×{LEAST[1]}"
            return [*facts, fact(0, Content.styled(said, "$warning"))]
        return [*facts, fact(1, numbers.clock(self.now))]


class Choices(Widget):
    """Names in a row, one of them shown. A count beside a name is what waits there."""

    names: reactive[tuple[str, ...]] = reactive[tuple[str, ...]](())
    active: reactive[str] = reactive("")
    counts: reactive[Mapping[str, int]] = reactive(dict[str, int])

    class Chosen(Message):
        """A name was clicked."""

        def __init__(self, choices: Choices, name: str) -> None:
            super().__init__()
            self.choices = choices
            self.name = name

        @property
        def control(self) -> Choices:
            return self.choices

    def _placed(self) -> Iterator[tuple[str, str, int]]:
        """Each name with its label and where that begins."""
        waiting = {name: self.counts.get(name, 0) for name in self.names}
        labels = [name.title() + (f" {numbers.short(waiting[name])}" if waiting[name] else "") for name in self.names]
        gap, left = (3 if self.size.width >= 100 else 2), 1
        if sum(len(label) + gap for label in labels) - gap + left > self.size.width:
            gap = 1
        for name, label in zip(self.names, labels, strict=True):
            yield name, label, left
            left += len(label) + gap

    def render(self) -> Content:
        line = Content("")
        for name, label, left in self._placed():
            style = "bold underline $accent" if name == self.active else "$dim"
            line = Content.assemble(line, " " * (left - line.cell_length), (label, style))
        return line

    def on_click(self, event: Click) -> None:
        for name, label, left in self._placed():
            if left <= event.x < left + len(label):
                self.post_message(self.Chosen(self, name))


class KeyBar(Widget):
    """The last line: the keys that matter here, from keys.KEYS, as many as fit; quit stands at the end."""

    places: reactive[tuple[Place, ...]] = reactive[tuple[Place, ...]](("app", "list"))

    def render(self) -> Content:
        width = self.size.width - 1
        shown = self._keys()
        last = [key for key in shown if key.id in ("help", "palette", "quit")]
        first = [key for key in shown if key not in last]
        tabs = [(f"1-{len(TABS)}", "tabs")] if "list" in self.places and len(TABS) > 1 else []
        ends = [self._item(key.shown, key.label) for key in last]
        room = width - sum(item.cell_length + 2 for item in ends)
        items: list[Content] = []
        for shown_as, label in [*((key.shown, key.label) for key in first), *tabs]:
            item = self._item(shown_as, label)
            if room < item.cell_length + 2:
                break
            room -= item.cell_length + 2
            items.append(item)
        return Content.assemble(" ", Content("  ").join([*items, *ends]))

    def _keys(self) -> list[Key]:
        return footer(self.places, cast("WiretallyApp", self.app).keys.values())

    def on_click(self, event: Click) -> None:
        """Do what the key under the mouse does."""
        line = self.render().plain
        for key in self._keys():
            begin, length = line.find(f" {key.shown} {key.label}"), len(f" {key.shown} {key.label}")
            if 0 <= begin < event.x < begin + length:
                cast("App[None]", self.app).simulate_key(key.keys.split(",")[0])

    @staticmethod
    def _item(shown: str, label: str) -> Content:
        return Content.assemble((shown, "$accent"), (f" {label}", "$dim"))
