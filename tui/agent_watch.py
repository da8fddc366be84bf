"""Whether an agent runs, and where its doors are. Asked of the agent itself, in the feed's thread."""

from __future__ import annotations

from ..agent.lifecycle import status
from ..agent.locations import Home
from .widgets.bars import Title


def read_title(home: Home, before: Title) -> Title:
    """What the title line says of the agent. `before` tells an agent that has gone from one that never was."""
    found = status(home)
    if found is None:
        gone = before.agent in ("running", "lost")
        return Title(session=before.session, agent="lost" if gone else "absent")
    return Title(
        session=found.session,
        agent="running",
        port=found.port,
        base_url_port=found.base_url_port,
        dropped=found.dropped,
    )
