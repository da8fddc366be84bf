"""The desktop's clipboard, for terminals that do not take text by escape sequence (OSC 52)."""

from __future__ import annotations


def put(text: str) -> bool:
    """Hand `text` to the desktop's clipboard; False where there is none, as on a server."""
    import pyperclip  # pyright: ignore[reportMissingTypeStubs]

    try:
        pyperclip.copy(text)  # pyright: ignore[reportUnknownMemberType]
    except pyperclip.PyperclipException:
        return False
    return True
