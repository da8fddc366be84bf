"""Image tokens by the examples of OpenAI's guide, and sizes read from the first bytes of real files."""

from __future__ import annotations

import base64
import struct
import zlib
from collections.abc import Callable

import pytest
from wiretally.agent.image_tokens import image_size, tokens_of_image


def png(width: int, height: int) -> bytes:
    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + struct.pack(">I", 13) + b"IHDR" + head + struct.pack(">I", zlib.crc32(b"IHDR" + head))


def gif(width: int, height: int) -> bytes:
    return b"GIF89a" + struct.pack("<HH", width, height) + bytes(3)


def jpeg(width: int, height: int) -> bytes:
    return (
        b"\xff\xd8\xff\xe0\x00\x10"
        + bytes(14)
        + b"\xff\xc0\x00\x11\x08"
        + struct.pack(">HH", height, width)
        + bytes(20)
    )


def webp(width: int, height: int) -> bytes:
    size = (width - 1).to_bytes(3, "little") + (height - 1).to_bytes(3, "little")
    return b"RIFF" + bytes(4) + b"WEBP" + b"VP8X" + bytes(8) + size


def url(data: bytes) -> str:
    return "data:image/x;base64," + base64.b64encode(data).decode()


@pytest.mark.parametrize("make", [png, gif, jpeg, webp])
def test_sizes(make: Callable[[int, int], bytes]) -> None:
    assert image_size(url(make(640, 480))) == (640, 480)


@pytest.mark.parametrize(
    "text", ["https://x.example/a.png", "data:image/png;base64,!!!", "data:,", "", url(b"\xff\xd8")]
)
def test_a_size_that_can_not_be_known(text: str) -> None:
    assert image_size(text) is None


@pytest.mark.parametrize(
    ("model", "width", "height", "detail", "tokens"),
    [
        ("gpt-4o", 1024, 1024, "high", 765),  # OpenAI's guide: 4 tiles
        ("gpt-4o", 2048, 4096, "high", 1105),  # OpenAI's guide: 6 tiles
        ("gpt-4o", 4096, 8192, "low", 85),  # OpenAI's guide
        ("gpt-4o-mini", 1024, 1024, "high", 2833 + 4 * 5667),
        ("gpt-5", 1024, 1024, "high", 70 + 4 * 140),
        ("gpt-5-mini", 256, 256, "auto", 77),  # as measured by users, 2026-06
        ("gpt-5-mini", 512, 512, "auto", round(308 - 0.8)),
        ("gpt-5.4", 1600, 1600, "auto", 3000),
        ("gpt-4.1-mini", 1024, 1024, "auto", round(1024 * 1.62)),  # OpenAI's guide: 32 × 32 patches
        ("gpt-4.1-mini", 1800, 2400, "auto", round(1452 * 1.62)),  # OpenAI's guide: 33 × 44 patches
    ],
)
def test_the_guides_examples(model: str, width: int, height: int, detail: str, tokens: int) -> None:
    chat = {"type": "image_url", "image_url": {"url": url(png(width, height)), "detail": detail}}
    responses = {"type": "input_image", "image_url": url(png(width, height)), "detail": detail}
    assert tokens_of_image(chat, model) == tokens_of_image(responses, model) == tokens


def test_an_image_of_unknown_size_is_taken_for_a_usual_one() -> None:
    assert tokens_of_image({"image_url": {"url": "https://x.example/a.png"}}, "gpt-4o") == 85 + 170
