"""Settings that the screen's dialogs change. Runs in an errand's thread."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ..agent.lifecycle import reload
from ..agent.locations import Home
from ..agent.settings_file import change, remove
from .errands import Report


@dataclass(frozen=True, slots=True)
class Change:
    """What goes into a table of config.toml; `values` None takes the table out. `what` says it to the reader."""

    what: str
    table: tuple[str, ...]
    values: Mapping[str, Any] | None


def keep(home: Home, wanted: Change, report: Report) -> str:
    """Write the change; what to tell the reader.

    A running agent reads its settings again, unless they are the screen's alone. Raises WiretallyError.
    """
    del report
    if wanted.values is None:
        remove(home.config, wanted.table)
    else:
        change(home.config, wanted.table, wanted.values)
    said = f"{wanted.what}: kept in {home.config}"
    if wanted.table[0] == "tui":
        return said
    return f"{said}; the agent reads it now" if reload(home) else f"{said}; the next agent reads it"
