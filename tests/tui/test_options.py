"""What a screen is opened with where nothing is said."""

from __future__ import annotations

import time

from wiretally.agent.locations import Home
from wiretally.tui.options import Options


def test_the_defaults_are_those_of_config_toml(place: Home) -> None:
    options = Options(place)
    assert options.settings.theme == "wiretally-dark"
    assert options.scenarios == {}
    assert abs(options.clock() - time.time()) < 5
