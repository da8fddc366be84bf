"""Files that appear whole or not at all, and go on where they were cut off."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from wiretally.agent.errors import WiretallyError
from wiretally.agent.export import RESUMABLE, WITH_BODIES, destination
from wiretally.agent.export.destination import Order, to_file
from wiretally.agent.export.job import Job
from wiretally.agent.queries import export as query
from wiretally.agent.queries.where import EVERYTHING

IDENTITY: dict[str, Any] = {"filter": "", "bodies": False}


class Cut(Exception):
    """The program was stopped."""


def order(job: Callable[..., Job], format: str, identity: dict[str, Any] = IDENTITY) -> Order:
    return Order(format, EVERYTHING, job(ids=(), bodies=format in WITH_BODIES), identity)


def quiet(done: int, total: int) -> None:
    assert done <= total


def cut_at(calls: int) -> Callable[[int, int], None]:
    def progress(done: int, total: int) -> None:
        if done >= calls:
            raise Cut

    return progress


@pytest.fixture
def small_pages(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(query, "PAGE", 20)
    monkeypatch.setattr(destination, "NOTED_EVERY_S", 0)


@pytest.mark.parametrize("format", sorted(RESUMABLE))
@pytest.mark.usefixtures("small_pages")
def test_an_export_that_was_cut_off_goes_on_and_ends_as_if_it_had_not_been(
    job: Callable[..., Job], tmp_path: Path, format: str
) -> None:
    whole, torn = tmp_path / f"whole.{format}", tmp_path / f"torn.{format}"
    to_file(order(job, format), whole, quiet)
    with pytest.raises(Cut):
        to_file(order(job, format), torn, cut_at(120))
    assert not torn.exists()
    assert to_file(order(job, format), torn, quiet).resumed_after
    assert torn.read_bytes() == whole.read_bytes()
    assert sorted(path.name for path in tmp_path.iterdir()) == [torn.name, whole.name]
    assert torn.stat().st_mode & 0o777 == 0o600


@pytest.mark.usefixtures("small_pages")
def test_another_order_begins_anew(job: Callable[..., Job], tmp_path: Path) -> None:
    file = tmp_path / "calls.jsonl"
    with pytest.raises(Cut):
        to_file(order(job, "jsonl"), file, cut_at(120))
    outcome = to_file(order(job, "jsonl", {"filter": "model:x"}), file, quiet)
    assert outcome.resumed_after is None
    assert [json.loads(line)["id"] for line in file.read_bytes().splitlines()] == list(job().ids)


def test_a_folder_that_is_not_there_is_named(job: Callable[..., Job], tmp_path: Path) -> None:
    with pytest.raises(WiretallyError, match=r"cannot write .*missing/calls.jsonl: No such file .*Name a file"):
        to_file(order(job, "jsonl"), tmp_path / "missing" / "calls.jsonl", quiet)
