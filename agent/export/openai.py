"""Conversations in OpenAI's chat format, one a line, for evals and fine-tuning: the messages as sent with the model's
answer after them, and the tools it had. Calls without both are left out."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, BinaryIO

import msgspec

from .. import transcript
from ..wire.draft import Fields, objects_of
from .job import Job, body_bytes


def write(job: Job, out: BinaryIO, begun: bool) -> Iterator[int]:
    del begun
    for page in job.pages():
        for record in job.records(page):
            if (line := conversation(record)) is not None:
                out.write(msgspec.json.encode(line) + b"\n")
        yield page[-1]


def conversation(record: dict[str, Any]) -> Fields | None:
    """The call as a line of the format, or None where it was not answered or is not a conversation."""
    if record["state"] != "done":
        return None
    said = transcript.read(body_bytes(record["request_body"]), body_bytes(record["response_body"]))
    if said is None or said.answer is None or not said.messages:
        return None
    answer = {name: value for name, value in said.answer.items() if value is not None and name in KEPT}
    if "content" not in answer and "tool_calls" not in answer:
        return None
    line: Fields = {"messages": [*said.messages, answer]}
    if tools := objects_of(said.parameters, "tools"):
        line["tools"] = [_tool(tool) for tool in tools]
    if isinstance(parallel := said.parameters.get("parallel_tool_calls"), bool):
        line["parallel_tool_calls"] = parallel
    return line


KEPT = frozenset({"role", "content", "tool_calls", "refusal", "name"})


def _tool(tool: Fields) -> Fields:
    """A tool in chat's spelling; the Responses API has the function's fields beside its type."""
    if tool.get("type") != "function" or "function" in tool:
        return tool
    return {"type": "function", "function": {name: value for name, value in tool.items() if name != "type"}}
