"""Bodies and events into a draft, by the wire format of their endpoint. Its own file because a finished exchange, a
stream under way and a websocket read the same things at different times.
"""

from __future__ import annotations

import json
from typing import cast

import msgspec

from .call import JSON
from .wire.draft import Draft, Fields, Format, Said, fields_of, said_of, text_of
from .wire.form import read_form

STREAM_BEGINNINGS = (b"data:", b"event:", b"id:", b"retry:", b":", b"\xef\xbb\xbfdata:", b"\r\n", b"\n")

_decode_json = msgspec.json.Decoder().decode


def read_request(draft: Draft, format: Format, body: bytes) -> None:
    """Take what the request says into the draft."""
    if body.startswith(b"--"):
        fields = read_form(body)
    else:
        document: Fields | None = load(body) if body[:1] in (b"{", b" ", b"\n", b"\r", b"\t") else None
        fields = document if isinstance(document, dict) else {}
    draft.request = fields
    draft.model_requested = text_of(fields, "model")
    draft.stream = fields.get("stream") is True
    if format.request:
        format.request(draft, fields)


def is_stream(draft: Draft, content_type: str, body: bytes) -> bool:
    """Whether the answer is a stream of events: by its type, or where that is missing, by how it begins.

    A refusal may name the stream's type and be JSON all the same.
    """
    if "event-stream" in content_type:
        return body[:1] not in (b"{", b"[")
    looks = body.startswith(STREAM_BEGINNINGS) and b"data:" in body
    return looks and (draft.stream or not content_type)


def read_event(draft: Draft, format: Format, name: str, data: bytes) -> bool:
    """Take one event into the draft; whether it carried content."""
    draft.events += 1
    if data == b"[DONE]":
        draft.ended = True
        return False
    fields: Fields | None = load(data)
    if not isinstance(fields, dict):
        draft.note = draft.note or "an event of the stream is not JSON"
        return False
    if format.event:
        return format.event(draft, name, fields)
    if error := fields_of(fields, "error"):
        draft.said, draft.failed = said_of(error), True
    return False


def read_answer(draft: Draft, format: Format, body: bytes, content_type: str, status: int | None) -> None:
    """Take a JSON or other answer into the draft."""
    document = load(body) if "json" in content_type or body[:64].lstrip()[:1] in (b"{", b"[") else None
    if status is not None and status >= 400:
        draft.said = read_error(document, body)
        return
    if isinstance(document, dict):
        fields = cast(Fields, document)
        if error := fields.get("error"):
            draft.said = read_error(fields, body)
            draft.failed = bool(error) and "status" not in fields
        if format.answer:
            format.answer(draft, fields)
    elif format.raw:
        format.raw(draft, body, content_type)
    elif document is None and "json" in content_type:
        draft.note = draft.note or "the answer is not valid JSON"


def read_error(document: JSON, body: bytes) -> Said:
    """The error of an error answer; where it is not the provider's object, the beginning of its text."""
    if isinstance(document, dict):
        fields = cast(Fields, document)
        error = fields.get("error")
        if isinstance(error, dict):
            return said_of(cast(Fields, error))
        if isinstance(error, str):
            return Said(None, None, text_of(fields, "message") or error)
        if "message" in fields or "detail" in fields:
            return Said(
                text_of(fields, "type"), said_of(fields).code, text_of(fields, "message") or str(fields.get("detail"))
            )
    text = " ".join(body[:2000].decode("utf-8", "replace").split())
    return Said(None, None, text[:300] or None)


def load(data: bytes) -> JSON:
    """The JSON value in `data`, None where it is not JSON. Broken UTF-8 and lone surrogates are replaced."""
    try:
        return _decode_json(data)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        pass
    try:
        lenient = json.loads(data.decode("utf-8", "replace"))
        return _decode_json(json.dumps(lenient, ensure_ascii=False).encode("utf-8", "replace"))
    except (ValueError, RecursionError, msgspec.DecodeError):
        return None
