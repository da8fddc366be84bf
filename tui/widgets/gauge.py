"""How full something is, in blocks: `▓▓▓░░░░░░░`."""

from __future__ import annotations

FULL = "▓"
EMPTY = "░"


def gauge(share: float, width: int) -> str:
    """`share` (0 to 1) of `width` blocks. More than nothing shows a block, less than all leaves one empty."""
    if width <= 0:
        return ""
    share = min(max(share, 0.0), 1.0)
    full = round(share * width)
    if 0 < share < 1:
        full = min(max(full, 1), width - 1) if width > 1 else 1
    return FULL * full + EMPTY * (width - full)
