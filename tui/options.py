"""What the screen is opened with. Its own file because tests and the command line make one without the screen."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from ..agent.locations import Home
from ..agent.settings import TuiSettings


@dataclass(frozen=True, slots=True)
class Options:
    """`clock` gives Unix seconds; tests hold it still."""

    home: Home
    settings: TuiSettings = field(default_factory=lambda: TuiSettings.model_validate({}))
    scenarios: Mapping[str, str] = field(default_factory=dict[str, str])
    alarm_below: Decimal | None = None
    clock: Callable[[], float] = time.time
