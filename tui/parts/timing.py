"""Where the time went: a waterfall of connecting, sending, waiting, receiving."""

from __future__ import annotations

from dataclasses import dataclass

from .. import numbers
from ..columns import seconds
from ..outline import Entry, Part, Tone, facts
from .reading import Whole

BLOCKS = " ▏▎▍▌▋▊▉█"


@dataclass(frozen=True, slots=True)
class Step:
    """One step of a call, in milliseconds from the request's first byte."""

    name: str
    start: float
    end: float
    tone: Tone

    @property
    def length(self) -> float:
        return max(self.end - self.start, 0.0)


def steps(whole: Whole) -> list[Step]:
    """The steps that were measured, in their order. An opening of the connection overlaps the sending."""
    timing, row = whole.detail.timing, whole.detail.row
    end = row.duration_ms if row.duration_ms is not None else timing.duration_ms
    found: list[Step] = []
    sent = timing.sent_ms or 0.0
    connected = sent
    if timing.connect_ms:
        connected += timing.connect_ms
        found.append(Step("connect", sent, connected, "muted"))
    if timing.tls_ms:
        found.append(Step("tls", connected, connected + timing.tls_ms, "muted"))
        connected += timing.tls_ms
    if timing.sent_ms is not None:
        found.insert(0, Step("sending", 0.0, sent, "muted"))
    if timing.first_byte_ms is not None:
        found.append(Step("waiting", connected, max(timing.first_byte_ms, connected), "warn"))
        if row.stream and timing.ttft_ms is not None and timing.ttft_ms > timing.first_byte_ms:
            found.append(Step("first token", timing.first_byte_ms, timing.ttft_ms, "warn"))
            if end is not None:
                found.append(Step("streaming", timing.ttft_ms, end, "accent"))
        elif end is not None:
            found.append(Step("streaming" if row.stream else "receiving", timing.first_byte_ms, end, "accent"))
    return found


def bar(step: Step, total: float, width: int) -> str:
    """The step on a line of `width` cells, to an eighth of a cell; the shortest is still seen."""
    if total <= 0 or width <= 0:
        return ""
    start = min(round(step.start / total * width), width - 1)
    eighths = max(round(step.length / total * width * 8), 1)
    full, part = divmod(eighths, 8)
    return (" " * start + BLOCKS[8] * full + (BLOCKS[part] if part else ""))[:width]


def summary(whole: Whole, width: int) -> list[Entry]:
    """The waterfall, a line a step."""
    found = steps(whole)
    total = max((step.end for step in found), default=0.0)
    room = max(min(width - 34, 120), 10)
    row = whole.detail.row
    entries = [
        Entry(((f"{step.name:<12}{numbers.milliseconds(step.length):>8}  ", ""), (bar(step, total, room), step.tone)))
        for step in found
    ]
    if not entries:
        entries = [Entry((("not measured", "muted"),))]
    if row.output_tokens_per_second is not None:
        entries.append(Entry(((f"{'speed':<12}{row.output_tokens_per_second:>7.0f}  tok/s", "muted"),)))
    return entries


def timing(whole: Whole, width: int) -> Part:
    """The waterfall, then every reading."""
    detail, known = whole.detail, whole.detail.timing
    row = detail.row
    readings = [
        ("started", f"{numbers.clock(row.started_at, fraction=True)} local time"),
        ("connection opened in", seconds(known.connect_ms) if known.connect_ms else "reused or not measured"),
        ("TLS handshake", seconds(known.tls_ms) if known.tls_ms else ""),
        ("request read from the app after", seconds(known.sent_ms) if known.sent_ms is not None else ""),
        ("first byte of the answer after", seconds(known.first_byte_ms) if known.first_byte_ms is not None else ""),
        ("first content after (ttft)", seconds(row.ttft_ms) if row.ttft_ms is not None else ""),
        ("last content after", seconds(known.last_content_ms) if known.last_content_ms is not None else ""),
        ("in all", seconds(row.duration_ms)),
        ("provider's own processing", seconds(detail.processing_ms) if detail.processing_ms is not None else ""),
        ("output", f"{row.output_tokens_per_second:.1f} tokens/s" if row.output_tokens_per_second is not None else ""),
    ]
    entries = (*summary(whole, width), Entry((("", ""),)), *facts(readings))
    return Part("Timing", entries, "\n".join(f"{name}: {value}" for name, value in readings if value))
