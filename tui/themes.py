"""wiretally's two themes. Textual's own are there as well, in the palette under "theme".

One accent. Green says "went well just now", amber "estimated, stalled, near a limit", red "needs you": the
style sheet and the widgets name colours by those meanings only, so any theme works. With NO_COLOR set Textual turns
all to grey, and every meaning is also a word or a sign.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from textual.color import Color
from textual.theme import Theme

DARK = Theme(
    name="wiretally-dark",
    primary="#7aa2c8",
    secondary="#5f7f9f",
    accent="#5cc8d7",
    foreground="#c9d1d9",
    background="#0e1116",
    surface="#141922",
    panel="#1c2330",
    success="#7fbf7f",
    warning="#e0af4f",
    error="#f0616d",
    dark=True,
    variables={
        "dim": "#7d8896",
        "border": "#2c3646",
        "border-blurred": "#2c3646",
        "block-cursor-background": "#23405a",
        "block-cursor-foreground": "#e6edf3",
        "block-cursor-text-style": "none",
        "block-cursor-blurred-background": "#1d2a3a",
        "block-cursor-blurred-foreground": "#c9d1d9",
        "footer-background": "#0e1116",
        "footer-key-foreground": "#5cc8d7",
        "input-selection-background": "#23405a",
        "scrollbar": "#2c3646",
        "scrollbar-hover": "#3b495e",
        "scrollbar-active": "#5cc8d7",
        "scrollbar-background": "#0e1116",
        "scrollbar-background-hover": "#0e1116",
        "scrollbar-background-active": "#0e1116",
        "scrollbar-corner-color": "#0e1116",
    },
)

LIGHT = Theme(
    name="wiretally-light",
    primary="#35618e",
    secondary="#5b7fa3",
    accent="#00738a",
    foreground="#24292f",
    background="#fbfaf7",
    surface="#f3f1ec",
    panel="#e8e5dd",
    success="#2f7d32",
    warning="#945f00",
    error="#c02438",
    dark=False,
    variables={
        "dim": "#6b6f76",
        "border": "#cbc6b8",
        "border-blurred": "#cbc6b8",
        "block-cursor-background": "#cfe3ea",
        "block-cursor-foreground": "#10202a",
        "block-cursor-text-style": "none",
        "block-cursor-blurred-background": "#e3e9ea",
        "block-cursor-blurred-foreground": "#24292f",
        "footer-background": "#fbfaf7",
        "footer-key-foreground": "#00738a",
        "input-selection-background": "#cfe3ea",
        "scrollbar": "#cbc6b8",
        "scrollbar-hover": "#b3ad9c",
        "scrollbar-active": "#00738a",
        "scrollbar-background": "#fbfaf7",
        "scrollbar-background-hover": "#fbfaf7",
        "scrollbar-background-active": "#fbfaf7",
        "scrollbar-corner-color": "#fbfaf7",
    },
)

OWN = (DARK, LIGHT)


def without_colour(theme: Theme) -> Theme:
    """The theme for NO_COLOR: as greys, trouble and warnings would be fainter than what is well."""
    strong = "#ffffff" if theme.dark else "#000000"
    return replace(theme, error=strong, warning=strong)


CURSOR, DIM = 0.2, 0.75
"""How much of the accent is in the cursor's line, and of the text in what is not meant to be seen first."""


def completed(variables: Mapping[str, str]) -> dict[str, str]:
    """A theme's colours, with those that Textual's themes do not name or that are too loud here: their cursor is the
    full accent, on which coloured text can't be read."""
    found = dict(variables)
    if "dim" in found:
        return found
    background, foreground, primary = (Color.parse(found[name]) for name in ("background", "foreground", "primary"))
    if primary.ansi is not None or background.ansi is not None:  # the terminal's own colours can't be mixed
        return {**found, "dim": "ansi_bright_black"}
    cursor = background.blend(primary, CURSOR).hex
    return {
        **found,
        "dim": background.blend(foreground, DIM).hex,
        "block-cursor-background": cursor,
        "block-cursor-foreground": foreground.hex,
        "block-cursor-text-style": "none",
        "block-cursor-blurred-background": background.blend(primary, CURSOR / 2).hex,
        "block-cursor-blurred-foreground": foreground.hex,
    }
