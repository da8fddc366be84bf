"""What the agent says of itself: its state, what failed inside it, which clients did not trust its certificate."""

from __future__ import annotations

from dataclasses import dataclass

from .reader import Reader


@dataclass(frozen=True, slots=True)
class Fault:
    """Something of wiretally's own that failed, `count` times, at last at `at` (Unix seconds)."""

    at: float
    place: str
    error: str
    count: int


@dataclass(frozen=True, slots=True)
class Refusal:
    """A client that did not trust the certificate; `at` in Unix seconds."""

    at: float
    app: str | None
    pid: int | None
    server_name: str | None
    error: str | None


def state(reader: Reader) -> dict[str, str]:
    """Everything the agent has said of itself, by name."""
    return dict(reader.rows("select name, value from agent_state order by name"))


def faults(reader: Reader, since: float = 0) -> list[Fault]:
    """What failed at or after `since` (Unix seconds), newest first."""
    rows = reader.rows("select at, place, error, count from faults where at >= ? order by at desc", (since * 1000,))
    return [Fault(at / 1000, *rest) for at, *rest in rows]


def refusals(reader: Reader, limit: int = 100) -> list[Refusal]:
    """The newest refusals, newest first."""
    rows = reader.rows("select at, app, pid, server_name, error from refusals order by id desc limit ?", (limit,))
    return [Refusal(at / 1000, *rest) for at, *rest in rows]
