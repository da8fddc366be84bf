"""Moderations: free, without usage."""

from __future__ import annotations

from .draft import Draft, Fields, Format, list_of, text_of


def read_request(draft: Draft, fields: Fields) -> None:
    given = fields.get("input")
    texts = [given] if isinstance(given, str) else list_of(fields, "input")
    draft.messages = [
        {"role": "user", "content": [text]} if isinstance(text, dict) else {"role": "user", "content": text}
        for text in texts
    ]


def read_answer(draft: Draft, fields: Fields) -> None:
    draft.model = text_of(fields, "model")
    draft.response_id = text_of(fields, "id")


FORMAT = Format("moderations", read_request, read_answer)
