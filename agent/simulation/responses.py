"""POST /v1/responses: documents and streams, conversations by previous_response_id."""

from __future__ import annotations

import json
from collections import OrderedDict
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from .generation import Generation, Prompt
from .messages import Answer, Document, elements, event_stream, json_answer, text_of
from .models import Model
from .prose import token_count
from .refusals import Refused, bad_parameter, missing_parameter, too_long, unknown_response

KEPT = 1000


@dataclass(slots=True)
class Memory:
    """What earlier responses read and said, for requests that build on one; the newest thousand."""

    texts: OrderedDict[str, str] = field(default_factory=OrderedDict[str, str])

    def keep(self, identifier: str, text: str) -> None:
        self.texts[identifier] = text
        if len(self.texts) > KEPT:
            self.texts.popitem(last=False)

    def recall(self, identifier: str) -> str:
        """Raises Refused where the response is not known."""
        if identifier not in self.texts:
            raise Refused(unknown_response(identifier))
        return self.texts[identifier]


def read_prompt(model: Model, body: Document, memory: Memory) -> Prompt:
    """What a request asks. Raises Refused where it can't be answered."""
    asked: Any = body.get("input")
    items: list[Document] = [{"role": "user", "content": asked}] if isinstance(asked, str) else elements(asked)
    if not asked or not items:
        raise Refused(missing_parameter("input"))
    limit = body.get("max_output_tokens")
    if limit is not None and (not isinstance(limit, int) or limit < 16):
        raise Refused(bad_parameter("max_output_tokens", limit, "Expected an integer of at least 16."))
    before = memory.recall(previous) if (previous := body.get("previous_response_id")) else ""
    text = "\n".join(filter(None, (before, body.get("instructions") or "", *map(_text, items))))
    tools = tuple(tool for tool in body.get("tools", ()) if tool.get("type") == "function")
    tokens = token_count(text) + 4 * len(items) + 3 + (token_count(json.dumps(tools)) if tools else 0)
    if tokens > model.context:
        raise Refused(too_long(model.context, tokens))
    return Prompt(text, tokens, limit, tools, items[-1].get("type") == "function_call_output")


def answer(generation: Generation, body: Document, identifier: str, now: int) -> Answer:
    """The answer on the wire; `identifier` is unique, `now` Unix seconds."""
    response: Document = {
        "id": f"resp_{identifier}",
        "object": "response",
        "created_at": now,
        "status": "in_progress",
        "background": False,
        "error": None,
        "incomplete_details": None,
        "instructions": body.get("instructions"),
        "max_output_tokens": body.get("max_output_tokens"),
        "model": generation.model.served,
        "output": [],
        "parallel_tool_calls": True,
        "previous_response_id": body.get("previous_response_id"),
        "service_tier": "default",
        "store": body.get("store", True),
        "temperature": body.get("temperature", 1.0),
        "text": {"format": {"type": "text"}},
        "tool_choice": "auto",
        "tools": body.get("tools", []),
        "top_p": 1.0,
        "truncation": "disabled",
        "usage": None,
        "metadata": body.get("metadata") or {},
    }
    if body.get("stream"):
        return event_stream(_numbered(_events(generation, response, identifier)))
    return json_answer(200, _finished(generation, response, identifier), after=generation.seconds)


def usage(generation: Generation) -> Document:
    """The usage object."""
    return {
        "input_tokens": generation.input_tokens,
        "input_tokens_details": {"cached_tokens": generation.cached_tokens},
        "output_tokens": generation.output_tokens,
        "output_tokens_details": {"reasoning_tokens": generation.reasoning_tokens},
        "total_tokens": generation.input_tokens + generation.output_tokens,
    }


def _finished(generation: Generation, response: Document, identifier: str) -> Document:
    cut = generation.finish == "length"
    output = [_item(generation, identifier, "incomplete" if cut else "completed")]
    if generation.reasoning_tokens:
        output.insert(0, {"id": f"rs_{identifier}", "type": "reasoning", "summary": []})
    return {
        **response,
        "status": "incomplete" if cut else "completed",
        "incomplete_details": {"reason": "max_output_tokens"} if cut else None,
        "output": output,
        "usage": usage(generation),
    }


def _item(generation: Generation, identifier: str, status: str) -> Document:
    if generation.tool is not None:
        return {
            "id": f"fc_{identifier}",
            "type": "function_call",
            "status": status,
            "call_id": f"call_{identifier[:24]}",
            "name": generation.tool.name,
            "arguments": generation.tool.arguments,
        }
    part = _part(generation.text)
    return {"id": f"msg_{identifier}", "type": "message", "status": status, "role": "assistant", "content": [part]}


def _part(text: str) -> Document:
    return {"type": "output_text", "text": text, "annotations": [], "logprobs": []}


type Timed = tuple[float, Document]


def _events(generation: Generation, response: Document, identifier: str) -> Iterator[Timed]:
    yield 0.0, {"type": "response.created", "response": response}
    yield 0.0, {"type": "response.in_progress", "response": response}
    index = 0
    if generation.reasoning_tokens:
        thought: Document = {"id": f"rs_{identifier}", "type": "reasoning", "summary": []}
        yield 0.0, {"type": "response.output_item.added", "output_index": 0, "item": thought}
        yield 0.0, {"type": "response.output_item.done", "output_index": 0, "item": thought}
        index = 1
    yield from (
        _function_call(generation, identifier, index) if generation.tool else _message(generation, identifier, index)
    )
    final = _finished(generation, response, identifier)
    yield 0.0, {"type": f"response.{final['status']}", "response": final}


def _function_call(generation: Generation, identifier: str, index: int) -> Iterator[Timed]:
    item = _item(generation, identifier, "completed")
    at = {"item_id": item["id"], "output_index": index}
    begun: Document = {**item, "arguments": "", "status": "in_progress"}
    yield 0.0, {"type": "response.output_item.added", "output_index": index, "item": begun}
    for after, text in generation.pieces:
        yield after, {"type": "response.function_call_arguments.delta", **at, "delta": text}
    yield 0.0, {"type": "response.function_call_arguments.done", **at, "arguments": item["arguments"]}
    yield 0.0, {"type": "response.output_item.done", "output_index": index, "item": item}


def _message(generation: Generation, identifier: str, index: int) -> Iterator[Timed]:
    item = _item(generation, identifier, "incomplete" if generation.finish == "length" else "completed")
    at = {"item_id": item["id"], "output_index": index, "content_index": 0}
    begun: Document = {**item, "content": [], "status": "in_progress"}
    yield 0.0, {"type": "response.output_item.added", "output_index": index, "item": begun}
    yield 0.0, {"type": "response.content_part.added", **at, "part": _part("")}
    for after, text in generation.pieces:
        yield after, {"type": "response.output_text.delta", **at, "delta": text, "logprobs": []}
    yield 0.0, {"type": "response.output_text.done", **at, "text": generation.text, "logprobs": []}
    yield 0.0, {"type": "response.content_part.done", **at, "part": _part(generation.text)}
    yield 0.0, {"type": "response.output_item.done", "output_index": index, "item": item}


def _numbered(events: Iterator[Timed]) -> Iterator[tuple[float, bytes]]:
    for number, (after, event) in enumerate(events):
        document = {**event, "sequence_number": number}
        data = json.dumps(document, separators=(",", ":"), ensure_ascii=False)
        yield after, f"event: {event['type']}\ndata: {data}\n\n".encode()


def _text(item: Document) -> str:
    return text_of(item.get("content") or item.get("output") or item.get("arguments"))
