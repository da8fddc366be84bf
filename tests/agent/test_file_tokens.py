"""Files are counted by what a model reads of them: real PDF, WAV and MP3 bytes."""

from __future__ import annotations

import base64
import io
import time
import wave
import zlib

import pytest
from wiretally.agent.file_tokens import (
    PAGE_IN_CHAT,
    PAGE_IN_CHAT_SHARP,
    PER_FILE,
    PER_SOUND,
    read_document,
    seconds_of,
    tokens_of_file,
)
from wiretally.agent.tokens import count

TEXT = "The quick brown fox jumps over the lazy dog."


def pdf(*pages: bytes, packed: bool = True) -> bytes:
    """A PDF whose pages have these contents."""
    parts = [b"%PDF-1.4\n"]
    for content in pages:
        data = zlib.compress(content) if packed else content
        parts.append(b"1 0 obj\n<< /Type /Page /Parent 9 0 R >>\nendobj\n")
        parts.append(b"2 0 obj\n<< /Length %d >>\nstream\n%s\nendstream\nendobj\n" % (len(data), data))
    return b"".join([*parts, b"9 0 obj\n<< /Type /Pages >>\nendobj\n%%EOF"])


def shown(text: str) -> bytes:
    return b"BT /F1 12 Tf 72 700 Td (" + text.encode("latin-1") + b") Tj ET"


def data_url(kind: str, data: bytes) -> str:
    return f"data:{kind};base64,{base64.b64encode(data).decode()}"


@pytest.mark.parametrize("packed", [True, False])
def test_the_text_of_a_pdf(packed: bool) -> None:
    document = read_document("", pdf(shown(TEXT), shown("Second page"), packed=packed))
    assert document is not None
    assert document.text == f"{TEXT}\nSecond page"
    assert document.pages == 2


def test_glyphs_that_only_their_font_knows_are_numbered() -> None:
    document = read_document("", pdf(b"BT /F1 9 Tf <00010002000300040005> Tj <0102> Tj ET"))
    assert document is not None
    assert (document.text, document.glyphs) == ("", 5 + 2)


def test_responses_are_shown_the_text_and_chat_a_picture_of_each_page_too() -> None:
    encoded = data_url("application/pdf", pdf(shown(TEXT)))
    text = count(TEXT, "gpt-4o")
    responses = {"type": "input_file", "filename": "fox.pdf", "file_data": encoded}
    assert tokens_of_file(responses, "gpt-4o", chat=False) == PER_FILE + count("fox.pdf", "gpt-4o") + text
    chat = {"type": "file", "file": {"filename": "fox.pdf", "file_data": encoded}}
    assert tokens_of_file(chat, "gpt-4o", chat=True) == PER_FILE + text + PAGE_IN_CHAT
    assert tokens_of_file(chat, "gpt-5.4", chat=True) == PER_FILE + text + PAGE_IN_CHAT_SHARP


def test_a_file_of_text() -> None:
    part = {"type": "input_file", "file_data": data_url("text/plain", TEXT.encode())}
    assert tokens_of_file(part, "gpt-4o", chat=False) == PER_FILE + count(TEXT, "gpt-4o")


@pytest.mark.parametrize(
    "part",
    [
        {"type": "input_file", "file_id": "file-1"},
        {"type": "input_file", "file_url": "https://x.example/a.pdf"},
        {"type": "input_file", "file_data": "data:application/vnd.ms-word;base64,UEsDBA=="},
        {"type": "file", "file": {"file_data": "not base64 at all!"}},
        {"type": "input_audio", "input_audio": {"data": "", "format": "wav"}},
    ],
)
def test_what_can_not_be_seen(part: dict[str, object]) -> None:
    assert tokens_of_file(part, "gpt-4o", chat=False) is None


def sound(seconds: float) -> bytes:
    out = io.BytesIO()
    with wave.open(out, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(16_000)
        file.writeframes(bytes(int(32_000 * seconds)))
    return out.getvalue()


def test_sound_is_counted_by_its_length() -> None:
    assert seconds_of(sound(2.5)) == 2.5
    part = {"input_audio": {"data": base64.b64encode(sound(2.5)).decode(), "format": "wav"}}
    assert tokens_of_file(part, "gpt-4o-audio-preview", chat=True) == PER_SOUND + 25


@pytest.mark.parametrize(("head", "bitrate"), [(b"\xff\xfb\x70", 96), (b"\xff\xf3\x80", 64), (b"\xff\xfb\x00", 128)])
def test_the_length_of_an_mp3_by_its_bitrate(head: bytes, bitrate: int) -> None:
    tag = b"ID3\x04\x00\x00\x00\x00\x01\x00" + bytes(128)
    data = head + bytes(bitrate * 125 * 2 - len(head))
    assert seconds_of(data) == pytest.approx(2)
    assert seconds_of(tag + data) == pytest.approx(2)


@pytest.mark.parametrize(
    "content",
    [b"(" * 300_000, b"(\\" * 200_000, b"<0" * 300_000, b"stream\n" * 100_000, b"BT Tf " + b"(\\(" * 200_000],
)
def test_a_hostile_file_takes_no_long_time(content: bytes) -> None:
    before = time.process_time()
    read_document("", pdf(b"BT /F Tf " + content) + content)
    assert time.process_time() - before < 5
