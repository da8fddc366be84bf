"""Embeddings, also by the old path with the model in it (`/engines/{id}/embeddings`)."""

from __future__ import annotations

from ..usage import read_usage
from .draft import Draft, Fields, Format, list_of, text_of


def read_request(draft: Draft, fields: Fields) -> None:
    draft.bill = "by_use"
    draft.user = text_of(fields, "user")
    given = fields.get("input")
    texts = [given] if isinstance(given, str) else [item for item in list_of(fields, "input") if isinstance(item, str)]
    draft.messages = [{"role": "user", "content": text} for text in texts]
    segments = draft.path.split("/")
    if draft.model_requested is None and "engines" in segments[:-1]:
        draft.model_requested = segments[segments.index("engines") + 1]


def read_answer(draft: Draft, fields: Fields) -> None:
    draft.model = text_of(fields, "model")
    draft.usage = read_usage(fields.get("usage"))


FORMAT = Format("embeddings", read_request, read_answer)
