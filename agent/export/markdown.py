"""Calls to read: a heading, a line of figures, the messages and the answer. What was said is fenced, so that nothing in
it becomes markup."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, BinaryIO

from .. import transcript
from .job import Job, body_bytes

SPECIAL = re.compile(r"([\\`*_{}\[\]<>#|~!])")


def write(job: Job, out: BinaryIO, begun: bool) -> Iterator[int]:
    if not begun:
        out.write(b"# OpenAI API calls\n")
    for page in job.pages():
        for record in job.records(page):
            out.write(section(record).encode("utf-8", "replace"))
        yield page[-1]


def section(record: dict[str, Any]) -> str:
    """One call."""
    title = " · ".join(
        escaped(str(part)) for part in (record["method"], record["endpoint"], record["model"]) if part is not None
    )
    parts = [f"\n## Call {record['id']} · {title}\n", _figures(record)]
    if record["error_message"]:
        parts.append(f"\n**Error**\n\n{fenced(record['error_message'])}")
    if record["note"]:
        parts.append(f"\n**Note**\n\n{fenced(record['note'])}")
    said = transcript.read(body_bytes(record["request_body"]), body_bytes(record["response_body"]))
    if said is not None:
        for message in (*said.messages, *([said.answer] if said.answer else [])):
            parts.append(f"\n**{escaped(str(message.get('role')))}**\n\n{fenced(transcript.text_of_message(message))}")
    return "\n".join(parts) + "\n"


def _figures(record: dict[str, Any]) -> str:
    rows: list[tuple[str, Any]] = [
        ("started", record["started_at"]), ("app", record["app"]), ("session", record["session"]),
        ("state", record["state"]), ("status", record["status"]), ("fault", record["fault"]),
        ("input tokens", record["input_tokens"]), ("cached", record["cached_tokens"]),
        ("output tokens", record["output_tokens"]), ("usage", record["usage_source"]),
        ("cost in USD", record["cost_usd"] if record["cost_usd"] is not None else record["cost_source"]),
        ("duration in ms", record["duration_ms"]), ("to first content in ms", record["ttft_ms"]),
    ]  # fmt: skip
    lines = ["| | |", "|---|---|"]
    lines += [f"| {name} | {escaped(str(value))} |" for name, value in rows if value is not None]
    return "\n".join(lines)


def escaped(text: str) -> str:
    """Text in which nothing is markup, on one line."""
    return SPECIAL.sub(r"\\\1", " ".join(text.split()))


def fenced(text: str) -> str:
    """Text in a code block whose fence is longer than any in it."""
    longest = max((len(run) for run in re.findall(r"`+", text)), default=0)
    fence = "`" * max(3, longest + 1)
    return f"{fence}text\n{text}\n{fence}"
