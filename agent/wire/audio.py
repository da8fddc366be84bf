"""Speech and transcription. Transcripts report tokens or seconds, or, as plain text and subtitles, nothing; speech is
bytes of sound without a word about usage, or a stream of events that ends with it.
"""

from __future__ import annotations

import re
import struct
from decimal import Decimal

from ..call import Usage
from ..usage import read_usage
from .draft import Draft, Fields, Format, fields_of, said_of, text_of

SUBTITLE_END = re.compile(rb"--> *(?:(\d+):)?(\d\d):(\d\d)[.,](\d{3})")


def read_heard(draft: Draft, fields: Fields) -> None:
    """A request to transcribe or translate a sound file."""
    draft.bill = "by_use"
    if prompt := text_of(fields, "prompt"):
        draft.messages = [{"role": "user", "content": prompt}]
    sound = fields.get("file")
    if isinstance(sound, bytes):
        draft.extra["wav_seconds"] = wav_seconds(sound)


def read_transcript(draft: Draft, fields: Fields) -> None:
    draft.answer.append(text_of(fields, "text") or "")
    draft.model = text_of(fields, "model")
    draft.usage = read_usage(fields.get("usage")) or _told_length(fields) or _length_of_upload(draft)


def read_transcript_event(draft: Draft, name: str, fields: Fields) -> bool:
    kind = text_of(fields, "type") or name
    if kind == "transcript.text.done":
        draft.ended = True
        draft.usage = read_usage(fields.get("usage")) or draft.usage
        if text := text_of(fields, "text"):
            draft.answer = [text]
        return not draft.silent and bool(text)
    if kind == "error" or fields_of(fields, "error"):
        draft.said, draft.failed, draft.ended = said_of(fields_of(fields, "error") or fields), True, True
    text = text_of(fields, "delta") or text_of(fields, "text")
    if text:
        draft.answer.append(text)
    return bool(text)


def read_subtitles(draft: Draft, body: bytes, content_type: str) -> None:
    """A transcript as plain text, srt or vtt."""
    del content_type
    draft.answer.append(body[:200_000].decode("utf-8", "replace"))
    draft.usage = _length_of_upload(draft)
    if draft.usage is None and (ends := SUBTITLE_END.findall(body)):
        hours, minutes, seconds, millis = (int(part or 0) for part in ends[-1])
        length = Decimal(hours * 3600 + minutes * 60 + seconds) + Decimal(millis) / 1000
        draft.usage = Usage(seconds=length, source="estimated")


def read_text_to_speak(draft: Draft, fields: Fields) -> None:
    draft.bill = "by_use"
    text = text_of(fields, "input") or ""
    draft.messages = [{"role": "user", "content": text}]
    draft.extra["characters"] = len(text)


def read_sound(draft: Draft, body: bytes, content_type: str) -> None:
    """Speech as bytes: what is billed by characters can be told from the request."""
    del body, content_type
    if characters := draft.extra.get("characters"):
        draft.usage = Usage(characters=characters, source="reported")


def read_speech_event(draft: Draft, name: str, fields: Fields) -> bool:
    kind = text_of(fields, "type") or name
    if kind == "speech.audio.done":
        draft.ended = True
        draft.usage = read_usage(fields.get("usage")) or draft.usage
    elif kind == "error" or fields_of(fields, "error"):
        draft.said, draft.failed, draft.ended = said_of(fields_of(fields, "error") or fields), True, True
    return kind == "speech.audio.delta"


def wav_seconds(sound: bytes) -> Decimal | None:
    """The length of a WAV file by its header, None where it is another format."""
    if len(sound) < 44 or sound[:4] != b"RIFF" or sound[8:12] != b"WAVE":
        return None
    position, rate = 12, 0
    while position + 8 <= len(sound):
        name, size = struct.unpack_from("<4sI", sound, position)
        if name == b"fmt " and position + 20 <= len(sound):
            rate = struct.unpack_from("<I", sound, position + 16)[0]
        if name == b"data":
            return Decimal(min(size, len(sound) - position - 8)) / rate if rate else None
        position += 8 + size + size % 2
    return None


def _told_length(fields: Fields) -> Usage | None:
    duration = fields.get("duration")
    try:
        seconds = Decimal(str(duration)) if isinstance(duration, int | float | str) else None
    except ArithmeticError:
        return None
    if seconds is None or not seconds.is_finite() or not 0 <= seconds < 10**7:
        return None
    return Usage(seconds=seconds, source="reported", raw={"duration": duration})


def _length_of_upload(draft: Draft) -> Usage | None:
    seconds = draft.extra.get("wav_seconds")
    return Usage(seconds=seconds, source="estimated") if seconds else None


TRANSCRIPTIONS = Format("audio", read_heard, read_transcript, read_transcript_event, read_subtitles)
SPEECH = Format("audio", read_text_to_speak, None, read_speech_event, read_sound)
