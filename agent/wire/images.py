"""Images: generations, edits, variations. GPT image models report tokens, in the answer or in the stream's `.completed`
event; the DALL-E models report nothing and are billed by image, size and quality.
"""

from __future__ import annotations

from ..call import Usage
from ..copies import replace
from ..usage import read_usage
from .draft import Draft, Fields, Format, fields_of, list_of, said_of, text_of

DEFAULT_MODEL = "dall-e-2"
"""What the API takes where a request names no model."""


def read_request(draft: Draft, fields: Fields) -> None:
    draft.bill = "by_use"
    draft.user = text_of(fields, "user")
    if prompt := text_of(fields, "prompt"):
        draft.messages = [{"role": "user", "content": prompt}]
    if fields and draft.model_requested is None:
        draft.model_requested = DEFAULT_MODEL
    draft.extra["size"] = text_of(fields, "size") or "1024x1024"
    draft.extra["quality"] = text_of(fields, "quality") or "standard"


def read_answer(draft: Draft, fields: Fields) -> None:
    draft.model = text_of(fields, "model")
    images = len(list_of(fields, "data"))
    usage = read_usage(fields.get("usage"))
    if usage:
        draft.usage = replace(usage, images=images)
    elif images:
        is_billed_each = (draft.model or draft.model_requested or "").startswith("dall-e")
        draft.usage = Usage(images=images, source="reported" if is_billed_each else "estimated")


def read_event(draft: Draft, name: str, fields: Fields) -> bool:
    kind = text_of(fields, "type") or name
    if kind.endswith(".completed"):
        draft.ended = True
        draft.usage = read_usage(fields.get("usage")) or draft.usage
    if kind == "error" or fields_of(fields, "error"):
        draft.said, draft.failed, draft.ended = said_of(fields_of(fields, "error") or fields), True, True
    return "b64_json" in fields


FORMAT = Format("images", read_request, read_answer, read_event)
