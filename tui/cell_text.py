"""Text from outside, made safe to put on a screen. Its own file because everything a call carries passes here first.

What a terminal would obey (escape sequences, controls, bidirectional overrides, invisible tags) is shown as a visible
sign, and what terminals measure differently (joiners, variation selectors, flags, skin tones, spacing marks) is
written in a form they all agree on. So a hostile model name can neither move the cursor nor push a column aside.
The bytes themselves stay as they came: copy, export and `wiretally show --raw` give those.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator

from rich.cells import cell_len, set_cell_size

ELLIPSIS = "…"
REPLACEMENT = "\ufffd"
MAX_MARKS = 3
"""Combining marks kept on one letter; more is a picture painted over the lines around it."""

DISPUTED = (
    # ranges whose width depends on the terminal's edition of Unicode
    (0x2630, 0x2637),
    (0x268A, 0x268F),
    (0x2FFC, 0x2FFF),
    (0x302E, 0x302F),
    (0x3164, 0x3164),
    (0x31EF, 0x31EF),
    (0x3248, 0x324F),
    (0x4DC0, 0x4DFF),
    (0xFFA0, 0xFFA0),
    (0x11240, 0x11241),
    (0x16FF0, 0x16FF1),
    (0x1D300, 0x1D376),
    (0x1F774, 0x1F77F),
)
DROPPED = frozenset({0x00AD, 0x034F, 0x200C, 0x200D, *range(0xFE00, 0xFE10), *range(0x1F3FB, 0x1F400)})
"""Marks that only join or tint their neighbours."""


class _Signs(dict[int, str]):
    """Code point → what is shown for it; filled as characters are met. Used by str.translate."""

    def __missing__(self, code: int) -> str:
        sign = self[code] = _sign(code)
        return sign


def _sign(code: int) -> str:
    if code < 0x20:
        return chr(0x2400 + code)
    if code == 0x7F:
        return "␡"
    if code in DROPPED:
        return ""
    if 0x1F1E6 <= code <= 0x1F1FF:
        return chr(code - 0x1F1E6 + ord("A"))
    category = unicodedata.category(chr(code))
    if category in ("Cc", "Cf", "Zl", "Zp") or 0xE0100 <= code <= 0xE01EF:
        return f"‹{code:04x}›"
    if category == "Mc":
        return "·"
    if category in ("Cs", "Co", "Cn") or any(low <= code <= high for low, high in DISPUTED):
        return REPLACEMENT
    return chr(code)


_SIGNS = _Signs()
_SIGNS_OF_LINES = _Signs({9: "    ", 10: "\n", 13: ""})


def _thin_marks(text: str) -> str:
    kept: list[str] = []
    marks = 0
    for character in text:
        if cell_len(character):
            marks = 0
        else:
            marks += 1
            if marks > MAX_MARKS:
                continue
            if not kept or kept[-1] == "\n":
                kept.append("◌")
        if character == "\n":
            marks = 0
        kept.append(character)
    return "".join(kept)


def visible(text: str, limit: int | None = None) -> str:
    """`text` on one line with nothing in it that a terminal obeys. At most `limit` characters are looked at."""
    if limit is not None and len(text) > limit:
        text = text[:limit] + ELLIPSIS
    if text.isascii() and text.isprintable():
        return text
    text = unicodedata.normalize("NFC", text).translate(_SIGNS)
    return text if text.isascii() else _thin_marks(text)


def visible_lines(text: str) -> str:
    """As `visible`, but newlines and tabs keep their meaning."""
    if text.isascii() and "\x1b" not in text and text.replace("\n", "").isprintable():
        return text
    text = unicodedata.normalize("NFC", text).translate(_SIGNS_OF_LINES)
    return text if text.isascii() else _thin_marks(text)


def in_place(text: str) -> str:
    """`text` with one sign for each character that is not safe to show, so that every place in it stays the same."""
    if text.isascii() and text.isprintable():
        return text
    signs = (_SIGNS[ord(character)] for character in text)
    return "".join(sign if len(sign) == 1 and cell_len(sign) else REPLACEMENT for sign in signs)


def fit(text: str, width: int, *, right: bool = False) -> str:
    """`text`, visible, in exactly `width` cells: cut with an ellipsis, padded on the right or on the left."""
    if width <= 0:
        return ""
    text = visible(text, width * 4 + 64)
    length = len(text) if text.isascii() else cell_len(text)
    if length > width:
        text = set_cell_size(text, width - 1).rstrip() + ELLIPSIS
        length = cell_len(text)
    padding = " " * (width - length)
    return padding + text if right else text + padding


def fold(line: str, width: int) -> Iterator[str]:
    """One visible line in pieces of at most `width` cells, broken at blanks where one is near."""
    width = max(width, 2)
    while True:
        if len(line) <= width // 2 or (cell_len(line[: width * 4]) <= width and len(line) <= width * 4):
            yield line
            return
        piece = set_cell_size(line[: width * 4], width)
        count = len(piece)
        if not line.startswith(piece):  # a wide character stood on the edge and was replaced by a blank
            count -= 1
        blank = line.rfind(" ", count * 2 // 3, count)
        count = blank + 1 if blank > 0 else max(count, 1)
        yield line[:count].rstrip("\n")
        line = line[count:]
