"""Every key, once. Bindings, footer, help, palette and the table in docs/screen.md come from here."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Literal

from textual.binding import Binding, BindingType

from .key_names import key_names, key_sign

type Place = Literal[
    "app", "list", "filter", "inspector", "find", "compare", "table", "alarms", "sessions", "conversations",
    "dialog", "tick", "pick", "question", "columns", "help",
]  # fmt: skip
"""Where a key works: anywhere but in a dialog, on the list of calls, in the filter's line, in the Inspector, in what is
searched for there, on two things side by side, on the table of any tab, on that of one tab, in every dialog, on a box
and on a choice in one, in a question, in the dialog of columns, in the help."""


@dataclass(frozen=True, slots=True)
class Key:
    """One key. `[tui.keys]` in config.toml names it by `id`; `footer` orders it in the bottom line, 0 leaves it out."""

    id: str
    place: Place
    keys: str  # Textual's names, comma between alternatives
    action: str
    label: str
    tooltip: str
    group: str
    footer: int = 0

    @property
    def shown(self) -> str:
        """The first of its keys as people read it: `⏎`, `^p`."""
        return key_sign(self.keys.split(",")[0])

    @property
    def all_shown(self) -> str:
        """All of them: `↑ k`."""
        return " ".join(key_sign(name) for name in self.keys.split(","))


TABS = ("live", "cost", "latency", "errors", "conversations", "insights", "alarms", "sessions")
"""The tabs in their order; their number is their key."""

KEYS: tuple[Key, ...] = (
    *(
        Key(
            f"tab.{name}",
            "app",
            str(number),
            f"show_tab('{name}')",
            name.title(),
            f"the {name.title()} tab",
            "Tabs",
        )
        for number, name in enumerate(TABS, 1)
    ),
    Key("tab.next", "list", "tab", "app.next_tab(1)", "next", "the next tab", "Tabs"),
    Key("tab.previous", "list", "shift+tab", "app.next_tab(-1)", "previous", "the tab before", "Tabs"),
    Key("filter", "app", "slash", "filter", "filter", "only calls that match; see Filters below", "Calls", 2),
    Key("range", "app", "w", "next_range", "window", "the next range of time, today to all", "Calls"),
    Key("range.type", "app", "W", "type_range", "range", "a range of time: 2h, 7d, since..until", "Calls"),
    Key("by", "app", "b", "choose(1)", "by", "the next way to look: by model, app", "Tabs"),
    Key("pause", "app", "space", "pause", "pause", "freeze the screen; recording goes on", "Calls", 3),
    Key("follow", "app", "f", "follow", "follow", "keep the newest call in view", "Calls", 4),
    Key("export", "app", "e", "export", "export", "what is shown, to a file, in any format", "Calls", 6),
    Key("back", "app", "escape", "clear_filter", "back", "leave the filter, then clear it", "Screen"),
    Key("theme", "app", "t", "toggle_dark_light", "theme", "dark or light", "Screen"),
    Key("help", "app", "question_mark,f1", "help", "help", "these pages", "Screen", 9),
    Key("palette", "app", "ctrl+p", "command_palette", "commands", "search everything by name", "Screen", 10),
    Key("quit", "app", "q,ctrl+q", "quit", "quit", "close the screen", "Screen", 11),
    Key("inspect", "list", "enter", "inspect", "inspect", "open the call under the cursor", "Calls", 1),
    Key("up", "list", "up,k", "move(-1)", "up", "one call up", "Move"),
    Key("down", "list", "down,j", "move(1)", "down", "one call down", "Move"),
    Key("page_up", "list", "pageup", "page(-1)", "page up", "a screenful up", "Move"),
    Key("page_down", "list", "pagedown", "page(1)", "page down", "a screenful down", "Move"),
    Key("first", "list", "home,g", "edge(-1)", "first", "the first call", "Move"),
    Key("last", "list", "end,G", "edge(1)", "last", "the last call", "Move"),
    Key("sort", "list", "s", "sort", "sort", "by the next column; a click on its head", "Calls", 5),
    Key("reverse", "list", "S", "reverse", "reverse", "turn the order round", "Calls"),
    Key("columns", "list", "c", "columns", "columns", "choose, order and sort the columns", "Calls", 8),
    Key("list.curl", "list", "y", "copy('curl')", "curl", "copy the call as a curl command", "Calls", 8),
    Key("list.python", "list", "p", "copy('python')", "python", "copy the call as openai-python", "Calls"),
    Key("list.note", "list", "m", "call('note')", "remark", "a remark and a rating on the call", "Calls"),
    Key("list.replay", "list", "r", "call('replay')", "replay", "send the call again, after a yes", "Calls", 7),
    Key("list.compare", "list", "d", "call('compare')", "diff", "mark it; on another: side by side", "Calls", 7),
    Key("close", "inspector", "escape,q", "close", "back", "back to the list", "Inspector", 1),
    Key("newer", "inspector", "left,h", "other(-1)", "newer", "the call above", "Inspector"),
    Key("older", "inspector", "right,l", "other(1)", "older", "the call below", "Inspector"),
    Key("part.next", "inspector", "tab", "part(1)", "part", "the next part", "Inspector", 3),
    Key("part.previous", "inspector", "shift+tab", "part(-1)", "part before", "the part before", "Inspector"),
    Key("find", "inspector", "slash", "find", "find", "search in this part", "Inspector", 4),
    Key("find.next", "inspector", "n", "find_next(1)", "next hit", "the next hit", "Inspector"),
    Key("find.previous", "inspector", "N", "find_next(-1)", "hit before", "the hit before", "Inspector"),
    Key("fold", "inspector", "space,enter", "fold", "fold", "fold or unfold what is at the top", "Inspector"),
    Key("copy", "inspector", "y", "copy('part')", "copy", "copy this part", "Inspector", 5),
    Key("curl", "inspector", "c", "copy('curl')", "curl", "copy as a curl command", "Inspector", 8),
    Key("python", "inspector", "p", "copy('python')", "python", "copy as openai-python", "Inspector", 9),
    Key("note", "inspector", "m", "call('note')", "remark", "a remark and a rating on it", "Inspector", 10),
    Key("replay", "inspector", "r", "call('replay')", "replay", "send it again, after a yes", "Inspector", 6),
    Key("compare", "inspector", "d", "call('compare')", "diff", "mark; on another: side by side", "Inspector", 7),
    Key("scroll.up", "inspector", "up,k", "move(-1)", "up", "a line up", "Inspector"),
    Key("scroll.down", "inspector", "down,j", "move(1)", "down", "a line down", "Inspector"),
    Key("scroll.page_up", "inspector", "pageup", "page(-1)", "page up", "a screenful up", "Inspector"),
    Key("scroll.page_down", "inspector", "pagedown", "page(1)", "page down", "a screenful down", "Inspector"),
    Key("scroll.first", "inspector", "home,g", "edge(-1)", "top", "the beginning", "Inspector"),
    Key("scroll.last", "inspector", "end,G", "edge(1)", "end", "the end", "Inspector"),
    Key("compare.close", "compare", "escape,q", "close", "back", "back to where you were", "Side by side", 1),
    Key("compare.all", "compare", "a", "everything", "all", "what is the same as well", "Side by side", 2),
    Key("compare.fold", "compare", "space,enter", "fold", "fold", "fold or unfold", "Side by side", 3),
    Key("compare.copy", "compare", "y", "copy", "copy", "copy as text", "Side by side", 4),
    Key("compare.up", "compare", "up,k", "move(-1)", "up", "a line up", "Side by side"),
    Key("compare.down", "compare", "down,j", "move(1)", "down", "a line down", "Side by side"),
    Key("compare.page_up", "compare", "pageup", "page(-1)", "page up", "a screenful up", "Side by side"),
    Key("compare.page_down", "compare", "pagedown", "page(1)", "page down", "a screenful down", "Side by side"),
    Key("compare.first", "compare", "home,g", "edge(-1)", "top", "the beginning", "Side by side"),
    Key("compare.last", "compare", "end,G", "edge(1)", "end", "the end", "Side by side"),
    Key("pick", "table", "enter", "pick", "open", "the calls behind; of an alarm, its rule", "Tabs", 1),
    Key("table.sort", "table", "s", "sort", "sort", "by the next column; a click on its head", "Tabs", 5),
    Key("table.reverse", "table", "S", "reverse", "reverse", "turn the order round", "Tabs"),
    Key("table.up", "table", "up,k", "move(-1)", "up", "one row up", "Tabs"),
    Key("table.down", "table", "down,j", "move(1)", "down", "one row down", "Tabs"),
    Key("table.page_up", "table", "pageup", "page(-1)", "page up", "a screenful up", "Tabs"),
    Key("table.page_down", "table", "pagedown", "page(1)", "page down", "a screenful down", "Tabs"),
    Key("table.first", "table", "home,g", "edge(-1)", "first", "the first row", "Tabs"),
    Key("table.last", "table", "end,G", "edge(1)", "last", "the last row", "Tabs"),
    Key("table.next", "table", "tab", "app.next_tab(1)", "next", "the next tab", "Tabs"),
    Key("table.previous", "table", "shift+tab", "app.next_tab(-1)", "previous", "the tab before", "Tabs"),
    Key("alarm.add", "alarms", "a", "add", "add", "a new rule", "Alarms", 2),
    Key("alarm.switch", "alarms", "o", "switch", "on/off", "switch the rule off or on", "Alarms", 3),
    Key("alarm.ring", "alarms", "r", "ring", "ring", "send its notifications, marked as a test", "Alarms", 4),
    Key("alarm.delete", "alarms", "x", "delete", "delete", "take the rule out, after a yes", "Alarms", 5),
    Key("session.compare", "sessions", "d", "compare", "diff", "mark; on another: side by side", "Sessions", 2),
    Key("session.rename", "sessions", "r", "rename", "rename", "another name for the run", "Sessions", 3),
    Key("session.delete", "sessions", "x", "delete", "delete", "with its calls, after a yes", "Sessions", 4),
    Key("thread.rename", "conversations", "r", "rename", "rename", "another title", "Conversations", 2),
    Key("thread.delete", "conversations", "x", "delete", "delete", "with its calls; asks", "Conversations", 3),
    Key("filter.older", "filter", "up", "recall(-1)", "older", "the filter before", "Filter"),
    Key("filter.newer", "filter", "down", "recall(1)", "newer", "the filter after it", "Filter"),
    Key("filter.complete", "filter", "tab", "complete", "complete", "take what is proposed", "Filter"),
    Key("filter.apply", "filter", "enter", "submit", "apply", "back to the list, with the filter", "Filter"),
    Key("filter.leave", "filter", "escape", "leave", "leave", "back to the list, as it was applied", "Filter"),
    Key("find.done", "find", "enter", "submit", "done", "back to the part, on the first hit", "Inspector"),
    Key("leave", "dialog", "escape", "leave", "leave", "change nothing", "Dialogs"),
    Key("submit", "dialog", "ctrl+s", "submit", "do it", "do it, as ⏎ in a line or on the button", "Dialogs"),
    Key("field.next", "dialog", "tab", "app.focus_next", "next", "the next field", "Dialogs"),
    Key("field.previous", "dialog", "shift+tab", "app.focus_previous", "previous", "the field before", "Dialogs"),
    Key("field.tick", "tick", "space,enter", "toggle_button", "tick", "set or clear a box", "Dialogs"),
    Key("field.open", "pick", "enter,space,down,up", "show_overlay", "choose", "open a choice; ↑ ↓ ⏎ take", "Dialogs"),
    Key("yes", "question", "y", "submit", "yes", "yes", "Questions"),
    Key("no", "question", "n", "leave", "no", "no; the cursor stands on it", "Questions"),
    Key("answer.other", "question", "left,right", "app.focus_next", "other", "the other answer; ⏎ takes", "Questions"),
    Key("columns.above", "columns", "up,k", "move(-1)", "up", "the column above", "Columns"),
    Key("columns.below", "columns", "down,j", "move(1)", "down", "the column below", "Columns"),
    Key("columns.switch", "columns", "space", "switch", "show", "show the column or not", "Columns"),
    Key("columns.up", "columns", "K,shift+up", "shift(-1)", "up", "move the column to the left", "Columns"),
    Key("columns.down", "columns", "J,shift+down", "shift(1)", "down", "move it to the right", "Columns"),
    Key("columns.sort", "columns", "s", "sort", "sort", "order the calls by it; again turns round", "Columns"),
    Key("columns.fit", "columns", "r", "fit", "reset", "as many as fit, as at first", "Columns"),
    Key("columns.use", "columns", "enter", "screen.submit", "use now", "use them while the screen is open", "Columns"),
    Key("columns.keep", "columns", "w", "keep", "keep", "keep them for good, in config.toml", "Columns"),
    Key("help.close", "help", "escape,q,question_mark,f1", "close", "close", "back to where you were", "Help"),
    Key("help.up", "help", "up,k", "move(-1)", "up", "a line up", "Help"),
    Key("help.down", "help", "down,j", "move(1)", "down", "a line down", "Help"),
    Key("help.page_up", "help", "pageup", "page(-1)", "page up", "a screenful up", "Help"),
    Key("help.page_down", "help", "pagedown,space", "page(1)", "page down", "a screenful down", "Help"),
    Key("help.first", "help", "home,g", "edge(-1)", "top", "the beginning", "Help"),
    Key("help.last", "help", "end,G", "edge(1)", "end", "the end", "Help"),
)


def configured(chosen: Mapping[str, str]) -> dict[str, Key]:
    """All keys by their ids, those of `[tui.keys]` with what was chosen there."""
    names = {name: key_names(typed) for name, typed in chosen.items()}
    return {key.id: replace(key, keys=names.get(key.id) or key.keys) for key in KEYS}


def clashes(keys: Mapping[str, Key], chosen: Mapping[str, str]) -> list[str]:
    """What is wrong with `chosen`, a line each: no such id, nothing for one, a key that does something else already."""
    problems = list[str]()
    for name, typed in chosen.items():
        if (key := keys.get(name)) is None:
            problems.append(f"there is no key {name!r}; the help lists them")
            continue
        if not key_names(typed):
            problems.append(f"{name} is set to nothing; it stays on {key.shown}")
            continue
        beside = [other for other in keys.values() if other is not key and together(other.place, key.place)]
        for pressed in key.keys.split(","):
            if taken := next((other for other in beside if pressed in other.keys.split(",")), None):
                problems.append(f"{name} = {key_sign(pressed)!r} is what {taken.id} is on")
    return problems


def together(one: Place, other: Place) -> bool:
    """Whether a key of one place would hide the same key of the other."""
    return one == other or any({one, other} <= set(places_of(tab)) for tab in TABS) or {one, other} in NESTED


NESTED: tuple[set[Place], ...] = tuple({"dialog", inside} for inside in ("question", "columns", "tick", "pick"))
"""Places besides those of the tabs whose keys work at the same time."""


AHEAD = "filter"
"""The key that has done its work before the next one is looked at: tui/typing_ahead.py."""


def bindings(place: Place) -> list[BindingType]:
    """The bindings of one place, for a class's BINDINGS."""
    return [
        Binding(key.keys, key.action, key.label, False, priority=key.id == AHEAD, tooltip=key.tooltip, id=key.id)
        for key in KEYS
        if key.place == place
    ]


def places_of(tab: str) -> tuple[Place, ...]:
    """Where keys work while a tab is shown."""
    if tab == "live":
        return ("app", "list")
    own: tuple[Place, ...] = ("alarms", "sessions", "conversations")
    return ("app", "table", *(place for place in own if place == tab))


def footer(places: Iterable[Place], keys: Iterable[Key] = KEYS) -> list[Key]:
    """What the bottom line names, in its order."""
    wanted = set(places)
    shown = [key for key in keys if key.footer and key.place in wanted]
    if wanted & {"inspector", "compare"}:  # their own keys hide the screen's below them
        shown = [key for key in shown if key.place != "app" or key.id in ("help", "palette")]
    elif "table" in wanted:
        shown = [key for key in shown if key.id not in ("filter", "pause", "follow")]
        if "alarms" in wanted:  # what fires stands first there; nothing sorts it
            shown = [key for key in shown if key.id != "table.sort"]
    return sorted(shown, key=lambda key: key.footer)


def by_group(keys: Iterable[Key] = KEYS) -> dict[str, list[Key]]:
    """The keys for the help screen and the docs, in their groups."""
    groups: dict[str, list[Key]] = {}
    for key in keys:
        groups.setdefault(key.group, []).append(key)
    return groups
