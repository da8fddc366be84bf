"""Tokens of files and sound in a prompt. Its own file because it looks into documents: the text of a PDF is what the
model reads of it, and how long a sound is says what it costs.

OpenAI does not say how it is charged; the figures here were measured on recorded usage (2025-05 to 2026-07): in
responses a file is 4 tokens, its name and its text; chat adds a picture of each page; sound is 10 tokens a second.
"""

from __future__ import annotations

import base64
import binascii
import re
import zlib
from dataclasses import dataclass
from itertools import islice

from .tokens import count, count_short
from .wire.draft import Fields, fields_of, text_of

MOST_ENCODED = 8_388_608
"""Characters of base64 that are looked into; a larger file is said not to be seen."""

MOST_TEXT = 1_048_576
"""Bytes of unpacked page content that are read of one file."""

MOST_STREAMS = 2000
MOST_PLAIN = 65_536
"""Streams that are looked into, and bytes of one that is not packed."""

PER_FILE = 4
PAGE_IN_CHAT = 215
PAGE_IN_CHAT_SHARP = 985
"""From GPT-5.4 on, which sees pages at a higher resolution."""

PER_SOUND = 4
SOUND_A_SECOND = 10

SHOWN = re.compile(rb"\(((?:[^()\\]|\\.|\([^()\\]{0,60}\)){0,250})\)|<([0-9A-Fa-f]{2,250})>|(T[*dDmJj])", re.DOTALL)
"""A string, a string in hexadecimal, or an operator after which another line or run begins."""

STREAM = re.compile(rb"(?<!end)stream\r?\n")
PAGE = re.compile(rb"/Type\s{0,9}/Page[^s\w]")

BITRATES = (
    # thousands of bits a second by the index in the frame's header: MPEG 1 layer 3, then MPEG 2 and 2.5
    (0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 0),
    (0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160, 0),
)


@dataclass(frozen=True, slots=True)
class Document:
    """What was read of a file: its text, of glyphs without a known letter their number, and its pages."""

    text: str = ""
    glyphs: int = 0
    pages: int = 0


def tokens_of_file(part: Fields, model: str | None, *, chat: bool) -> int | None:
    """The tokens of a file or sound in a message, None where they can't be seen (an id, a link, an unknown format)."""
    if sound := fields_of(part, "input_audio"):
        data = _decoded(text_of(sound, "data") or "")
        return PER_SOUND + round(seconds_of(data) * SOUND_A_SECOND) if data else None
    holder = fields_of(part, "file") or part
    head, _, encoded = (text_of(holder, "file_data") or "").partition(",")
    document = read_document(head, _decoded(encoded))
    if document is None:
        return None
    named = 0 if chat else count_short(text_of(holder, "filename") or "", model)
    page = PAGE_IN_CHAT_SHARP if is_sharp(model) else PAGE_IN_CHAT
    seen = page * document.pages if chat else 0
    return PER_FILE + named + count(document.text, model) + document.glyphs // 4 + seen


def is_sharp(model: str | None) -> bool:
    """Whether a model sees pictures of pages at the higher resolution."""
    return (model or "").startswith(("gpt-5.4", "gpt-5.5", "gpt-5.6", "gpt-5.7", "gpt-5.8", "gpt-5.9", "gpt-6"))


def read_document(kind: str, data: bytes) -> Document | None:
    """What a model would read in `data`; `kind` is the head of its data URL. None for formats not known here."""
    if data.startswith(b"%PDF"):
        return _read_pdf(data)
    if kind.startswith("data:text/") or kind.startswith("data:application/json"):
        return Document(data.decode("utf-8", "replace"))
    return None


def _decoded(encoded: str) -> bytes:
    if len(encoded) > MOST_ENCODED:
        return b""
    try:
        return base64.b64decode(encoded, validate=False)
    except (binascii.Error, ValueError):
        return b""


def _read_pdf(data: bytes) -> Document:
    pages = len(PAGE.findall(data))
    lines: list[str] = []
    glyphs = room = 0
    view = memoryview(data)
    for match in islice(STREAM.finditer(data), MOST_STREAMS):
        content = _unpacked(view[match.end() :], MOST_TEXT - room)
        room += len(content)
        pages += len(PAGE.findall(content))
        if b"BT" in content and b"Tf" in content:
            text, unknown = _shown(content)
            lines.append(text)
            glyphs += unknown
    return Document("\n".join(lines), glyphs, max(pages, 1))


def _unpacked(packed: memoryview, most: int) -> bytes:
    if most <= 0:
        return b""
    try:
        return zlib.decompressobj().decompress(packed, most)
    except zlib.error:
        plain = bytes(packed[: min(most, MOST_PLAIN)])
        return plain[: max(plain.find(b"endstream"), 0)]


def _shown(content: bytes) -> tuple[str, int]:
    """The letters that page content shows, and the number of glyphs whose letters only their font knows."""
    parts: list[str] = []
    glyphs = 0
    for literal, hexadecimal, operator in SHOWN.findall(content):
        if operator in (b"Td", b"TD", b"T*", b"Tm"):
            parts.append("\n")
        elif hexadecimal:
            glyphs += len(hexadecimal) // (4 if hexadecimal.startswith(b"00") else 2)
        else:
            parts.append(literal.decode("latin-1"))
    lines = [line.strip() for line in "".join(parts).split("\n")]
    return "\n".join(line for line in lines if line), glyphs


def seconds_of(data: bytes) -> float:
    """How long a sound is, by the header of a WAV or MP3 file; other formats are taken for 128 kbit/s."""
    if data[:4] == b"RIFF" and len(data) >= 44:
        rate = int.from_bytes(data[28:32], "little")
        return (len(data) - 44) / rate if rate else 0
    start = 0
    if data[:3] == b"ID3" and len(data) > 10:
        start = 10 + sum((byte & 0x7F) << shift for byte, shift in zip(data[6:10], (21, 14, 7, 0), strict=True))
    bitrate = next((rate for place in range(start, start + 4096) if (rate := _bitrate(data[place : place + 3]))), 128)
    return max(len(data) - start, 0) / (bitrate * 125)


def _bitrate(header: bytes) -> int:
    """The bitrate that an MP3 frame begins with, in kbit/s; 0 where none begins here."""
    if len(header) < 3 or header[0] != 0xFF or header[1] & 0xE6 != 0xE2:
        return 0
    return BITRATES[0 if header[1] & 0x18 == 0x18 else 1][header[2] >> 4]
