"""Writes docs/schema.md from the tables themselves: `python -m wiretally.agent.schema_docs`.

Its own file because the page is made, never edited: a test holds it against what a new database has, and refuses a
table without a sentence about it.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator

from . import schema
from .queries.export import COLUMNS

TABLES: dict[str, str] = {
    "readable_calls": "One row a call in friendly units: ISO times in UTC, seconds, USD, names instead of numbers.",
    "readable_days": "One row a day and model, from the roll-ups.",
    "calls": "One row a call. `revision` rises with each change, so `revision > N` is what is new since N.",
    "call_blocks": (
        "What occurs in each block of 1024 calls: lowest and highest of its numbers, different values of its texts."
        " Filters skip by it; a block that changed has no row for a while."
    ),
    "sessions": "Spans of recording: an agent's run, one `wiretally exec`, an import.",
    "processes": "Programs that opened connections.",
    "conversations": "Chains of calls; calls name theirs in `conversation_id`.",
    "details": "Headers, timing, the provider's own usage and the cost's lines of a call, packed (`agent/details.py`).",
    "bodies": "Which stretches of a log a body consists of; `side` is request, response or messages (of a websocket).",
    "body_logs": "Growing texts that bodies are stretches of, and how many bodies use each.",
    "body_parts": "The compressed parts of logs: `id` is the log's times 1024 plus its place; the first is dictionary.",
    "rollups": (
        "Totals by minute, hour and day (`level` in ms), for all calls and by each value of a dimension. Histograms are"
        " 32-bit counts of buckets at powers of 1.02."
    ),
    "ratelimits": "What answers said of the limits of a model and key, one sample in ten seconds.",
    "conversation_keys": "By what a following turn names a call; keys are 64 bits of a digest.",
    "balance_events": "What was said about the prepaid balance: set, add, sync, exhausted.",
    "alarm_events": "Each firing and clearing of an alarm.",
    "alarm_states": "Where each alarm stands.",
    "refusals": "Clients that did not trust the certificate.",
    "faults": "What failed inside wiretally, counted.",
    "agent_state": "What the agent says of itself.",
    "counters": "The last revision, and how many calls were deleted.",
    "search": "Full-text index (FTS5) of prompts and answers by call number; holds no text.",
}
"""A sentence about each table and view, in the page's order."""

MEANINGS: dict[str, str] = {
    "started_at": "Unix milliseconds",
    "cost_pico": "cost in picodollars (1e-12 USD), null where it could not be priced",
    "session_id": "its session",
    "process_id": "the program that made it",
    "conversation_id": "its conversation",
    "kind": "chat, responses, embeddings, images, audio, realtime, batch, ...",
    "body_hash": "64 bits of a digest of method, path and body; equal for repeats",
    "key_hash": "salted digest that tells keys apart",
    "door": "proxy, base_url, local or import",
    "limits_other": "further rate-limit headers, a JSON object",
    "problem": "why something could not be read",
    "uid": "unique across agents and machines",
    "tags": "a JSON object",
}
INTRODUCTION = """# The database

One SQLite file, `wiretally db path` names it. It is a public interface: read it with any tool, best read-only
(`file:PATH?mode=ro`) while an agent runs. Times are Unix milliseconds, money is an integer of picodollars so that sums
are exact; the `readable_` views give both in friendly units. This page is made from the schema; migrations are
numbered, `pragma user_version` says how many a file has.

```sh
sqlite-utils rows "$(wiretally db path)" readable_calls --limit 5 -t
datasette "$(wiretally db path)"
duckdb -c "attach '$(wiretally db path)' as w (type sqlite); select sum(cost_usd) from w.readable_days"
```

```python
import sqlite3, subprocess, pandas

path = subprocess.run(["wiretally", "db", "path"], capture_output=True, text=True, check=True).stdout.strip()
calls = pandas.read_sql("select * from readable_calls", sqlite3.connect(f"file:{path}?mode=ro", uri=True))
calls.groupby("model").duration_seconds.plot.hist(bins=50)
```
"""


def page() -> str:
    """The whole of docs/schema.md."""
    connection = sqlite3.connect(":memory:", isolation_level=None)
    schema.migrate(connection)
    lines = [INTRODUCTION]
    for name, sentence in TABLES.items():
        lines += [f"## {name}", "", sentence, "", "| column | type | |", "|---|---|---|"]
        lines += list(_columns(connection, name))
        lines.append("")
    connection.close()
    return "\n".join(lines)


def _columns(connection: sqlite3.Connection, table: str) -> Iterator[str]:
    known = {column.name: column.meaning for column in COLUMNS}
    for _, name, kind, *_ in connection.execute(f"pragma table_info({table})"):
        meaning = {**known, **MEANINGS}.get(name, "") if table == "calls" else ""
        yield f"| {name} | {kind.lower()} | {meaning} |"


if __name__ == "__main__":
    print(page(), end="")
