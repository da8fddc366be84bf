"""When the pieces of a stream came: its rate over time, and the gaps in which nothing did."""

from __future__ import annotations

from itertools import pairwise

from .. import numbers
from ..outline import Entry, Part, Tone, rule
from ..widgets.sparkline import sparkline
from .reading import Whole

GAP_MS = 1_000.0
"""A pause longer than this is marked."""


def stream(whole: Whole, width: int) -> Part:
    """A line of bytes over time, then every kept piece with the pause before it."""
    events = whole.detail.timing.events
    row = whole.detail.row
    if not events:
        why = "Not a stream: the answer came in one piece." if not row.stream else "No piece has come yet."
        return Part("Stream", (Entry(((why, "muted"),)),))
    last = events[-1][0]
    room = max(min(width - 6, 160), 10)
    entries = [
        Entry(((sparkline(_rates(events, room), room, 1.0) or "", "accent"),)),
        Entry(
            ((f"0s{' ' * max(room - 2 - len(numbers.milliseconds(last)), 1)}{numbers.milliseconds(last)}", "muted"),)
        ),
        Entry(((_sentence(events), ""),)),
        rule("pieces"),
    ]
    longest = max(gap for gap in _gaps(events))
    lines: list[str] = []
    before_ms, before_bytes = 0.0, 0
    for at, octets in events:
        gap = at - before_ms
        tone: Tone = "bad" if gap >= 5 * GAP_MS else "warn" if gap >= GAP_MS else "muted"
        length = round(gap / longest * 30) if longest else 0
        head = f"+{at / 1000:9.3f}s  {numbers.milliseconds(gap):>7}  {octets - before_bytes:>7,} B  "
        entries.append(Entry(((head, ""), ("▇" * length or "▏", tone))))
        lines.append(f"{at:.1f}\t{octets}")
        before_ms, before_bytes = at, octets
    return Part("Stream", tuple(entries), "\n".join(lines))


def _gaps(events: tuple[tuple[float, int], ...]) -> list[float]:
    times = [0.0, *(at for at, _ in events)]
    return [after - before for before, after in pairwise(times)]


def _sentence(events: tuple[tuple[float, int], ...]) -> str:
    gaps = sorted(_gaps(events)[1:]) or [0.0]
    long = sum(1 for gap in gaps if gap >= GAP_MS)
    middle = numbers.milliseconds(gaps[len(gaps) // 2])
    stalls = f"{long} of them longer than 1s" if long else "none longer than 1s"
    return (
        f"{len(events):,} pieces kept · first after {numbers.milliseconds(events[0][0])} · "
        f"pause between two: median {middle}, longest {numbers.milliseconds(gaps[-1])}, {stalls}"
    )


def _rates(events: tuple[tuple[float, int], ...], width: int) -> list[float | None]:
    """Bytes in each of `width` equal slices of the time, relative to the fullest (0 to 1)."""
    last = max(events[-1][0], 0.001)
    slices = [0.0] * width
    before = 0
    for at, octets in events:
        slices[min(int(at / last * width), width - 1)] += octets - before
        before = octets
    most = max(slices) or 1.0
    return [value / most if value else None for value in slices]
