"""Which calls have ended since one last looked: each once, though a remark may change its row again later.

For whoever keeps figures of a moment (alarms, metrics, traces) and would otherwise read a window's rows anew each
second.
"""

from __future__ import annotations

import json
from dataclasses import dataclass

from .reader import FROM, Reader
from .where import EVERYTHING, Where

PAGE = 5000


class Finished:
    """Follows a database from this moment on. `revision` is where it began: what ended by then is not told."""

    def __init__(self, reader: Reader) -> None:
        self._reader = reader
        # one statement, so that no call can end between its parts
        row = reader.row(
            "select (select value from counters where name = 'revision'), (select coalesce(max(id), 0) from calls), "
            "(select json_group_array(id) from calls where state = 'open')"
        )
        assert row is not None
        self.revision: int = row[0]
        self._seen: int = row[0]
        self._newest: int = row[1]
        self._open: set[int] = set(json.loads(row[2]))

    def ids(self) -> list[int]:
        """The calls that ended since the last time, in the order in which they were written."""
        found = list[int]()
        while True:
            rows = self._reader.rows(
                "select id, revision, state from calls where revision > ? order by revision limit ?",
                (self._seen, PAGE),
            )
            for number, revision, state in rows:
                self._seen = revision
                if state == "open":
                    self._open.add(number)
                elif number > self._newest or number in self._open:
                    self._open.discard(number)
                    found.append(number)
            self._newest = max([self._newest, *(row[0] for row in rows)])
            if len(rows) < PAGE:
                return found


@dataclass(frozen=True, slots=True)
class Sample:
    """What alarms count of one call that ended; times in milliseconds, `ended` since 1970.

    `headroom` is the lesser remaining share of its rate limits (0 to 100); `limit` says whose limits they are.
    """

    ended: int
    started: int
    failed: bool
    retried: bool
    tokens: int
    cost_pico: int
    duration_ms: float | None
    ttft_ms: float | None
    headroom: float | None
    limit: tuple[str, str]


ENDED = "(c.started_at + cast(coalesce(c.duration_ms, 0) as integer))"
FAILED = "c.state = 'failed'"
RETRIED = "(c.retry_of is not null or coalesce(c.retry_count, 0) > 0)"
TOKENS = "(coalesce(c.input_tokens, 0) + coalesce(c.output_tokens, 0))"
COST = "coalesce(c.cost_pico, 0)"
LIMIT = "coalesce(c.model, ''), coalesce(c.key_hash, '')"


def _share(unit: str) -> str:
    return f"100.0 * c.remaining_{unit} / nullif(c.limit_{unit}, 0)"


_REQUESTS, _TOKENS = _share("requests"), _share("tokens")
HEADROOM = f"min(coalesce({_REQUESTS}, {_TOKENS}), coalesce({_TOKENS}, {_REQUESTS}))"


def samples(reader: Reader, ids: list[int], where: Where = EVERYTHING) -> list[Sample]:
    """What is counted of those of the calls that match."""
    rows = reader.rows(
        f"select {ENDED}, c.started_at, {FAILED}, {RETRIED}, {TOKENS}, {COST}, c.duration_ms, c.ttft_ms, {HEADROOM}, "
        f"{LIMIT} {FROM} where c.id in (select value from json_each(?)) and c.state <> 'open' and ({where.sql})",
        (json.dumps(ids), *where.parameters),
    )
    return [Sample(*row[:9], limit=(row[9], row[10])) for row in rows]
