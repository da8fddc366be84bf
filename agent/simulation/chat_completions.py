"""POST /v1/chat/completions: documents and streams, with tools, usage where asked for."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from .generation import Generation, Prompt
from .messages import Answer, Document, elements, event_stream, json_answer, text_of
from .models import Model
from .prose import token_count
from .refusals import Refused, bad_parameter, missing_parameter, too_long, unsupported_parameter

PER_MESSAGE = 3
"""Tokens around each message, and once for the answer to come: OpenAI's cookbook on counting tokens."""


def read_prompt(model: Model, body: Document) -> Prompt:
    """What a request asks. Raises Refused where it can't be answered."""
    messages = elements(body.get("messages"))
    if not messages:
        raise Refused(missing_parameter("messages"))
    temperature: Any = body.get("temperature", 1)
    if not isinstance(temperature, int | float) or not 0 <= temperature <= 2:
        raise Refused(bad_parameter("temperature", temperature, "Expected a number between 0 and 2."))
    if model.reasons and "max_tokens" in body:
        raise Refused(unsupported_parameter("max_tokens", "max_completion_tokens"))
    texts = [_text(message) for message in messages]
    tokens = sum(PER_MESSAGE + 1 + token_count(text) for text in texts) + PER_MESSAGE
    tools = tuple(tool["function"] for tool in body.get("tools", ()) if tool.get("type") == "function")
    tokens += token_count(json.dumps(tools)) if tools else 0
    if tokens > model.context:
        raise Refused(too_long(model.context, tokens))
    limit = body.get("max_completion_tokens", body.get("max_tokens"))
    return Prompt("\n".join(texts), tokens, limit, tools, messages[-1].get("role") == "tool")


def answer(generation: Generation, body: Document, identifier: str, now: int) -> Answer:
    """The answer on the wire; `identifier` is unique, `now` Unix seconds."""
    head: Document = {
        "id": f"chatcmpl-{identifier}",
        "created": now,
        "model": generation.model.served,
        "service_tier": "default",
        "system_fingerprint": f"fp_{identifier[:10]}",
    }
    if body.get("stream"):
        options: Any = body.get("stream_options") or {}
        wants_usage = bool(options.get("include_usage"))
        return event_stream(_events(generation, {**head, "object": "chat.completion.chunk"}, wants_usage, identifier))
    choice = {
        "index": 0,
        "message": {
            "role": "assistant",
            "content": generation.text if generation.tool is None else None,
            "refusal": None,
            "annotations": [],
            **({"tool_calls": [_tool(generation, identifier)]} if generation.tool else {}),
        },
        "logprobs": None,
        "finish_reason": generation.finish,
    }
    document = {**head, "object": "chat.completion", "choices": [choice], "usage": usage(generation)}
    return json_answer(200, document, after=generation.seconds)


def usage(generation: Generation) -> Document:
    """The usage object."""
    return {
        "prompt_tokens": generation.input_tokens,
        "completion_tokens": generation.output_tokens,
        "total_tokens": generation.input_tokens + generation.output_tokens,
        "prompt_tokens_details": {"cached_tokens": generation.cached_tokens, "audio_tokens": 0},
        "completion_tokens_details": {
            "reasoning_tokens": generation.reasoning_tokens,
            "audio_tokens": 0,
            "accepted_prediction_tokens": 0,
            "rejected_prediction_tokens": 0,
        },
    }


def _tool(generation: Generation, identifier: str) -> Document:
    assert generation.tool is not None
    function = {"name": generation.tool.name, "arguments": generation.tool.arguments}
    return {"id": f"call_{identifier[:24]}", "type": "function", "function": function}


def _events(
    generation: Generation, head: Document, wants_usage: bool, identifier: str
) -> Iterator[tuple[float, bytes]]:
    tail: Document = {"usage": None} if wants_usage else {}

    def chunk(delta: Document, finish: str | None = None) -> bytes:
        choice = {"index": 0, "delta": delta, "logprobs": None, "finish_reason": finish}
        return _event({**head, "choices": [choice], **tail})

    first: Document = {"role": "assistant", "content": "" if generation.tool is None else None, "refusal": None}
    if generation.tool is not None:
        call = _tool(generation, identifier)
        first["tool_calls"] = [{"index": 0, **call, "function": {**call["function"], "arguments": ""}}]
    waits = [after for after, _ in generation.pieces]
    yield (waits[0] if waits else 0.0), chunk(first)
    for number, (after, text) in enumerate(generation.pieces):
        delta: Document = {"content": text}
        if generation.tool is not None:
            delta = {"tool_calls": [{"index": 0, "function": {"arguments": text}}]}
        yield (after if number else 0.0), chunk(delta)
    yield 0.0, chunk({}, generation.finish)
    if wants_usage:
        yield 0.0, _event({**head, "choices": [], "usage": usage(generation)})
    yield 0.0, b"data: [DONE]\n\n"


def _event(document: Document) -> bytes:
    return f"data: {json.dumps(document, separators=(',', ':'), ensure_ascii=False)}\n\n".encode()


def _text(message: Document) -> str:
    calls = message.get("tool_calls")
    return text_of(message.get("content")) + (json.dumps(calls) if calls else "")
