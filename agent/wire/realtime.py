"""Realtime over a websocket: one generation per `response.done`, which carries usage; input transcription reports its
own usage, billed at the transcription model's price. The HTTP calls beside it only hand out secrets and descriptions.
"""

from __future__ import annotations

from ..usage import read_usage
from .draft import Draft, Fields, Format, fields_of, list_of, objects_of, said_of, text_of

TRANSCRIBED = "conversation.item.input_audio_transcription.completed"

TEXT_DELTAS = frozenset(
    (
        "response.text.delta",
        "response.output_text.delta",
        "response.audio_transcript.delta",
        "response.output_audio_transcript.delta",
    )
)


def read_event(draft: Draft, name: str, fields: Fields) -> bool:
    kind = text_of(fields, "type") or name
    if kind.endswith(".delta") and kind.startswith("response."):
        text = text_of(fields, "delta")
        if text and "audio.delta" not in kind:
            (draft.answer if kind in TEXT_DELTAS else draft.silent).append(text)
        return bool(text)
    if kind == "response.done":
        response = fields_of(fields, "response")
        draft.ended = True
        draft.response_id = draft.usage_key = text_of(response, "id")
        draft.usage = read_usage(response.get("usage"))
        draft.reply = list_of(response, "output")
        status, details = text_of(response, "status"), fields_of(response, "status_details")
        draft.finish_reason = text_of(details, "reason") or status
        draft.conversation_ref = text_of(response, "conversation_id")
        if status == "failed":
            draft.said, draft.failed = said_of(fields_of(details, "error")), True
        if not draft.answer:
            for item in objects_of(response, "output"):
                for part in objects_of(item, "content"):
                    if text := text_of(part, "text") or text_of(part, "transcript"):
                        draft.answer.append(text)
    elif kind == "error":
        draft.said, draft.failed = said_of(fields_of(fields, "error")), True
    return False


def model_of(session: Fields) -> str | None:
    """The model a session answers with."""
    return text_of(session, "model")


def transcription_model_of(session: Fields) -> str | None:
    """The model that transcribes a session's input, in the older and the newer place."""
    newer = fields_of(fields_of(fields_of(session, "audio"), "input"), "transcription")
    return text_of(newer, "model") or text_of(fields_of(session, "input_audio_transcription"), "model")


def item_text(item: Fields) -> str:
    """The text of a conversation item that the app added."""
    return "\n".join(
        text for part in objects_of(item, "content") if (text := text_of(part, "text") or text_of(part, "transcript"))
    ) or (text_of(item, "output") or "")


FORMAT = Format("realtime", event=read_event)
