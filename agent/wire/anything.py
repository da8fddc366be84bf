"""Endpoints without a format of their own here. Whatever they are, an answer with a `usage` object of tokens says what
it used, under the names that all of the API's formats share: one newer than this program is counted, not missed.
"""

from __future__ import annotations

from ..usage import read_usage
from .draft import Draft, Fields, Format, fields_of, said_of, text_of


def read_answer(draft: Draft, fields: Fields) -> None:
    usage = read_usage(fields.get("usage"))
    if usage is None:
        return
    draft.usage, draft.bill = usage, "by_use"
    draft.model = text_of(fields, "model") or draft.model
    draft.service_tier = text_of(fields, "service_tier") or draft.service_tier
    draft.response_id = draft.usage_key = text_of(fields, "id") or draft.response_id


def read_event(draft: Draft, name: str, fields: Fields) -> bool:
    del name
    if error := fields_of(fields, "error"):
        draft.said, draft.failed = said_of(error), True
    for holder in (fields, fields_of(fields, "response")):
        read_answer(draft, holder)
    return False


FORMAT = Format("other", None, read_answer, read_event)
