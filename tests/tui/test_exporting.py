"""Exports as the screen asks for them."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest
from wiretally.agent.errors import WiretallyError
from wiretally.agent.export import FORMATS
from wiretally.agent.filters import parse
from wiretally.agent.locations import Home
from wiretally.agent.queries.where import EVERYTHING
from wiretally.agent.store import Store
from wiretally.tui.exporting import ENDINGS, Choice, export

from ..agent.made import entry, traffic


def unheard(done: int, whole: int) -> None:
    del done, whole


def test_the_filtered_calls_are_written_and_counted(place: Home, store: Store, tmp_path: Path) -> None:
    store.save(traffic(60))
    told: list[tuple[int, int]] = []
    file = tmp_path / "calls.csv"
    said = export(
        place,
        parse("model:gpt-4o"),
        "model:gpt-4o",
        Choice("csv", file),
        lambda done, whole: told.append((done, whole)),
    )
    with file.open(newline="") as opened:
        rows = list(csv.DictReader(opened))
    assert {row["model"] for row in rows} == {"gpt-4o"}
    assert said == f"{len(rows):,} calls written to {file}"
    assert told[-1] == (len(rows), len(rows))


def test_bodies_and_pseudonyms_are_as_chosen(place: Home, store: Store, tmp_path: Path) -> None:
    store.save([entry(1, user="ada@example.org")])
    plain, hidden = tmp_path / "plain.jsonl", tmp_path / "hidden.jsonl"
    export(place, EVERYTHING, "all", Choice("jsonl", plain), unheard)
    export(place, EVERYTHING, "all", Choice("jsonl", hidden, bodies=True, anonymize=True), unheard)
    one, two = (json.loads(file.read_text()) for file in (plain, hidden))
    assert "request_body" not in one
    assert "request_body" in two
    assert one["user"] == "ada@example.org" != two["user"]


def test_a_folder_that_is_gone_is_said(place: Home, store: Store, tmp_path: Path) -> None:
    store.save([entry(1)])
    with pytest.raises(WiretallyError, match="cannot write"):
        export(place, EVERYTHING, "all", Choice("csv", tmp_path / "gone" / "x.csv"), unheard)


def test_every_format_has_an_ending() -> None:
    assert set(ENDINGS) == set(FORMATS)
