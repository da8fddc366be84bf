"""Agents at work, made from a seed: conversations that resend themselves each turn, with tools, through real readers.

Texts are of words and of code and numbers, so that they compress as such texts do and not better.
"""

from __future__ import annotations

import json
import random
from collections.abc import Iterator
from typing import Any

from wiretally.agent.entry import Entry, Process
from wiretally.agent.exchange import CapturedExchange
from wiretally.agent.headers import HeaderBlock
from wiretally.agent.interpret import Interpreter

TOOLS = ("read_file", "search", "run_tests", "edit_file", "list_folder", "fetch_page")


class Speaker:
    """Says things: sentences of a vocabulary whose words are as unevenly used as a language's."""

    def __init__(self, seed: int) -> None:
        self.chance = random.Random(seed)
        letters = random.Random(0)
        self._words = [
            "".join(letters.choices("etaoinshrdlucmfwypvbgkjqxz", k=letters.randint(2, 11))) for _ in range(4000)
        ]
        self._weights = [1 / (rank + 3) for rank in range(len(self._words))]

    def text(self, words: int) -> str:
        return " ".join(self.chance.choices(self._words, self._weights, k=words))

    def output(self, lines: int) -> str:
        """What a tool gives back: lines of code, paths and numbers."""
        return "\n".join(
            f"{self.chance.randrange(900):4} {self.text(5)} = {self.chance.random():.6f}  # {self.text(3)}"
            for _ in range(lines)
        )


def definitions() -> list[dict[str, Any]]:
    """The tools' definitions, sent with each request."""
    speaker = Speaker(7)
    made = list[dict[str, Any]]()
    for name in TOOLS:
        properties = {"path": {"type": "string", "description": speaker.text(12)}}
        parameters = {"type": "object", "properties": properties, "required": ["path"]}
        function = {"name": name, "description": speaker.text(40), "parameters": parameters}
        made.append({"type": "function", "function": function})
    return made


def conversation(seed: int, turns: int = 40) -> Iterator[tuple[bytes, bytes]]:
    """Request and answer of each turn of one agent."""
    speaker, tools = Speaker(seed), definitions()
    system = Speaker(3).text(350)
    messages: list[dict[str, Any]] = [
        {"role": "system", "content": system},
        {"role": "user", "content": speaker.text(80)},
    ]
    for turn in range(turns):
        request = {
            "messages": messages,
            "model": "gpt-5",
            "stream": True,
            "stream_options": {"include_usage": True},
            "tools": tools,
        }
        said, call = speaker.text(30), f"call_{speaker.chance.getrandbits(96):024x}"
        arguments = json.dumps({"path": f"src/{speaker.text(1)}.py", "query": speaker.text(8)})
        function = {"name": speaker.chance.choice(TOOLS), "arguments": arguments}
        yield json.dumps(request, separators=(",", ":")).encode(), streamed(speaker, said, call, function)
        asked = {"id": call, "type": "function", "function": function}
        messages = [
            *messages,
            {
                "role": "assistant",
                "content": said,
                "tool_calls": [asked],
            },
            {"role": "tool", "tool_call_id": call, "content": speaker.output(18)},
        ]
        if turn % 8 == 7:
            messages.append({"role": "user", "content": speaker.text(40)})


def streamed(speaker: Speaker, said: str, call: str, function: dict[str, str]) -> bytes:
    """An answer as a chat stream, a word an event."""
    head: dict[str, Any] = {
        "id": f"chatcmpl-{speaker.chance.getrandbits(120):030x}", "object": "chat.completion.chunk",
        "created": 1790000000, "model": "gpt-5-2026-08-07", "service_tier": "default", "system_fingerprint": None,
    }  # fmt: skip
    named = {"index": 0, "id": call, "type": "function", "function": {**function, "arguments": ""}}
    deltas: list[dict[str, Any]] = [{"role": "assistant", "content": ""}]
    deltas += [{"content": f" {word}"} for word in said.split()]
    deltas.append({"tool_calls": [named]})
    text = function["arguments"]
    pieces = [text[at : at + 6] for at in range(0, len(text), 6)]
    deltas += [{"tool_calls": [{"index": 0, "function": {"arguments": piece}}]} for piece in pieces]
    choices: list[dict[str, Any]] = [{"index": 0, "delta": delta, "finish_reason": None} for delta in deltas]
    chunks: list[dict[str, Any]] = [{**head, "choices": [choice], "usage": None} for choice in choices]
    chunks.append({**head, "choices": [{"index": 0, "delta": {}, "finish_reason": "tool_calls"}], "usage": None})
    cached = {"prompt_tokens_details": {"cached_tokens": 8000}}
    chunks.append({**head, "choices": [], "usage": {"prompt_tokens": 9000, "completion_tokens": 90, **cached}})
    events = [b"data: " + json.dumps(chunk, separators=(",", ":")).encode() + b"\n\n" for chunk in chunks]
    return b"".join([*events, b"data: [DONE]\n\n"])


