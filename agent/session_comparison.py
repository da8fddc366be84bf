"""Two runs side by side: their calls, failures, tokens, money and times, in all and by model, with the change.

Apart from comparison.py, which compares what was said in two calls; the rows are the same, so the screen draws both.
"""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from .comparison import Row, Section
from .errors import UsageError
from .queries import sessions, totals
from .queries.reader import Reader
from .queries.sessions import Session
from .queries.totals import Totals
from .queries.where import Where

type Figure = int | float | Decimal | None


def compare_sessions(reader: Reader, left: str, right: str) -> list[Row]:
    """The rows of two sessions, by name. Raises UsageError where one is not there."""
    one, two = _find(reader, left), _find(reader, right)
    rows = [
        _row("figures", "lasted s", _lasted(one), _lasted(two), 0),
        *_figures("figures", "", one.totals, two.totals),
    ]
    models = [_by_model(reader, session) for session in (one, two)]
    for name in sorted({*models[0], *models[1]}):
        found = (side.get(name) for side in models)
        rows += _figures("models", f"{name or '(no model)'} ", *found)
    return rows


def _find(reader: Reader, name: str) -> Session:
    if (found := sessions.find(reader, name)) is None:
        raise UsageError(f"there is no session {name!r}. `wiretally sessions` lists them.")
    return found


def _by_model(reader: Reader, session: Session) -> dict[str, Totals]:
    where = Where("c.session_id = ?", (session.id,))
    return {group.value: group.totals for group in totals.by(reader, "model", totals.ALWAYS, where)}


def _lasted(session: Session) -> float | None:
    return None if session.ended_at is None else session.ended_at - session.started_at


def _figures(section: Section, of: str, left: Totals | None, right: Totals | None) -> Iterator[Row]:
    """What a run or a model of it adds up to, side by side."""

    def row(name: str, attribute: str, decimals: int = 0, factor: int = 1) -> Row:
        values: list[Figure] = [getattr(side, attribute) if side else None for side in (left, right)]
        one, two = (None if value is None else value * factor for value in values)
        return _row(section, of + name, one, two, decimals)

    yield row("calls", "calls")
    yield row("failed", "failed")
    yield row("failed %", "error_rate", 1, 100)
    yield row("retries", "retries")
    yield row("input tokens", "input_tokens")
    yield row("cached %", "cached_share", 1, 100)
    yield row("output tokens", "output_tokens")
    yield row("reasoning tokens", "reasoning_tokens")
    yield row("cost $", "cost", 6)
    yield row("estimated cost $", "estimated_cost", 6)
    yield row("unpriced calls", "unpriced")
    yield row("latency p50 ms", "latency_p50_ms")
    yield row("latency p95 ms", "latency_p95_ms")
    yield row("first token p50 ms", "ttft_p50_ms")
    yield row("first token p95 ms", "ttft_p95_ms")
    yield row("tokens/s", "output_tokens_per_second", 1)


def _row(section: Section, name: str, left: Figure, right: Figure, decimals: int) -> Row:
    one, two = (_shown(value, decimals) for value in (left, right))
    same = one == two
    if not same and left and right is not None:
        two += f"  ({100 * (float(right) - float(left)) / float(left):+,.0f} %)"
    return Row(section, name, one, two, same)


def _shown(value: Figure, decimals: int) -> str:
    return "" if value is None else f"{value:,.{decimals}f}"
