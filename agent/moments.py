"""Points in time as people write them: `10m`, `2h`, `7d` ago, or ISO 8601. Its own file because options of the command
line and the filter language read the same words."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

AGO = re.compile(r"(\d+(?:\.\d+)?)(s|m|h|d|w)")
SECONDS = {"s": 1, "m": 60, "h": 3600, "d": 86400, "w": 604800}
LONGEST = timedelta(days=36500)


def parse_span(text: str) -> timedelta:
    """A length of time such as `30d`. Raises ValueError saying what is allowed."""
    if not (match := AGO.fullmatch(text.strip())):
        raise ValueError(f"{text!r} is not a length of time; write 90s, 10m, 2h, 7d or 4w")
    seconds = float(match[1]) * SECONDS[match[2]]
    if seconds > LONGEST.total_seconds():
        raise ValueError(f"{text!r} is longer than a hundred years")
    return timedelta(seconds=seconds)


def parse_moment(text: str, now: float) -> int:
    """The moment `text` names, in Unix milliseconds; `now` is in Unix seconds.

    A date or time without a zone is local time. Raises ValueError saying what is allowed.
    """
    if AGO.fullmatch(text.strip()):
        return int(now * 1000 - parse_span(text) / timedelta(milliseconds=1))
    try:
        moment = datetime.fromisoformat(text.strip())
        return int(moment.timestamp() * 1000)
    except (ValueError, OverflowError, OSError):
        raise ValueError(f"{text!r} is not a time; write 10m, 2h or 7d (ago), or 2026-03-01T08:00") from None


def iso(milliseconds: int) -> str:
    """ISO 8601 in UTC with milliseconds, as exports write it: 2026-03-01T08:00:00.000Z."""
    moment = datetime.fromtimestamp(milliseconds // 1000, UTC)
    return f"{moment:%Y-%m-%dT%H:%M:%S}.{milliseconds % 1000:03d}Z"


def local(milliseconds: int) -> str:
    """Date and time in the machine's zone, for people."""
    return f"{datetime.fromtimestamp(milliseconds / 1000):%Y-%m-%d %H:%M:%S}"
