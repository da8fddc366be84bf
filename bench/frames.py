"""Calls as the proxy hands them over: frames of chat completions, streams and embeddings as the openai SDK sends them
and the API answers them, with all their headers. The same for a seed; about 2 KB of bodies a chat call.
"""

from __future__ import annotations

import base64
import json
import random
from collections.abc import Callable
from typing import Any
from uuid import UUID

from wiretally.agent.exchange import Kind, encode, in_order
from wiretally.agent.headers import Fields, joined

from .month import WORDS

KEY = "sk-proj-bench0123456789abcdefghijklmnop"
CHAT, EMBEDDINGS = "/v1/chat/completions", "/v1/embeddings"
EVENTS = 40
NO_DETAILS = {"audio_tokens": 0, "accepted_prediction_tokens": 0, "rejected_prediction_tokens": 0}

type Frames = list[bytes]


def _pairs(text: str) -> Fields:
    lines = [line.partition(": ") for line in text.strip().splitlines()]
    return tuple([(name.encode(), value.encode()) for name, _, value in lines])


def _asked(size: int) -> Fields:
    return _pairs(f"""
Host: api.openai.com
Accept-Encoding: gzip, deflate
Connection: keep-alive
Accept: application/json
Content-Type: application/json
User-Agent: OpenAI/Python 2.8.1
X-Stainless-Lang: python
X-Stainless-Package-Version: 2.8.1
X-Stainless-OS: Linux
X-Stainless-Arch: x64
X-Stainless-Runtime: CPython
X-Stainless-Runtime-Version: 3.13.0
Authorization: Bearer {KEY}
X-Stainless-Async: false
x-stainless-retry-count: 0
x-stainless-read-timeout: 600
Content-Length: {size}""")


def _answered(chance: random.Random, kind: str) -> Fields:
    return _pairs(f"""
Date: Sun, 22 Nov 2026 11:05:{chance.randrange(60):02} GMT
Content-Type: {kind}
Transfer-Encoding: chunked
Connection: keep-alive
access-control-expose-headers: X-Request-ID
openai-organization: acme
openai-processing-ms: {chance.randrange(200, 4000)}
openai-project: proj_abc123def456
openai-version: 2020-10-01
x-envoy-upstream-service-time: {chance.randrange(200, 4000)}
x-ratelimit-limit-requests: 10000
x-ratelimit-limit-tokens: 30000000
x-ratelimit-remaining-requests: {chance.randrange(9000, 10000)}
x-ratelimit-remaining-tokens: {chance.randrange(29_000_000, 30_000_000)}
x-ratelimit-reset-requests: {chance.randrange(1, 60)}ms
x-ratelimit-reset-tokens: {chance.randrange(9)}ms
x-request-id: req_{chance.getrandbits(128):032x}
x-openai-proxy-wasm: v0.1
cf-cache-status: DYNAMIC
Set-Cookie: __cf_bm={chance.getrandbits(160):040x}; path=/; HttpOnly
Strict-Transport-Security: max-age=31536000; includeSubDomains; preload
X-Content-Type-Options: nosniff
Server: cloudflare
CF-RAY: {chance.getrandbits(64):016x}-FRA
alt-svc: h3=":443"; ma=86400""")


def _text(chance: random.Random, words: int) -> str:
    return " ".join(chance.choices(WORDS, k=words))


def _usage(tokens_in: int, tokens_out: int) -> dict[str, Any]:
    return {
        "prompt_tokens": tokens_in,
        "completion_tokens": tokens_out,
        "total_tokens": tokens_in + tokens_out,
        "prompt_tokens_details": {"cached_tokens": 0, "audio_tokens": 0},
        "completion_tokens_details": {"reasoning_tokens": 0, **NO_DETAILS},
    }


def _begin(chance: random.Random, at: float, path: str, request: dict[str, Any]) -> tuple[str, bytes]:
    body = json.dumps(request).encode()
    call = in_order(str(UUID(int=chance.getrandbits(128), version=4)), at)
    connection = f"connection {chance.randrange(16)}"
    frame = [
        Kind.BEGIN, call, 0, at, "base_url", connection, ("127.0.0.1", 50_000), "POST", "https", "api.openai.com", 443,
        path, "HTTP/1.1", joined(_asked(len(body))), None, None, body, len(body), at + 0.001,
    ]  # fmt: skip
    return call, encode(frame)


