"""Filters kept from one screen to the next."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from wiretally.agent.errors import WiretallyError
from wiretally.agent.locations import Home
from wiretally.agent.store import Store
from wiretally.tui.filter_history import MOST, MOST_BYTES, keep, load

from ..agent.made import entry
from .driving import opened


def test_filters_come_back_once_each_the_newest_last_and_for_the_owner_alone(tmp_path: Path) -> None:
    path = tmp_path / "filters"
    assert load(path) == []
    for text in ("status:429", "model:gpt-5*", "status:429"):
        keep(path, text)
    assert load(path) == ["model:gpt-5*", "status:429"]
    assert path.stat().st_mode & 0o777 == 0o600


def test_the_file_is_cut_back_where_it_has_grown(tmp_path: Path) -> None:
    path = tmp_path / "filters"
    for number in range(MOST_BYTES // 10):
        keep(path, f"cost>0.{number}")
    found = load(path)
    assert (len(found), found[-1]) == (MOST, f"cost>0.{MOST_BYTES // 10 - 1}")
    assert path.stat().st_size < 2000
    assert path.stat().st_mode & 0o777 == 0o600
    assert load(path) == found


def test_filters_are_there_though_their_file_can_not_be_cut_back(tmp_path: Path) -> None:
    path = tmp_path / ("f" * 250)  # a name that no other file beside it can be made from
    path.write_text("status:429\n" * (MOST_BYTES // 10), "utf-8")
    assert load(path) == ["status:429"]
    assert path.stat().st_size > MOST_BYTES


def test_what_is_damaged_is_left_out(tmp_path: Path) -> None:
    path = tmp_path / "filters"
    path.write_bytes(b"status:429\n\x00\xff\x1b[31m\nmodel:\n(((\nfault:quota\ncut of")
    assert load(path) == ["status:429", "fault:quota", "cut of"]


def test_a_file_that_can_be_neither_read_nor_written_is_told(tmp_path: Path) -> None:
    (tmp_path / "filters").mkdir()
    with pytest.raises(WiretallyError, match="can't be read from"):
        load(tmp_path / "filters")
    with pytest.raises(WiretallyError, match="is not kept for later"):
        keep(tmp_path / "filters", "status:429")


async def test_the_next_screen_has_the_filters_of_the_last(place: Home, store: Store) -> None:
    store.save([entry(1)])
    async with opened(place) as screen:
        await screen.shows("1 call")
        await screen.press("slash", *"status:429", "enter")
        await screen.shows("nothing matches")
        await screen.until(lambda: load(place.filters))
    async with opened(place) as screen:
        await screen.shows("1 call")
        await screen.until(lambda: screen.app.live.bar.input.history)
        await screen.press("slash", "up")
        assert screen.app.live.bar.input.value == "status:429"


async def test_a_history_that_cannot_be_read_is_said_and_nothing_else_suffers(place: Home, store: Store) -> None:
    store.save([entry(1)])
    await asyncio.to_thread(place.filters.mkdir)
    async with opened(place) as screen:
        await screen.shows("1 call", "can't be read from")
