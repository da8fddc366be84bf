"""Text from outside, made safe for a terminal that is written to line by line. Its own file because every command that
prints something a call carried passes it through here, and because it must not need a screen library.

What a terminal would obey (escape sequences, other controls, bidirectional overrides) or not show at all (marks without
a width) is shown as a sign instead.
"""

from __future__ import annotations

import json
import re

_UNSEEN = (
    "\xad\u061c\u180e\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ud800-\udfff\ufeff\ufff9-\ufffb\U000e0000-\U000e007f"
)
_OBEYED = re.compile(f"[\x00-\x1f\x7f-\x9f{_UNSEEN}]")
_OBEYED_BUT_LINES = re.compile(f"[\x00-\x08\x0b-\x1f\x7f-\x9f{_UNSEEN}]")


def _sign(match: re.Match[str]) -> str:
    code = ord(match[0])
    if code < 0x20:
        return chr(0x2400 + code)
    return "␡" if code == 0x7F else f"‹{code:04x}›"


def printable(text: str) -> str:
    """`text` on one line, with nothing in it that a terminal obeys."""
    return _OBEYED.sub(_sign, text)


def printable_lines(text: str) -> str:
    """As `printable`, but newlines and tabs keep their meaning."""
    return _OBEYED_BUT_LINES.sub(_sign, text.replace("\r\n", "\n"))


def printable_json(text: str) -> str:
    """JSON text that says the same with nothing in it that a terminal obeys: JSON writes all below U+0020 as escapes,
    here the others are."""
    return _OBEYED_BUT_LINES.sub(lambda match: json.dumps(match[0])[1:-1], text)