def _answer(chance: random.Random, call: str, at: float, document: dict[str, Any]) -> bytes:
    body = json.dumps(document, indent=2).encode()
    head = [200, "OK", "HTTP/1.1", joined(_answered(chance, "application/json")), 0.0, 0.0]
    return encode([Kind.ANSWER, call, 1, at + 0.9, *head, body, len(body), at + 0.91])


def chat(chance: random.Random, at: float) -> Frames:
    """A chat completion answered whole."""
    said = [
        {"role": "system", "content": "You are a support assistant. Answer in two sentences."},
        {"role": "user", "content": _text(chance, 120)},
    ]
    call, begin = _begin(chance, at, CHAT, {"messages": said, "model": "gpt-4o-mini", "temperature": 0.2})
    message: dict[str, Any] = {"role": "assistant", "content": _text(chance, 50), "refusal": None}
    document: dict[str, Any] = {
        "id": f"chatcmpl-{chance.getrandbits(116):029x}",
        "object": "chat.completion",
        "created": 1_790_000_000,
        "model": "gpt-4o-mini-2024-07-18",
        "choices": [{"index": 0, "message": message, "logprobs": None, "finish_reason": "stop"}],
        "usage": _usage(chance.randrange(100, 300), chance.randrange(40, 90)),
        "service_tier": "default",
        "system_fingerprint": "fp_560af6e559",
    }
    return [begin, _answer(chance, call, at, document)]


def embeddings(chance: random.Random, at: float) -> Frames:
    """An embedding of 1,536 numbers, in base64 as the SDK asks for it."""
    asked = {"input": _text(chance, 100), "model": "text-embedding-3-small", "encoding_format": "base64"}
    call, begin = _begin(chance, at, EMBEDDINGS, asked)
    vector = base64.b64encode(chance.randbytes(1536 * 4)).decode()
    document = {
        "object": "list",
        "data": [{"object": "embedding", "index": 0, "embedding": vector}],
        "model": "text-embedding-3-small",
        "usage": {"prompt_tokens": 100, "total_tokens": 100},
    }
    return [begin, _answer(chance, call, at, document)]


def stream(chance: random.Random, at: float) -> Frames:
    """A chat completion streamed a word at a time, its usage at the end."""
    asked = {
        "messages": [{"role": "user", "content": _text(chance, 80)}],
        "model": "gpt-4o-mini",
        "stream": True,
        "stream_options": {"include_usage": True},
    }
    call, begin = _begin(chance, at, CHAT, asked)
    chunk: dict[str, Any] = {
        "id": f"chatcmpl-{chance.getrandbits(116):029x}",
        "object": "chat.completion.chunk",
        "model": "gpt-4o-mini-2024-07-18",
        "service_tier": "default",
    }
    choices: list[dict[str, Any]] = [{"delta": {"content": f" {_text(chance, 1)}"}} for _ in range(EVENTS)]
    chunks = [{**chunk, "choices": [{"index": 0, **choice, "finish_reason": None}]} for choice in choices]
    chunks.append({**chunk, "choices": [{"index": 0, "delta": {}, "finish_reason": "stop"}]})
    chunks.append({**chunk, "choices": [], "usage": _usage(100, EVENTS)})
    pieces = [f"data: {json.dumps(it)}\n\n".encode() for it in chunks] + [b"data: [DONE]\n\n"]
    head = [200, "OK", "HTTP/1.1", joined(_answered(chance, "text/event-stream; charset=utf-8")), 0.0, 0.0]
    frames = [begin, encode([Kind.HEAD, call, 1, at + 0.4, *head])]
    for number, piece in enumerate(pieces, 2):
        frames.append(encode([Kind.DATA, call, number, at + 0.4 + number / 50, piece, len(piece)]))
    end = len(frames)
    return [*frames, encode([Kind.END, call, end, at + 0.4 + end / 50, "answered", None])]


KINDS: dict[str, Callable[[random.Random, float], Frames]] = {
    "chat": chat,
    "streams": stream,
    "embeddings": embeddings,
}
