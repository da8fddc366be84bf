"""Every key, once. Bindings, footer, help, palette and the table in docs/screen.md come from here."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from textual.binding import Binding, BindingType

type Place = Literal["app", "list", "inspector"]
"""Where a key works: anywhere, on the list of calls, in the Inspector."""


@dataclass(frozen=True, slots=True)
class Key:
    """One key. `[tui.keys]` in config.toml names it by `id`; `footer` orders it in the bottom line, 0 leaves it out."""

    id: str
    place: Place
    keys: str  # Textual's names, comma between alternatives
    shown: str
    action: str
    label: str
    tooltip: str
    group: str
    footer: int = 0


TABS = ("live", "cost", "latency", "errors", "conversations", "insights", "alarms", "sessions")
"""The tabs in their order; their number is their key."""

KEYS: tuple[Key, ...] = (
    *(
        Key(
            f"tab.{name}",
            "app",
            str(number),
            str(number),
            f"show_tab('{name}')",
            name.title(),
            f"the {name.title()} tab",
            "Tabs",
        )
        for number, name in enumerate(TABS, 1)
    ),
    Key("tab.next", "list", "tab", "tab", "app.next_tab(1)", "next", "the next tab", "Tabs"),
    Key("tab.previous", "list", "shift+tab", "⇧tab", "app.next_tab(-1)", "previous", "the tab before", "Tabs"),
    Key("filter", "app", "slash", "/", "filter", "filter", "only calls that match; see Filters below", "Calls", 2),
    Key("range", "app", "w", "w", "next_range", "window", "time range: all, 10 min, 1 h, 24 h, 7 d, 30 d", "Calls"),
    Key("by", "app", "b", "b", "choose(1)", "by", "look at a tab in the next way: by model, app, …", "Tabs"),
    Key("pause", "app", "space", "space", "pause", "pause", "freeze the screen; recording goes on", "Calls", 3),
    Key("follow", "app", "f", "f", "follow", "follow", "keep the newest call in view", "Calls", 4),
    Key("back", "app", "escape", "esc", "clear_filter", "back", "leave the filter, then clear it", "Screen"),
    Key("theme", "app", "t", "t", "toggle_dark_light", "theme", "dark or light", "Screen"),
    Key("help", "app", "question_mark,f1", "?", "help", "help", "these pages", "Screen", 9),
    Key("palette", "app", "ctrl+p", "^p", "command_palette", "commands", "search everything by name", "Screen", 10),
    Key("quit", "app", "q,ctrl+q", "q", "quit", "quit", "close the screen", "Screen", 11),
    Key("inspect", "list", "enter", "⏎", "inspect", "inspect", "open the call under the cursor", "Calls", 1),
    Key("up", "list", "up,k", "↑ k", "move(-1)", "up", "one call up", "Move"),
    Key("down", "list", "down,j", "↓ j", "move(1)", "down", "one call down", "Move"),
    Key("page_up", "list", "pageup", "PgUp", "page(-1)", "page up", "a screenful up", "Move"),
    Key("page_down", "list", "pagedown", "PgDn", "page(1)", "page down", "a screenful down", "Move"),
    Key("first", "list", "home,g", "Home g", "edge(-1)", "first", "the first call", "Move"),
    Key("last", "list", "end,G", "End G", "edge(1)", "last", "the last call", "Move"),
    Key("sort", "list", "s", "s", "sort", "sort", "order by the next column; a click on its head does too", "Calls", 5),
    Key("reverse", "list", "S", "S", "reverse", "reverse", "turn the order round", "Calls"),
    Key("list.curl", "list", "y", "y", "copy('curl')", "curl", "copy the call as a curl command", "Calls", 7),
    Key("close", "inspector", "escape,q", "esc", "close", "back", "back to the list", "Inspector", 1),
    Key("newer", "inspector", "left,h", "←", "other(-1)", "newer", "the call above", "Inspector"),
    Key("older", "inspector", "right,l", "→", "other(1)", "older", "the call below", "Inspector"),
    Key("part.next", "inspector", "tab", "tab", "part(1)", "part", "the next part", "Inspector", 3),
    Key("part.previous", "inspector", "shift+tab", "⇧tab", "part(-1)", "part before", "the part before", "Inspector"),
    Key("find", "inspector", "slash", "/", "find", "find", "search in this part", "Inspector", 4),
    Key("find.next", "inspector", "n", "n", "find_next(1)", "next hit", "the next hit", "Inspector"),
    Key("find.previous", "inspector", "N", "N", "find_next(-1)", "hit before", "the hit before", "Inspector"),
    Key("fold", "inspector", "space,enter", "space", "fold", "fold", "fold or unfold what is at the top", "Inspector"),
    Key("copy", "inspector", "y", "y", "copy('part')", "copy", "copy this part", "Inspector", 5),
    Key("curl", "inspector", "c", "c", "copy('curl')", "curl", "copy as a curl command", "Inspector", 6),
    Key("python", "inspector", "p", "p", "copy('python')", "python", "copy as openai-python", "Inspector", 7),
)


def bindings(place: Place) -> list[BindingType]:
    """The bindings of one place, for a class's BINDINGS."""
    return [
        Binding(key.keys, key.action, key.label, id=key.id, tooltip=key.tooltip, show=False)
        for key in KEYS
        if key.place == place
    ]


def footer(places: Iterable[Place]) -> list[Key]:
    """What the bottom line names, in its order."""
    wanted = set(places)
    shown = [key for key in KEYS if key.footer and key.place in wanted]
    if "inspector" in wanted:  # its own keys hide the screen's below it
        shown = [key for key in shown if key.place == "inspector" or key.id in ("help", "palette")]
    return sorted(shown, key=lambda key: key.footer)


def by_group() -> dict[str, list[Key]]:
    """The keys for the help screen and the docs, in their groups."""
    groups: dict[str, list[Key]] = {}
    for key in KEYS:
        groups.setdefault(key.group, []).append(key)
    return groups
