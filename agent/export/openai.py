"""Conversations in OpenAI's chat format, one a line, for evals and fine-tuning: the messages as sent with the model's
answer after them, and the tools it had. Calls without both are left out."""

from __future__ import annotations

from collections.abc import Iterator
from typing import BinaryIO

import msgspec

from .. import transcript
from ..personal_data import Record
from ..wire.draft import Fields, fields_of, objects_of, text_of
from .job import Job, body_bytes


def write(job: Job, out: BinaryIO, begun: bool) -> Iterator[int]:
    del begun
    for page in job.pages():
        for record in job.records(page):
            if (line := conversation(record)) is not None:
                out.write(msgspec.json.encode(line) + b"\n")
        yield page[-1]


def conversation(record: Record) -> Fields | None:
    """The call as a line of the format, or None where it was not answered or is not a conversation."""
    if record["state"] != "done":
        return None
    said = transcript.read(body_bytes(record["request_body"]), body_bytes(record["response_body"]))
    if said is None or said.answer is None or not said.messages or (answer := _answer(said.answer)) is None:
        return None
    messages = [message for sent in said.messages if (message := _message(sent)) is not None]
    line: Fields = {"messages": [*messages, answer]}
    if tools := _tools(objects_of(said.parameters, "tools")):
        line["tools"] = tools
        if isinstance(parallel := said.parameters.get("parallel_tool_calls"), bool):
            line["parallel_tool_calls"] = parallel
    if functions := objects_of(said.parameters, "functions"):
        line["functions"] = functions
    return line


SAID = ("content", "tool_calls", "function_call", "refusal")
PARTS = {
    "user": ("text", "image_url", "input_audio", "file"),
    "assistant": ("text", "refusal"),
}
"""The kinds of content that a role may have in the chat format; text alone for the others."""


def _answer(answer: Fields) -> Fields | None:
    """The model's message without what only answers have; None where it says nothing."""
    kept = {name: value for name, value in answer.items() if name in ("role", "name", *SAID) and value}
    if "content" not in kept and (spoken := text_of(fields_of(answer, "audio"), "transcript")):
        kept["content"] = spoken
    message = _message(kept)
    return message if message and any(message.get(name) for name in SAID) else None


def _message(message: Fields) -> Fields | None:
    """A message with content that its role may have. What has no place in the format is named in brackets; of an
    assistant's message, where that would teach a model to write brackets, it is left out, and None if nothing stays."""
    content: object = message.get("content")
    if not isinstance(content, list):
        return message
    role = text_of(message, "role") or ""
    allowed = PARTS.get(role, ("text",))
    parts: list[Fields] = []
    for part in objects_of(message, "content"):
        if (kind := text_of(part, "type")) in allowed:
            parts.append(part)
        elif role != "assistant":
            parts.append({"type": "text", "text": f"[{kind}]"})
    if parts:
        return message | {"content": parts}
    return message | {"content": None} if any(message.get(name) for name in SAID[1:]) else None


def _tools(tools: list[Fields]) -> list[Fields]:
    """Tools in chat's spelling. The Responses API has a tool's fields beside its type, and tools in namespaces; those
    that OpenAI runs itself have no place in the format."""
    found: list[Fields] = []
    for tool in tools:
        kind = text_of(tool, "type")
        if kind == "namespace":
            found += _tools(objects_of(tool, "tools"))
        elif kind in ("function", "custom"):
            own = fields_of(tool, kind) or {name: value for name, value in tool.items() if name != "type"}
            found.append({"type": kind, kind: {name: value for name, value in own.items() if value is not None}})
    return found
