"""Batches: the money is told on a later look at the batch, once it has ended; it counts once for the batch's id."""

from __future__ import annotations

from ..usage import read_usage
from .draft import Draft, Fields, Format, fields_of, objects_of, said_of, text_of

ENDED = frozenset(("completed", "expired", "cancelled", "failed"))


def read_request(draft: Draft, fields: Fields) -> None:
    del fields
    draft.bill = "none"


def read_answer(draft: Draft, fields: Fields) -> None:
    if text_of(fields, "object") != "batch":
        return
    draft.batch = True
    draft.model = text_of(fields, "model")
    draft.response_id = text_of(fields, "id")
    status = draft.finish_reason = text_of(fields, "status")
    if status == "failed":
        errors = objects_of(fields_of(fields, "errors"), "data")
        draft.said, draft.failed = said_of(errors[0] if errors else {}), True
    usage = read_usage(fields.get("usage"))
    if usage is None or not usage.total_tokens:
        return
    if status in ENDED:
        draft.usage, draft.bill, draft.usage_key = usage, "by_use", draft.response_id


FORMAT = Format("batch", read_request, read_answer)
