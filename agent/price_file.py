"""The prices that come with wiretally (prices.toml), overridden by the user's (config.toml). Its own file because these
are ours to keep up to date, by hand and with a date, while the models' rates come from a maintained library.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from importlib.resources import files
from typing import Any, Literal, cast

from .settings import PriceSettings

type Table = Literal["tools", "containers", "images", "videos", "training"]


@dataclass(frozen=True, slots=True)
class Price:
    """One price and where it was read."""

    usd: Decimal
    source: str
    date: str | None


class PriceFile:
    """Prices by table and name, the user's first."""

    def __init__(self, settings: PriceSettings) -> None:
        text = files(__package__).joinpath("prices.toml").read_text("utf-8")
        self._own: dict[str, Any] = tomllib.loads(text, parse_float=Decimal)
        self._settings = settings
        self.aliases: Mapping[str, str] = {**self._own["aliases"], **settings.aliases}

    def find(self, table: Table, *names: str) -> Price | None:
        """The price at `names` in `table` (a model and a size, say), None where there is none."""
        theirs = _at(getattr(self._settings, table), names)
        if theirs is not None:
            return Price(theirs, "config.toml", None)
        ours = _at(self._own[table], names)
        if ours is None:
            return None
        read: dict[str, str] = self._own["read"].get(f"{table}.{names[0]}") or self._own["read"][table]
        return Price(ours, f"wiretally, read from {read['source']}", read["date"])


def _at(table: object, names: tuple[str, ...]) -> Decimal | None:
    for name in names:
        if not isinstance(table, dict):
            return None
        table = cast(dict[str, Any], table).get(name)
    return table if isinstance(table, Decimal) else None
