"""The doors a command should lead to: those of the running agent, else those the settings name."""

from __future__ import annotations

from ..doors import Doors
from ..locations import Home
from ..settings import load


def doors_in_use(home: Home) -> Doors:
    """Where the agent of `home` listens, or will listen."""
    from .. import lifecycle

    if status := lifecycle.status(home):
        return status.doors
    settings = load(home.config).agent
    return Doors.of(settings.port, settings.base_url_port, settings.listen_host)
