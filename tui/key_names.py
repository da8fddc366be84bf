"""What people call a key and what Textual calls it. Its own file because config.toml is written by people, and the
footer, the help and the docs are read by them."""

from __future__ import annotations

from textual.binding import Binding
from textual.keys import format_key

SIGNS = {"pageup": "PgUp", "pagedown": "PgDn", "home": "Home", "end": "End", "tab": "tab", "insert": "Ins"}
MODIFIERS = {"ctrl": "^", "shift": "⇧", "alt": "alt ", "super": "super "}


def key_sign(name: str) -> str:
    """A key of Textual's as it is shown: `ctrl+p` is `^p`, `question_mark` is `?`."""
    *modifiers, key = name.split("+")
    return "".join(MODIFIERS.get(modifier, f"{modifier}+") for modifier in modifiers) + SIGNS.get(key, format_key(key))


def key_names(typed: str) -> str:
    """Keys as they are typed, commas between them, in Textual's names: `?, ctrl+h` is `question_mark,ctrl+h`."""
    parts = ",".join(part.strip() for part in typed.split(",") if part.strip())
    return ",".join(binding.key for binding in Binding.make_bindings([(parts, "", "")])) if parts else ""
