"""What a simulated model makes of a prompt: tokens, a tool call or text, and when each piece comes. The endpoints
put it into their wire format; nothing here knows one."""

from __future__ import annotations

import json
from collections import OrderedDict
from dataclasses import dataclass, field
from random import Random
from typing import Any, Literal

from .messages import Document
from .models import Model
from .prose import cut, token_count, write

CACHE_BLOCK = 128
CACHE_FROM = 1024
"""Prompts are cached from 1,024 tokens on, in steps of 128: the provider's documented rule."""

TYPICAL_ANSWER = (24, 160)


@dataclass(frozen=True, slots=True)
class Prompt:
    """What the model reads and what it may do."""

    text: str
    input_tokens: int
    max_tokens: int | None = None
    tools: tuple[Document, ...] = ()  # function declarations: name and parameters
    tool_answered: bool = False  # the last thing said was a tool's result


@dataclass(frozen=True, slots=True)
class ToolCall:
    name: str
    arguments: str


@dataclass(frozen=True, slots=True)
class Generation:
    """One answer. `pieces` are (seconds since the one before, text); reasoning tokens are part of the output tokens."""

    model: Model
    input_tokens: int
    cached_tokens: int
    output_tokens: int
    reasoning_tokens: int
    finish: Literal["stop", "length", "tool_calls"]
    pieces: tuple[tuple[float, str], ...]
    tool: ToolCall | None = None

    @property
    def text(self) -> str:
        return "".join(text for _, text in self.pieces) if self.tool is None else ""

    @property
    def seconds(self) -> float:
        return sum(after for after, _ in self.pieces)


@dataclass(slots=True)
class PromptCache:
    """Which prompts were read before, by their first 1,024 tokens or so; the newest 500."""

    seen: OrderedDict[tuple[str, str], int] = field(default_factory=OrderedDict[tuple[str, str], int])

    def read(self, model: Model, prompt: Prompt) -> int:
        """How many of the prompt's tokens the provider had at hand; remembers the prompt."""
        if prompt.input_tokens < CACHE_FROM:
            return 0
        key = (model.name, prompt.text[: CACHE_FROM * 3])
        before = self.seen.pop(key, 0)
        self.seen[key] = prompt.input_tokens
        if len(self.seen) > 500:
            self.seen.popitem(last=False)
        return min(before, prompt.input_tokens) // CACHE_BLOCK * CACHE_BLOCK


def generate(model: Model, prompt: Prompt, cache: PromptCache, random: Random) -> Generation:
    """The model's answer to the prompt, the same for the same `random`."""
    reasoning = 64 * random.randint(1, 8) if model.reasons else 0
    tool = None
    finish: Literal["stop", "length", "tool_calls"] = "stop"
    if prompt.tools and not prompt.tool_answered:
        tool = _tool_call(prompt.tools[0], random)
        texts, finish = cut(tool.arguments), "tool_calls"
    else:
        wanted = random.randint(*TYPICAL_ANSWER)
        if prompt.max_tokens is not None and reasoning + wanted > prompt.max_tokens:
            reasoning = min(reasoning, prompt.max_tokens // 2)
            wanted, finish = prompt.max_tokens - reasoning, "length"
        texts = write(random, wanted)
    spoken = token_count("".join(texts)) + (token_count(tool.name) + 8 if tool else 0)
    waits = [model.token * random.uniform(0.6, 1.6) for _ in texts]
    if waits:
        waits[0] = model.first_token * random.uniform(0.7, 1.5) + reasoning * model.token / 4
    return Generation(
        model,
        prompt.input_tokens,
        cache.read(model, prompt),
        reasoning + spoken,
        reasoning,
        finish,
        tuple(zip(waits, texts, strict=True)),
        tool,
    )


def _tool_call(tool: Document, random: Random) -> ToolCall:
    properties: Document = tool.get("parameters", {}).get("properties", {})
    values = {name: _value(schema, random) for name, schema in properties.items()}
    return ToolCall(str(tool.get("name", "")), json.dumps(values))


def _value(schema: Document, random: Random) -> Any:
    if choices := schema.get("enum"):
        return random.choice(choices)
    match schema.get("type"):
        case "integer":
            return random.randint(1, 9999)
        case "number":
            return round(random.uniform(0, 100), 2)
        case "boolean":
            return random.random() < 0.5
        case _:
            return random.choice(("Zürich", "order 4812", "net 30", "last week"))
