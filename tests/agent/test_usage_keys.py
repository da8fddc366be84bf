"""Usage is counted once: by the request that made it, else by whoever reported it first."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from wiretally.agent.call import Usage
from wiretally.agent.entry import Entry
from wiretally.agent.queries import calls, totals
from wiretally.agent.queries.reader import Reader
from wiretally.agent.store import Store
from wiretally.agent.verify import verify

from . import made

POST = made.entry(10, usage_key="resp_1")
GET = made.entry(20, usage_key="resp_1", method="GET", body_hash=None)
LATER = made.entry(30, usage_key="resp_1", method="GET", body_hash=None)


def stored(folder: Path, batches: list[list[Entry]]) -> Path:
    """A database with these, saved batch by batch, whose sums are true."""
    path = folder / "wiretally.db"
    store = Store(path)
    for batch in batches:
        store.save(batch)
    store.close()
    assert verify(path).problems == ()
    return path


def input_tokens(path: Path) -> dict[str, int | None]:
    """By the call's uid."""
    with Reader(path) as reader:
        return {row.uid: row.input_tokens for row in calls.page(reader).rows}


@pytest.mark.parametrize(
    "batches",
    [
        [[POST, GET, LATER]], [[POST], [GET], [LATER]], [[LATER], [GET], [POST]], [[GET, LATER], [POST]],
        [[POST], [POST, GET]],
    ],
)  # fmt: skip
def test_the_request_that_made_it_owns_it(tmp_path: Path, batches: list[list[Entry]]) -> None:
    path = stored(tmp_path, batches)
    with Reader(path) as reader:
        rows = {row.uid: row for row in calls.page(reader).rows}
        assert rows.pop(POST.call.uid).input_tokens == 1010
        for row in rows.values():
            assert (row.input_tokens, row.cost, row.usage_source, row.cost_source) == (None, None, "none", "free")
        assert totals.totals(reader).input_tokens == 1010


def test_of_readers_alone_the_first_owns_it(tmp_path: Path) -> None:
    path = stored(tmp_path, [[LATER], [GET]])
    assert input_tokens(path) == {GET.call.uid: 1020, LATER.call.uid: None}


def test_a_report_takes_over_from_an_estimate(tmp_path: Path) -> None:
    estimate = made.entry(10, usage_key="resp_1", usage=Usage(7, output_tokens=3, source="estimated"), state="aborted")
    path = stored(tmp_path, [[estimate], [GET]])
    with Reader(path) as reader:
        found = totals.totals(reader)
        assert (found.input_tokens, found.estimated_input_tokens) == (1020, 0)


UPDATE = made.entry(40, usage_key="resp_1", endpoint="/v1/chat/completions/{id}")


@pytest.mark.parametrize("batches", [[[POST, UPDATE]], [[POST], [UPDATE]], [[UPDATE], [POST]]])
def test_changing_what_is_kept_of_a_generation_reads_it(tmp_path: Path, batches: list[list[Entry]]) -> None:
    path = stored(tmp_path, batches)
    assert input_tokens(path) == {POST.call.uid: 1010, UPDATE.call.uid: None}


AGAIN = made.entry(50, usage_key="resp_1")
SPOKEN = made.entry(60, usage_key="resp_1", kind="realtime", method="GET", status=101)


@pytest.mark.parametrize(
    "batches", [[[POST, AGAIN, GET, SPOKEN]], [[POST], [GET], [AGAIN], [SPOKEN]], [[GET], [SPOKEN, AGAIN], [POST]]]
)
def test_each_request_for_a_generation_made_one_whatever_its_id(tmp_path: Path, batches: list[list[Entry]]) -> None:
    path = stored(tmp_path, batches)
    own = {it.call.uid: it.call.usage.input_tokens for it in (POST, AGAIN, SPOKEN)}
    assert input_tokens(path) == {**own, GET.call.uid: None}
    with Reader(path) as reader:
        assert totals.totals(reader).input_tokens == 1010 + 1050 + 1060


def test_a_run_counts_once_whoever_carried_it_on(tmp_path: Path) -> None:
    run: dict[str, Any] = {"usage_key": "run_1", "kind": "assistants", "endpoint": "/v1/threads/{id}/runs"}
    path = stored(tmp_path, [[made.entry(10, **run)], [made.entry(20, **run)]])
    with Reader(path) as reader:
        assert totals.totals(reader).input_tokens == 1010
