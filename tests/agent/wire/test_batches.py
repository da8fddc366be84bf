"""Batches: billed by the first look that finds them over."""

from __future__ import annotations

from typing import Any

import pytest

from .drafts import answered, asked

USAGE = {"input_tokens": 10, "output_tokens": 5, "total_tokens": 15, "input_tokens_details": {"cached_tokens": 4}}


def batch(status: str, **more: Any) -> dict[str, Any]:
    return {"id": "batch_1", "object": "batch", "status": status, "model": "gpt-4o-mini-2024-07-18", **more}


@pytest.mark.parametrize("status", ["completed", "expired", "cancelled"])
def test_one_that_is_over_is_billed_for_its_id(status: str) -> None:
    draft = answered(asked("/v1/batches/batch_1", method="GET"), batch(status, usage=USAGE))
    assert (draft.bill, draft.usage_key, draft.batch, draft.model) == (
        "by_use",
        "batch_1",
        True,
        "gpt-4o-mini-2024-07-18",
    )
    assert draft.usage is not None
    assert draft.usage.cached_tokens == 4


@pytest.mark.parametrize("status", ["validating", "in_progress", "finalizing"])
def test_one_under_way_is_not(status: str) -> None:
    draft = answered(asked("/v1/batches/batch_1", method="GET"), batch(status, usage=USAGE))
    assert (draft.bill, draft.usage) == ("none", None)


def test_one_that_failed_says_why() -> None:
    errors = {"object": "list", "data": [{"code": "invalid_json_line", "message": "line 3"}]}
    draft = answered(asked("/v1/batches/batch_1", method="GET"), batch("failed", errors=errors))
    assert draft.failed
    assert draft.said is not None
    assert draft.said.code == "invalid_json_line"


def test_a_list_of_batches_bills_nothing() -> None:
    draft = answered(asked("/v1/batches", method="GET"), {"object": "list", "data": [batch("completed", usage=USAGE)]})
    assert draft.usage is None
