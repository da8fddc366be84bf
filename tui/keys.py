"""Every key, once. Bindings, footer, help, palette and the table in docs/screen.md come from here."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from textual.binding import Binding, BindingType

type Place = Literal[
    "app", "list", "inspector", "compare", "table", "alarms", "sessions", "conversations", "dialog", "columns"
]
"""Where a key works: anywhere but in a dialog, on the list of calls, in the Inspector, on two things side by side, on
the table of any tab, on that of one tab, in every dialog, in the dialog of columns."""


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
    Key("by", "app", "b", "b", "choose(1)", "by", "look at the tab another way: model, app, hour", "Tabs"),
    Key("pause", "app", "space", "space", "pause", "pause", "freeze the screen; recording goes on", "Calls", 3),
    Key("follow", "app", "f", "f", "follow", "follow", "keep the newest call in view", "Calls", 4),
    Key("export", "app", "e", "e", "export", "export", "what is shown, to a file, in any format", "Calls", 6),
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
    Key("sort", "list", "s", "s", "sort", "sort", "by the next column; a click on a head does too", "Calls", 5),
    Key("reverse", "list", "S", "S", "reverse", "reverse", "turn the order round", "Calls"),
    Key("columns", "list", "c", "c", "columns", "columns", "choose, order and sort the columns", "Calls", 8),
    Key("list.curl", "list", "y", "y", "copy('curl')", "curl", "copy the call as a curl command", "Calls", 8),
    Key("list.python", "list", "p", "p", "copy('python')", "python", "copy the call as openai-python", "Calls"),
    Key("list.note", "list", "m", "m", "call('note')", "remark", "a remark and a rating on the call", "Calls"),
    Key("list.replay", "list", "r", "r", "call('replay')", "replay", "send the call again, after a yes", "Calls", 7),
    Key("list.compare", "list", "d", "d", "call('compare')", "diff", "mark it; on another: side by side", "Calls", 7),
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
    Key("curl", "inspector", "c", "c", "copy('curl')", "curl", "copy as a curl command", "Inspector", 8),
    Key("python", "inspector", "p", "p", "copy('python')", "python", "copy as openai-python", "Inspector", 9),
    Key("note", "inspector", "m", "m", "call('note')", "remark", "a remark and a rating on it", "Inspector", 10),
    Key("replay", "inspector", "r", "r", "call('replay')", "replay", "send it again, after a yes", "Inspector", 6),
    Key("compare", "inspector", "d", "d", "call('compare')", "diff", "mark; on another: side by side", "Inspector", 7),
    Key("scroll.up", "inspector", "up,k", "↑ k", "move(-1)", "up", "a line up", "Inspector"),
    Key("scroll.down", "inspector", "down,j", "↓ j", "move(1)", "down", "a line down", "Inspector"),
    Key("scroll.page_up", "inspector", "pageup", "PgUp", "page(-1)", "page up", "a screenful up", "Inspector"),
    Key("scroll.page_down", "inspector", "pagedown", "PgDn", "page(1)", "page down", "a screenful down", "Inspector"),
    Key("scroll.first", "inspector", "home,g", "Home g", "edge(-1)", "top", "the beginning", "Inspector"),
    Key("scroll.last", "inspector", "end,G", "End G", "edge(1)", "end", "the end", "Inspector"),
    Key("compare.close", "compare", "escape,q", "esc", "close", "back", "back to where you were", "Side by side", 1),
    Key("compare.all", "compare", "a", "a", "everything", "all", "what is the same as well", "Side by side", 2),
    Key("compare.fold", "compare", "space,enter", "space", "fold", "fold", "fold or unfold", "Side by side", 3),
    Key("compare.copy", "compare", "y", "y", "copy", "copy", "copy as text", "Side by side", 4),
    Key("compare.up", "compare", "up,k", "↑ k", "move(-1)", "up", "a line up", "Side by side"),
    Key("compare.down", "compare", "down,j", "↓ j", "move(1)", "down", "a line down", "Side by side"),
    Key("compare.page_up", "compare", "pageup", "PgUp", "page(-1)", "page up", "a screenful up", "Side by side"),
    Key("compare.page_down", "compare", "pagedown", "PgDn", "page(1)", "page down", "a screenful down", "Side by side"),
    Key("compare.first", "compare", "home,g", "Home g", "edge(-1)", "top", "the beginning", "Side by side"),
    Key("compare.last", "compare", "end,G", "End G", "edge(1)", "end", "the end", "Side by side"),
    Key("pick", "table", "enter", "⏎", "pick", "open", "the calls behind the row; of an alarm, its rule", "Tabs", 1),
    Key("table.up", "table", "up,k", "↑ k", "move(-1)", "up", "one row up", "Tabs"),
    Key("table.down", "table", "down,j", "↓ j", "move(1)", "down", "one row down", "Tabs"),
    Key("table.page_up", "table", "pageup", "PgUp", "page(-1)", "page up", "a screenful up", "Tabs"),
    Key("table.page_down", "table", "pagedown", "PgDn", "page(1)", "page down", "a screenful down", "Tabs"),
    Key("table.first", "table", "home,g", "Home g", "edge(-1)", "first", "the first row", "Tabs"),
    Key("table.last", "table", "end,G", "End G", "edge(1)", "last", "the last row", "Tabs"),
    Key("table.next", "table", "tab", "tab", "app.next_tab(1)", "next", "the next tab", "Tabs"),
    Key("table.previous", "table", "shift+tab", "⇧tab", "app.next_tab(-1)", "previous", "the tab before", "Tabs"),
    Key("alarm.add", "alarms", "a", "a", "add", "add", "a new rule", "Alarms", 2),
    Key("alarm.switch", "alarms", "o", "o", "switch", "on/off", "switch the rule off or on", "Alarms", 3),
    Key("alarm.ring", "alarms", "r", "r", "ring", "ring", "send its notifications, marked as a test", "Alarms", 4),
    Key("alarm.delete", "alarms", "x", "x", "delete", "delete", "take the rule out, after a yes", "Alarms", 5),
    Key("session.compare", "sessions", "d", "d", "compare", "diff", "mark; on another: side by side", "Sessions", 2),
    Key("session.rename", "sessions", "r", "r", "rename", "rename", "another name for the run", "Sessions", 3),
    Key("session.delete", "sessions", "x", "x", "delete", "delete", "with its calls, after a yes", "Sessions", 4),
    Key("thread.rename", "conversations", "r", "r", "rename", "rename", "another title", "Conversations", 2),
    Key("thread.delete", "conversations", "x", "x", "delete", "delete", "with its calls; asks", "Conversations", 3),
    Key("leave", "dialog", "escape", "esc", "leave", "leave", "change nothing", "Dialogs"),
    Key("submit", "dialog", "ctrl+s", "^s ⏎", "submit", "do it", "do it", "Dialogs"),
    Key("columns.switch", "columns", "space", "space", "switch", "show", "show the column or not", "Columns"),
    Key("columns.up", "columns", "K,shift+up", "K ⇧↑", "shift(-1)", "up", "move the column to the left", "Columns"),
    Key("columns.down", "columns", "J,shift+down", "J ⇧↓", "shift(1)", "down", "move it to the right", "Columns"),
    Key("columns.sort", "columns", "s", "s", "sort", "sort", "order the calls by it; again turns round", "Columns"),
    Key("columns.fit", "columns", "r", "r", "fit", "reset", "as many as fit, as at first", "Columns"),
    Key("columns.keep", "columns", "w", "w", "keep", "keep", "keep them for good, in config.toml", "Columns"),
)


def bindings(place: Place) -> list[BindingType]:
    """The bindings of one place, for a class's BINDINGS."""
    return [
        Binding(key.keys, key.action, key.label, id=key.id, tooltip=key.tooltip, show=False)
        for key in KEYS
        if key.place == place
    ]


def places_of(tab: str) -> tuple[Place, ...]:
    """Where keys work while a tab is shown."""
    if tab == "live":
        return ("app", "list")
    own: tuple[Place, ...] = ("alarms", "sessions", "conversations")
    return ("app", "table", *(place for place in own if place == tab))


def footer(places: Iterable[Place]) -> list[Key]:
    """What the bottom line names, in its order."""
    wanted = set(places)
    shown = [key for key in KEYS if key.footer and key.place in wanted]
    if wanted & {"inspector", "compare"}:  # their own keys hide the screen's below them
        shown = [key for key in shown if key.place != "app" or key.id in ("help", "palette")]
    elif "table" in wanted:
        shown = [key for key in shown if key.id not in ("filter", "pause", "follow")]
    return sorted(shown, key=lambda key: key.footer)


def by_group() -> dict[str, list[Key]]:
    """The keys for the help screen and the docs, in their groups."""
    groups: dict[str, list[Key]] = {}
    for key in KEYS:
        groups.setdefault(key.group, []).append(key)
    return groups
