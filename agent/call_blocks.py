"""Summaries of blocks of calls: which values occur among 1024 calls, and between which bounds their numbers lie.

A filter that finds little reads the summaries and then only the blocks in which something may be found: a thousandth
of what there is for what is rare, whatever it asks. A summary may say too much, never too little; a block without one
has to be read. So a call that changes takes its block's summary away (triggers, in the same transaction), and the store
makes those that are missing whenever another block is full.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence

SHIFT = 10
SIZE = 1 << SHIFT
"""Calls whose ids differ only in the last SHIFT bits are a block."""

NUMBERS = (
    "started_at", "status", "input_tokens", "cached_tokens", "output_tokens", "reasoning_tokens", "total_tokens",
    "cost_pico", "duration_ms", "ttft_ms", "output_tokens_per_second", "retry_of", "retry_count", "request_bytes",
    "response_bytes", "truncated",
)  # fmt: skip
"""Kept as lowest and highest value."""

TEXTS = (
    "state", "status", "kind", "stream", "session_id", "fault", "method", "door", "host", "usage_source", "cost_source",
    "finish_reason", "service_tier", "error_code", "error_type", "api_key", "organization", "project", "model",
    "model_requested", "endpoint", "app", "user_agent", "rating", "git_branch", "cwd", "tags",
    "error_message", "path", "user", "command",
)  # fmt: skip
"""Kept as the list of different values, each between commas (an empty one for null); null where that is too long."""

_OF_PROCESSES = ("app", "git_branch", "cwd", "command")
"""Those that are not columns of `calls`."""

LONGEST = 4000
LAG = 2
"""The newest blocks get no summary yet: their calls are still changing."""
AT_ONCE = 16


def table() -> str:
    """The statements that make the table and what keeps it true."""
    numbers = ", ".join(f"min_{name}, max_{name}" for name in NUMBERS)
    texts = ", ".join(f"{name} text" for name in TEXTS)
    watched = [name for name in dict.fromkeys(NUMBERS + TEXTS) if name not in _OF_PROCESSES]
    stale = f"begin delete from call_blocks where block = old.id >> {SHIFT}; end;"
    return (
        f"create table call_blocks (block integer primary key, {numbers}, {texts});\n"
        f"create trigger calls_changed after update of {', '.join(watched)}, process_id on calls {stale}\n"
        f"create trigger calls_deleted after delete on calls {stale}\n"
        "create trigger processes_renamed after update of app, git_branch, cwd on processes "
        "when (old.app, old.git_branch, old.cwd) <> (new.app, new.git_branch, new.cwd) begin "
        f"delete from call_blocks where block in (select id >> {SHIFT} from calls where process_id = old.id); end;\n"
    )


def _summary() -> str:
    values = [f"min(c.{name}), max(c.{name})" for name in NUMBERS]
    for name in TEXTS:
        source = f"{'p' if name in _OF_PROCESSES else 'c'}.{name}"
        found = f"',' || group_concat(distinct coalesce({source}, '')) || ','"
        short = f"total(length({source})) <= {50 * LONGEST} and length({found}) <= {LONGEST}"
        values.append(f"case when {short} then {found} end")
    return ", ".join(values)


_MADE = (
    f"select ?1, {_summary()} from calls c left join processes p on p.id = c.process_id "
    f"where c.id between ?1 << {SHIFT} and ?2"
)


def summarise(connection: sqlite3.Connection, most: int | None = AT_ONCE) -> int:
    """Make up to `most` summaries that are missing, of the newest blocks first; how many are made."""
    last = (connection.execute("select max(id) from calls").fetchone()[0] or 0) >> SHIFT
    there = {row[0] for row in connection.execute("select block from call_blocks")}
    missing = [block for block in range(last - LAG, -1, -1) if block not in there][:most]
    connection.executemany(f"insert into call_blocks {_MADE}", [(block, _last(block)) for block in missing])
    return len(missing)


def untrue(connection: sqlite3.Connection) -> list[int]:
    """The blocks whose summary is not what would be made of their calls now."""
    told = connection.execute("select * from call_blocks").fetchall()
    made = (connection.execute(_MADE, (row[0], _last(row[0]))).fetchone() for row in told)
    return [row[0] for row, new in zip(told, made, strict=True) if _unordered(row) != _unordered(new)]


def _last(block: int) -> int:
    return (block + 1 << SHIFT) - 1


def _unordered(summary: Sequence[object]) -> list[object]:
    return [sorted(it.split(",")) if isinstance(it, str) else it for it in summary]
