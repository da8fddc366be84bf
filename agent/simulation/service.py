"""The simulated provider: takes a request, answers as api.openai.com would, or fails as it does at times.

What one request gets depends on the seed and on what came before, never on the clock, so a run can be repeated.
"""

from __future__ import annotations

import hashlib
import re
import time
from collections import OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from random import Random

from ..copies import replace
from . import chat_completions, embeddings, responses
from .generation import PromptCache, generate
from .messages import Answer, Document, Headers, Piece, Request, compressed, json_answer
from .models import MODELS, Model, find
from .ratelimits import RateLimits
from .refusals import BY_NAME, Refused, missing_key, not_json, unknown_model, unknown_path, wrong_key

REMEMBERED = 10_000
SLOW = 4.0
"""Seconds that a slow answer takes longer."""

CHOICE_HEADER = "x-simulate"
"""A request may name what is to happen to it: a name of `refusals.BY_NAME`, `cut` or `slow`."""


@dataclass(slots=True)
class Weather:
    """What goes wrong by itself: each of `troubles` in turn, one in `every` requests, one in `later` once each came.

    After that first round the credit runs out at the end of each.
    """

    random: Random
    troubles: tuple[str, ...] = ("rate_limit", "cut", "server_error", "slow", "project_limit", "overloaded")
    every: int = 5
    later: int = 30
    _requests: int = 0
    _waiting: list[str] = field(default_factory=list[str])
    _rounds: int = 0

    def next(self, stream: bool) -> str | None:
        """What happens to the next request; only a stream can be cut."""
        self._requests += 1
        if not self._waiting:
            self._waiting = self.random.sample(self.troubles, len(self.troubles))
            if self._rounds:
                self._waiting.append("credit")
            self._rounds += 1
        if self._requests % (self.every if self._rounds == 1 else self.later):
            return None
        for name in self._waiting:
            if stream or name != "cut":
                self._waiting.remove(name)
                return name
        return None


class Service:
    """The provider. `pace` stretches all times (0: answers at once); without `weather` nothing fails by itself."""

    def __init__(
        self,
        seed: int = 0,
        *,
        weather: Weather | None = None,
        pace: float = 1.0,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._seed = seed
        self._weather = weather
        self._pace = pace
        self._clock = clock
        self._times_seen: OrderedDict[bytes, int] = OrderedDict()
        self._cache = PromptCache()
        self._memory = responses.Memory()
        self._limits = RateLimits()

    def answer(self, request: Request) -> Answer:
        """The answer to one request, whatever it is."""
        random = self._random_of(request)
        headers = _identity(random)
        try:
            key = _key_of(request.headers)
            answer, limits = self._routed(request, key, random)
            headers += limits
        except Refused as refused:
            answer = refused.refusal.answer(after=random.uniform(0.01, 0.05))
        first = round(answer.pieces[0].after * 1000)
        answer = replace(answer, headers=(*answer.headers, ("openai-processing-ms", str(first)), *headers))
        return compressed(self._paced(answer), request.headers.get("accept-encoding", ""))

    def _routed(self, request: Request, key: str, random: Random) -> tuple[Answer, Headers]:
        match request.method, request.path:
            case "GET", "/v1/models":
                return json_answer(200, {"object": "list", "data": [_listed(model) for model in MODELS.values()]}), ()
            case "GET", path if match := re.fullmatch(r"/v1/models/([^/]+)", path):
                return json_answer(200, _listed(_model(match[1]))), ()
            case "POST", "/v1/chat/completions" | "/v1/responses" | "/v1/embeddings":
                return self._generated(request, key, random)
            case method, path:
                raise Refused(unknown_path(method, path))

    def _generated(self, request: Request, key: str, random: Random) -> tuple[Answer, Headers]:
        try:
            body = request.json()
        except ValueError:
            raise Refused(not_json()) from None
        model = _model(body.get("model"))
        trouble = request.headers.get(CHOICE_HEADER)
        if trouble is None and self._weather is not None:
            trouble = self._weather.next(bool(body.get("stream")))
        if trouble in BY_NAME:
            raise Refused(BY_NAME[trouble])
        answer, tokens = self._work(request.path, model, body, random)
        if trouble == "cut" and answer.stream:
            answer = replace(answer, pieces=answer.pieces[: max(3, len(answer.pieces) // 3)], cut=True)
        if trouble == "slow":
            first, *rest = answer.pieces
            answer = replace(answer, pieces=(Piece(first.after + SLOW, first.data), *rest))
        return answer, self._limits.spend(model, key, tokens, self._clock())

    def _work(self, path: str, model: Model, body: Document, random: Random) -> tuple[Answer, int]:
        """The endpoint's answer, and how many tokens count against the limits."""
        if path == "/v1/embeddings":
            return embeddings.answer(model, body), 1
        identifier, now = f"{random.getrandbits(128):032x}", int(self._clock())
        if path == "/v1/responses":
            prompt = responses.read_prompt(model, body, self._memory)
            generation = generate(model, prompt, self._cache, random)
            self._memory.keep(f"resp_{identifier}", f"{prompt.text}\n{generation.text}")
            answer = responses.answer(generation, body, identifier, now)
        else:
            generation = generate(model, chat_completions.read_prompt(model, body), self._cache, random)
            answer = chat_completions.answer(generation, body, identifier, now)
        return answer, generation.input_tokens + generation.output_tokens

    def _random_of(self, request: Request) -> Random:
        """The same for the n-th request of one content, in whatever order the others came."""
        digest = hashlib.sha256(f"{request.method} {request.path}\n".encode() + request.body).digest()
        times = self._times_seen.pop(digest, 0) + 1
        self._times_seen[digest] = times
        if len(self._times_seen) > REMEMBERED:
            self._times_seen.popitem(last=False)
        return Random(f"{self._seed}:{times}:{digest.hex()}")

    def _paced(self, answer: Answer) -> Answer:
        pieces = tuple(Piece(piece.after * self._pace, piece.data) for piece in answer.pieces)
        return replace(answer, pieces=pieces)


def _key_of(headers: Mapping[str, str]) -> str:
    scheme, _, key = headers.get("authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not key:
        raise Refused(missing_key())
    if not key.startswith("sk-") or "wrong" in key:
        raise Refused(wrong_key(key))
    return key


def _model(name: object) -> Model:
    model = find(name)
    if model is None:
        raise Refused(unknown_model(name))
    return model


def _listed(model: Model) -> Document:
    return {"id": model.name, "object": "model", "created": 1_750_000_000, "owned_by": "system"}


def _identity(random: Random) -> Headers:
    """The headers of every answer that do not depend on what was asked."""
    return (
        ("x-request-id", f"req_{random.getrandbits(128):032x}"),
        ("openai-version", "2020-10-01"),
        ("openai-organization", "simulated"),
        ("server", "cloudflare"),
        ("set-cookie", f"__cf_bm={random.getrandbits(96):024x}; path=/; HttpOnly; Secure"),
    )
