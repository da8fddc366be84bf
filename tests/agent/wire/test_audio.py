"""Transcripts by tokens, by seconds and without either; speech as sound and as events."""

from __future__ import annotations

import struct
from decimal import Decimal
from typing import Any

from wiretally.agent.wire.audio import wav_seconds

from .drafts import answered, asked, streamed

HEARD, SPOKEN = "/v1/audio/transcriptions", "/v1/audio/speech"


def wav(seconds: int, rate: int = 16_000) -> bytes:
    data = bytes(seconds * rate * 2)
    form = struct.pack("<4sIHHIIHH", b"fmt ", 16, 1, 1, rate, rate * 2, 2, 16)
    size = 4 + len(form) + 8 + len(data)
    return b"RIFF" + struct.pack("<I", size) + b"WAVE" + form + b"data" + struct.pack("<I", len(data)) + data


def upload(sound: bytes, model: str = "whisper-1") -> bytes:
    return (
        b'--b\r\nContent-Disposition: form-data; name="file"; filename="a.wav"\r\n\r\n' + sound + b"\r\n"
        b'--b\r\nContent-Disposition: form-data; name="model"\r\n\r\n' + model.encode() + b"\r\n--b--\r\n"
    )


def test_tokens_are_read_by_their_own_spelling() -> None:
    usage = {"type": "tokens", "input_tokens": 26, "input_token_details": {"text_tokens": 5, "audio_tokens": 21}}
    draft = answered(
        asked(HEARD, upload(b"")), {"text": "Hi", "usage": {**usage, "output_tokens": 4, "total_tokens": 30}}
    )
    assert draft.usage is not None
    assert (draft.usage.audio_input_tokens, draft.usage.output_tokens) == (21, 4)


def test_seconds_are_reported_or_told_as_duration() -> None:
    for answer in ({"usage": {"type": "duration", "seconds": 7}}, {"duration": 7.0}, {"duration": "7.0"}):
        draft = answered(asked(HEARD, upload(b"")), {"text": "Hi", **answer})
        assert draft.usage is not None
        assert (draft.usage.seconds, draft.usage.source) == (Decimal(7), "reported")


def test_else_the_length_of_the_upload_is_taken_and_marked() -> None:
    draft = asked(HEARD, upload(wav(3)))
    assert draft.model_requested == "whisper-1"
    answered(draft, {"text": "Hi"})
    assert draft.usage is not None
    assert (draft.usage.seconds, draft.usage.source) == (Decimal(3), "estimated")


def test_else_the_last_subtitle_tells_the_length() -> None:
    vtt = b"WEBVTT\n\n00:00.000 --> 00:02.500\nHi\n\n01:00:02.500 --> 01:00:04.250\nthere\n"
    draft = answered(asked(HEARD, upload(b"ID3")), vtt, "text/vtt")
    assert draft.usage is not None
    assert (draft.usage.seconds, draft.usage.source) == (Decimal("3604.25"), "estimated")


def test_a_transcript_may_come_as_a_stream() -> None:
    draft = asked(HEARD, upload(b""))
    done: dict[str, Any] = {
        "type": "transcript.text.done",
        "text": "Hi there",
        "usage": {"type": "duration", "seconds": 2},
    }
    assert streamed(draft, {"type": "transcript.text.delta", "delta": "Hi"}, done) == [True, True]
    assert (draft.answer, draft.ended) == (["Hi there"], True)


def test_speech_is_counted_by_characters_or_by_its_last_event() -> None:
    draft = answered(asked(SPOKEN, {"model": "tts-1", "input": "Grüße"}), b"\xff\xf3sound", "audio/mpeg")
    assert draft.usage is not None
    assert draft.usage.characters == 5
    events = asked(SPOKEN, {"model": "gpt-4o-mini-tts", "input": "Hi", "stream_format": "sse"})
    usage = {"input_tokens": 3, "output_tokens": 40, "total_tokens": 43}
    assert streamed(
        events, {"type": "speech.audio.delta", "audio": "A"}, {"type": "speech.audio.done", "usage": usage}
    ) == [
        True,
        False,
    ]
    assert events.usage is not None
    assert events.usage.output_tokens == 40


def test_the_length_of_a_wav_file() -> None:
    assert wav_seconds(wav(2)) == 2
    assert wav_seconds(b"ID3") is None
    assert wav_seconds(b"RIFF\0\0\0\0WAVE" + bytes(60)) is None
