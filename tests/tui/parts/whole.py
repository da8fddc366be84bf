"""A call read whole from a real database, for the tests of the parts."""

from __future__ import annotations

from wiretally.agent.entry import Entry
from wiretally.agent.locations import Home
from wiretally.agent.queries.reader import Reader
from wiretally.agent.queries.where import EVERYTHING
from wiretally.agent.store import Store
from wiretally.tui.outline import Part
from wiretally.tui.parts.reading import Whole, WholeReader


def whole_of(place: Home, store: Store, entry: Entry) -> Whole:
    """Save `entry` as the first call and read it."""
    store.save([entry])
    with Reader(place.database) as reader:
        whole = WholeReader(1, EVERYTHING).read(reader)
    assert whole is not None
    return whole


def text_of(part: Part) -> str:
    return "\n".join(entry.text for entry in part.entries)
