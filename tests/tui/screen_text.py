"""What is on the screen, as text. The one test file that reads Textual's private compositor (written against 8.2)."""

from __future__ import annotations

from textual.app import App


def screen_lines(app: App[None]) -> list[str]:
    """The cells of the screen on top, a string a line."""
    strips = app.screen._compositor.render_strips()  # pyright: ignore[reportPrivateUsage]
    return ["".join(segment.text for segment in strip).rstrip() for strip in strips]


def screen_text(app: App[None]) -> str:
    return "\n".join(screen_lines(app))
