"""Assistants, threads, runs and steps. The usage of a run comes on the run, again on each of its steps and on each
poll: only the run's counts, once for its id.
"""

from __future__ import annotations

from typing import Any

from ..usage import read_usage
from .draft import Draft, Fields, Format, fields_of, list_of, objects_of, said_of, text_of

LAST_EVENTS = frozenset(
    (
        "thread.run.completed",
        "thread.run.incomplete",
        "thread.run.failed",
        "thread.run.cancelled",
        "thread.run.expired",
        "thread.run.requires_action",
    )
)


def read_run_request(draft: Draft, fields: Fields) -> None:
    draft.bill = "none"
    given: list[Any] = list_of(fields, "additional_messages") or list_of(fields_of(fields, "thread"), "messages")
    draft.messages = given


def read_message_request(draft: Draft, fields: Fields) -> None:
    messages: list[Any] = [fields] if text_of(fields, "role") else list_of(fields, "messages")
    draft.messages = messages


def read_answer(draft: Draft, fields: Fields) -> None:
    kind = text_of(fields, "object")
    if kind == "thread.run":
        _run(draft, fields)
    elif kind in ("assistant", "thread.run.step"):
        draft.model = text_of(fields, "model")
        draft.response_id = text_of(fields, "id")
    elif kind in ("thread", "thread.message"):
        draft.response_id = text_of(fields, "id")
        draft.conversation_ref = text_of(fields, "thread_id") or draft.response_id


def read_event(draft: Draft, name: str, fields: Fields) -> bool:
    if name == "error":
        draft.said, draft.failed, draft.ended = said_of(fields_of(fields, "error") or fields), True, True
    elif text_of(fields, "object") == "thread.run":
        _run(draft, fields)
        draft.ended |= name in LAST_EVENTS
    elif name == "thread.message.delta":
        texts = [
            text
            for part in objects_of(fields_of(fields, "delta"), "content")
            if (text := text_of(fields_of(part, "text"), "value"))
        ]
        draft.answer += texts
        return bool(texts)
    return name == "thread.run.step.delta"


def _run(draft: Draft, fields: Fields) -> None:
    draft.model = text_of(fields, "model") or draft.model
    draft.response_id = draft.usage_key = text_of(fields, "id")
    draft.conversation_ref = text_of(fields, "thread_id")
    draft.finish_reason = text_of(fields_of(fields, "incomplete_details"), "reason") or text_of(fields, "status")
    if usage := read_usage(fields.get("usage")):
        draft.usage, draft.bill = usage, "by_use"
    if draft.finish_reason == "failed":
        draft.said, draft.failed = said_of(fields_of(fields, "last_error")), True


RUNS = Format("assistants", read_run_request, read_answer, read_event)
FORMAT = Format("assistants", read_message_request, read_answer)
