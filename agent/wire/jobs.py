"""Work that runs on its own and is looked at later: fine-tuning jobs, evals, videos. Each is billed once, when a look
first finds it finished.
"""

from __future__ import annotations

from decimal import Decimal, InvalidOperation

from ..call import Usage
from ..usage import read_usage
from .draft import Draft, Fields, Format, count_of, fields_of, objects_of, said_of, text_of


def read_request(draft: Draft, fields: Fields) -> None:
    draft.bill = "none" if draft.method == "POST" else "free"
    if prompt := text_of(fields, "prompt"):
        draft.messages = [{"role": "user", "content": prompt}]


def _common(draft: Draft, fields: Fields) -> str | None:
    draft.model = text_of(fields, "model")
    draft.response_id = text_of(fields, "id")
    draft.finish_reason = text_of(fields, "status")
    if draft.finish_reason == "failed":
        draft.said, draft.failed = said_of(fields_of(fields, "error")), True
    return draft.finish_reason


def read_tuning(draft: Draft, fields: Fields) -> None:
    """A fine-tuning job: `trained_tokens` once it has succeeded."""
    if text_of(fields, "object") != "fine_tuning.job":
        return
    status, trained = _common(draft, fields), count_of(fields, "trained_tokens")
    if status == "succeeded" and trained:
        draft.usage = Usage(total_tokens=trained, source="reported", raw={"trained_tokens": trained})
        draft.bill, draft.usage_key = "by_use", draft.response_id
        draft.extra["trained_tokens"] = trained


def read_eval(draft: Draft, fields: Fields) -> None:
    """An eval run: usage by model once it is over."""
    if text_of(fields, "object") != "eval.run":
        return
    status = _common(draft, fields)
    parts = [
        (text_of(item, "model_name"), usage)
        for item in objects_of(fields, "per_model_usage")
        if (usage := read_usage({**item, "prompt_tokens_details": {"cached_tokens": item.get("cached_tokens")}}))
    ]
    if status in ("completed", "failed", "canceled") and parts:
        draft.model = parts[0][0] or draft.model
        draft.usage = parts[0][1] if len(parts) == 1 else _sum([usage for _, usage in parts])
        draft.bill, draft.usage_key = "by_use", draft.response_id
        draft.extra["per_model"] = parts


def _sum(usages: list[Usage]) -> Usage:
    return Usage(
        input_tokens=sum(usage.input_tokens or 0 for usage in usages),
        cached_tokens=sum(usage.cached_tokens or 0 for usage in usages),
        output_tokens=sum(usage.output_tokens or 0 for usage in usages),
        total_tokens=sum(usage.total_tokens or 0 for usage in usages),
        source="reported",
        raw=[usage.raw for usage in usages],
    )


def read_video(draft: Draft, fields: Fields) -> None:
    """A video: its seconds and size, billed once it is completed."""
    if text_of(fields, "object") != "video":
        return
    status = _common(draft, fields)
    draft.extra["size"] = text_of(fields, "size")
    seconds = fields.get("seconds")
    try:
        length = Decimal(str(seconds)) if isinstance(seconds, str | int | float) else None
    except InvalidOperation:
        length = None
    if status == "completed" and length is not None and length.is_finite() and 0 <= length < 10**6:
        draft.usage = Usage(seconds=length, source="reported", raw={"seconds": seconds})
        draft.bill, draft.usage_key = "by_use", draft.response_id


def read_container(draft: Draft, fields: Fields) -> None:
    """A container for the code interpreter: one session, by its memory."""
    draft.response_id = text_of(fields, "id")
    if draft.method == "POST" and text_of(fields, "object") == "container":
        draft.extra["memory"] = text_of(fields, "memory_limit") or "1g"
        draft.bill, draft.usage_key = "by_use", draft.response_id


FINE_TUNING = Format("fine_tuning", read_request, read_tuning)
EVALS = Format("evals", read_request, read_eval)
VIDEOS = Format("videos", read_request, read_video)
CONTAINERS = Format("containers", None, read_container)
