"""Values of headers as what they mean: a trace id, a number, a count. Its own file because each may be missing, odd or
hostile, and none of that may cost a call its row.
"""

from __future__ import annotations


def trace_id(traceparent: str | None) -> str | None:
    parts = (traceparent or "").split("-")
    return parts[1] if len(parts) >= 4 and len(parts[1]) == 32 and set(parts[1]) != {"0"} else None


def number_of(text: str | None) -> float | None:
    try:
        value = float(text) if text else None
    except ValueError:
        return None
    return value if value is not None and 0 <= value < 1e12 else None


def count_of(text: str | None) -> int | None:
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < 7 else None