def entries(conversations: int, turns: int = 40) -> Iterator[Entry]:
    """The agents' calls as the recorder hands them over, interleaved: all first turns, all second turns, ..."""
    interpreter = Interpreter(salt=b"salt")
    running = [conversation(seed, turns) for seed in range(conversations)]
    number = 0
    for _ in range(turns):
        for place, agent in enumerate(running):
            request, answer = next(agent)
            number += 1
            yield _entry(interpreter, (number, place), request, answer)


def _entry(interpreter: Interpreter, number: tuple[int, int], request: bytes, answer: bytes) -> Entry:
    chance = random.Random(number[0])
    at = 1_790_000_000.0 + number[0]
    sent = (
        ("Host", "api.openai.com"), ("Accept-Encoding", "gzip, deflate"), ("Connection", "keep-alive"),
        ("Accept", "application/json"), ("Content-Type", "application/json"), ("User-Agent", "OpenAI/Python 3.1.0"),
        ("X-Stainless-Lang", "python"), ("X-Stainless-Package-Version", "3.1.0"), ("X-Stainless-OS", "Linux"),
        ("X-Stainless-Arch", "x64"), ("X-Stainless-Runtime", "CPython"), ("X-Stainless-Runtime-Version", "3.13.0"),
        ("Authorization", "Bearer sk-…9f2c"), ("x-stainless-retry-count", "0"), ("Content-Length", str(len(request))),
    )  # fmt: skip
    received = (
        ("Date", "Sun, 22 Nov 2026 11:05:00 GMT"), ("Content-Type", "text/event-stream; charset=utf-8"),
        ("Transfer-Encoding", "chunked"), ("Connection", "keep-alive"), ("openai-organization", "user-x"),
        ("openai-processing-ms", str(chance.randrange(200, 3000))), ("openai-version", "2020-10-01"),
        ("x-ratelimit-limit-requests", "10000"), ("x-ratelimit-limit-tokens", "30000000"),
        ("x-ratelimit-remaining-requests", "9999"), ("x-ratelimit-remaining-tokens", str(chance.randrange(30_000_000))),
        ("x-ratelimit-reset-requests", "6ms"), ("x-ratelimit-reset-tokens", f"{chance.randrange(60)}ms"),
        ("x-request-id", f"req_{chance.getrandbits(128):032x}"), ("Server", "cloudflare"),
        ("CF-RAY", f"{chance.getrandbits(64):016x}-FRA"), ("cf-cache-status", "DYNAMIC"),
    )  # fmt: skip
    pieces = [(at + 0.5 + place / 50, len(answer) * (place + 1) // 40) for place in range(40)]
    asked, answered = HeaderBlock.of(*sent), HeaderBlock.of(*received)
    exchange = CapturedExchange(
        f"{number[0]:032x}", at, method="POST", host="api.openai.com", path="/v1/chat/completions",
        request_headers=asked, request_body=request,
        request_size=len(request), sent_at=at + 0.001, status=200, response_headers=answered,
        response_body=answer, response_size=len(answer), head_at=at + 0.4, pieces=pieces, ended_at=at + 1.5,
        ending="answered",
    )  # fmt: skip
    call = interpreter.call(exchange)
    process = Process(1000 + number[1] % 8, 1.0, "agent.py", "python agent.py", "/srv", "main")
    return Entry(call, "agents", process, "c1", asked.kept(), answered.kept(), request, answer)
