"""Moderations are free and tell their model."""

from __future__ import annotations

from .drafts import answered, asked


def test_what_was_asked_is_told() -> None:
    for given in ("bad words", ["bad words"]):
        draft = answered(
            asked("/v1/moderations", {"input": given}), {"id": "modr-1", "model": "omni-moderation-latest"}
        )
        assert (draft.messages[0]["content"], draft.model, draft.bill) == (
            "bad words",
            "omni-moderation-latest",
            "free",
        )
    parts = [{"type": "text", "text": "hm"}]
    assert asked("/v1/moderations", {"input": parts}).messages == [{"role": "user", "content": parts}]
