"""The price file is whole, dated and overridden name by name."""

from __future__ import annotations

import tomllib
from datetime import date
from decimal import Decimal
from importlib.resources import files
from typing import Any

from wiretally.agent.price_file import PriceFile
from wiretally.agent.settings import PriceSettings


def test_every_table_says_where_and_when_it_was_read() -> None:
    text = files("wiretally.agent").joinpath("prices.toml").read_text("utf-8")
    tables: dict[str, Any] = tomllib.loads(text)
    for table in ("tools", "containers", "images", "videos", "training"):
        read = tables["read"][table]
        assert date(2025, 1, 1) < date.fromisoformat(read["date"]) < date(2027, 1, 1)
        assert read["source"]


def test_the_users_price_hides_ours_and_only_that() -> None:
    own = PriceSettings.model_validate({"images": {"dall-e-3": {"hd 1024x1024": "0.5"}}, "tools": {"file_search": 1}})
    prices = PriceFile(own)
    mine = prices.find("images", "dall-e-3", "hd 1024x1024")
    ours = prices.find("images", "dall-e-3", "standard 1024x1024")
    assert mine is not None
    assert ours is not None
    assert (mine.usd, mine.source) == (Decimal("0.5"), "config.toml")
    assert (ours.usd, ours.date) == (Decimal("0.04"), "2026-11-25")
    assert prices.find("tools", "file_search") != PriceFile(PriceSettings.model_validate({})).find(
        "tools", "file_search"
    )


def test_what_has_no_price_is_none() -> None:
    prices = PriceFile(PriceSettings.model_validate({}))
    assert prices.find("images", "dall-e-3", "huge") is None
    assert prices.find("images", "nobody", "x") is None
    assert prices.find("containers") is None
