"""Tokens of an image in a prompt, by OpenAI's image guide: tiles of 512 pixels, or patches of 32 with a factor by
model. Its own file because the rule differs by model and needs the image's size, which is read from its first bytes.
"""

from __future__ import annotations

import base64
import binascii
import math
import struct
from dataclasses import dataclass

from .wire.draft import Fields, fields_of, text_of

UNKNOWN_SIZE = (320, 320)
"""Taken for an image that is only linked to: by what it cost, the median of those in recorded traffic."""


@dataclass(frozen=True, slots=True)
class Tiles:
    """A base for every image and a price in tokens for each tile of 512 pixels."""

    base: int
    tile: int


@dataclass(frozen=True, slots=True)
class Patches:
    """Patches of 32 pixels, at most `most`, times a factor."""

    factor: float
    most: int = 1536


RULES: tuple[tuple[str, Tiles | Patches], ...] = (
    # by how the model's name begins; the first that fits
    ("gpt-4.1-mini", Patches(1.62)),
    ("gpt-4.1-nano", Patches(2.46)),
    ("o4-mini", Patches(1.72)),
    ("gpt-5-mini", Patches(1.2)),
    ("gpt-5-nano", Patches(1.5)),
    ("gpt-5.1", Tiles(70, 140)),
    ("gpt-5.2", Patches(1.2)),
    ("gpt-5.3", Patches(1.2)),
    ("gpt-5.4", Patches(1.2, 2500)),
    ("gpt-5.5", Patches(1.2, 10000)),
    ("gpt-5.6", Patches(1.2, 10000)),
    ("gpt-5", Tiles(70, 140)),
    ("gpt-4o-mini", Tiles(2833, 5667)),
    ("computer-use-preview", Tiles(65, 129)),
    ("o1", Tiles(75, 150)),
    ("o3", Tiles(75, 150)),
    ("", Tiles(85, 170)),
)


def tokens_of_image(part: Fields, model: str | None) -> int:
    """The tokens of one image part of a message (`image_url` or `input_image`) for `model`."""
    detail = text_of(fields_of(part, "image_url"), "detail") or text_of(part, "detail") or "auto"
    rule = next(rule for start, rule in RULES if (model or "").startswith(start))
    width, height = image_size(image_url(part)) or UNKNOWN_SIZE
    if isinstance(rule, Patches):
        return round(_patches(width, height, rule.most) * rule.factor)
    return rule.base if detail == "low" else rule.base + rule.tile * _tiles(width, height)


def image_url(part: Fields) -> str:
    """The URL of an image part, in chat's spelling or in responses'."""
    return text_of(fields_of(part, "image_url"), "url") or text_of(part, "image_url") or ""


def _patches(width: int, height: int, most: int) -> int:
    wide, high = math.ceil(width / 32), math.ceil(height / 32)
    if wide * high <= most:
        return wide * high
    shrink = math.sqrt(32 * 32 * most / (width * height))
    patches_wide, patches_high = width * shrink / 32, height * shrink / 32
    shrink *= min(math.floor(patches_wide) / patches_wide, math.floor(patches_high) / patches_high)
    return min(math.ceil(width * shrink / 32) * math.ceil(height * shrink / 32), most)


def _tiles(width: int, height: int) -> int:
    shrink = min(1.0, 2048 / max(width, height))
    shrink *= min(1.0, 768 / (min(width, height) * shrink))
    return math.ceil(width * shrink / 512) * math.ceil(height * shrink / 512)


def image_size(url: str) -> tuple[int, int] | None:
    """Width and height of an image in a data URL, by its header; None for a link or a format not known here."""
    if not url.startswith("data:"):
        return None
    encoded = url.partition(",")[2][:262_144]
    try:
        head = base64.b64decode(encoded[: len(encoded) // 4 * 4], validate=False)
    except (binascii.Error, ValueError):
        return None
    size = _size_in(head)
    return size if size and size[0] > 0 and size[1] > 0 else None


def _size_in(head: bytes) -> tuple[int, int] | None:
    if head[:8] == b"\x89PNG\r\n\x1a\n" and len(head) >= 24:
        return struct.unpack(">II", head[16:24])
    if head[:6] in (b"GIF87a", b"GIF89a") and len(head) >= 10:
        return struct.unpack("<HH", head[6:10])
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP" and len(head) >= 30:
        return _webp_size(head)
    if head[:2] == b"\xff\xd8":
        return _jpeg_size(head)
    return None


def _webp_size(head: bytes) -> tuple[int, int] | None:
    kind = head[12:16]
    if kind == b"VP8X":
        return int.from_bytes(head[24:27], "little") + 1, int.from_bytes(head[27:30], "little") + 1
    if kind == b"VP8L":
        bits = int.from_bytes(head[21:25], "little")
        return (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1
    if kind == b"VP8 ":
        width, height = struct.unpack("<HH", head[26:30])
        return width & 0x3FFF, height & 0x3FFF
    return None


def _jpeg_size(head: bytes) -> tuple[int, int] | None:
    position = 2
    while position + 9 < len(head) and head[position] == 0xFF:
        marker = head[position + 1]
        if 0xC0 <= marker <= 0xCF and marker not in (0xC4, 0xC8, 0xCC):
            height, width = struct.unpack(">HH", head[position + 5 : position + 9])
            return width, height
        position += 2 + int.from_bytes(head[position + 2 : position + 4], "big")
    return None
