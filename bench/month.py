"""A busy month as rows of `calls`: which models, apps, sizes, times and failures, with realistic distributions.

Apart from what writes them (generate.py) because the roll-ups are added up from the same rows in a second process: a
chunk is the same whenever it is asked for.
"""

from __future__ import annotations

import math
import random
from collections.abc import Iterator
from dataclasses import dataclass

from wiretally.agent.call_rows import Row

CHUNK = 10_000
DAY = 86_400_000
END = 1_795_000_000_000  # of the newest call, where no other end is given

MODELS = (
    # name, weight, USD a million input, cached, output tokens, median input and output tokens, tokens a second
    ("gpt-5-mini", 34, 0.25, 0.025, 2.0, 1800, 320, 110), ("gpt-5", 16, 1.25, 0.125, 10.0, 5200, 700, 62),
    ("gpt-4o-mini", 15, 0.15, 0.075, 0.6, 900, 180, 95), ("text-embedding-3-small", 14, 0.02, 0.0, 0.0, 450, 0, 0),
    ("gpt-4.1", 7, 2.0, 0.5, 8.0, 2600, 400, 80), ("o3", 4, 2.0, 0.5, 8.0, 3300, 1900, 70),
    ("gpt-4o", 4, 2.5, 1.25, 10.0, 1500, 300, 75), ("o4-mini", 3, 1.1, 0.275, 4.4, 2100, 1100, 120),
    ("gpt-4.1-nano", 2, 0.1, 0.025, 0.4, 700, 90, 140), ("gpt-5-codex", 1, 1.25, 0.125, 10.0, 24000, 900, 60),
)  # fmt: skip
APPS = ("worker.py", "api", "ingest.py", "next-server", "notebook", "cron.py", "chat-ui", "eval.py", "agent")
APP_WEIGHTS = (30, 22, 14, 12, 7, 6, 5, 3, 1)
FAILURES = (
    ("rate_limit", 429, "rate_limit_exceeded", "Rate limit reached for requests", 45),
    ("request", 400, "context_length_exceeded", "This model's maximum context length is exceeded", 20),
    ("provider", 500, None, "The server had an error while processing your request", 12),
    ("provider", 503, None, "The engine is currently overloaded", 8), ("network", None, None, "Connection reset", 6),
    ("quota", 429, "credit_balance_exhausted", "The prepaid balance is used up", 5),
    ("auth", 401, "invalid_api_key", "Incorrect API key provided", 4),
)  # fmt: skip
_TEXT = """
invoice summary customer order refund delivery error report weekly table column schema query index latency budget
translate paragraph tone formal email reply ticket priority escalate release notes function returns list parse
python traceback import module test failing expected actual value patch review diff commit message branch deploy
"""
WORDS = _TEXT.split()
HOURS = [1.0 + 2.6 * math.exp(-(((hour - 14) / 4.0) ** 2)) for hour in range(24)]


@dataclass(frozen=True, slots=True)
class Plan:
    """What is to be made; `end` in Unix milliseconds."""

    calls: int
    days: int
    seed: int
    end: int = END

    @property
    def chunks(self) -> int:
        return -(-self.calls // CHUNK)


def moments(plan: Plan) -> list[int]:
    """When each chunk begins: more by day than by night, fewer at weekends; one more for the end."""
    start = plan.end - plan.days * DAY
    weights = [
        HOURS[hour] * (0.35 if (start // DAY + 3 + day) % 7 >= 5 else 1.0)
        for day in range(plan.days)
        for hour in range(24)
    ]
    total, place, passed, found = sum(weights), 0, 0.0, [start]
    for chunk in range(1, plan.chunks):
        wanted = total * chunk / plan.chunks
        while passed + weights[place] < wanted:
            passed += weights[place]
            place += 1
        found.append(start + round((place + (wanted - passed) / weights[place]) * 3_600_000))
    return [*found, plan.end]


def rows(plan: Plan, chunk: int, starts: list[int]) -> Iterator[Row]:
    """The rows of one chunk, the same whenever asked."""
    chance = random.Random(plan.seed * 1_000_003 + chunk)
    first, last = chunk * CHUNK + 1, min((chunk + 1) * CHUNK, plan.calls)
    span = starts[chunk + 1] - starts[chunk]
    times = sorted(starts[chunk] + int(chance.random() * span) for _ in range(first, last + 1))
    models = chance.choices(range(len(MODELS)), [entry[1] for entry in MODELS], k=len(times))
    apps = chance.choices(range(len(APPS)), APP_WEIGHTS, k=len(times))
    for number, at, model, app in zip(range(first, last + 1), times, models, apps, strict=True):
        yield _row(chance, number, at, model, app)


def _row(chance: random.Random, number: int, at: int, model_place: int, app: int) -> Row:
    name, _, price_in, price_cached, price_out, typical_in, typical_out, speed = MODELS[model_place]
    luck = chance.random()
    spread = math.exp(chance.gauss(0, 0.8))
    tokens_in = int(typical_in * spread) + 1
    cached = tokens_in // 2 & ~127 if luck > 0.55 and tokens_in > 1024 else 0
    tokens_out = int(typical_out * math.exp(chance.gauss(0, 0.7)))
    stream = int(typical_out > 0 and luck * 7 % 1 < 0.6)
    ttft = 180 + 320 * spread
    lasted = ttft + (tokens_out * 1000 / speed if speed else 30)
    state, status, fault, code, message, finish = "done", 200, None, None, None, "stop" if speed else None
    usage, cost_source = "reported", "priced"
    cost: int | None = int(
        (tokens_in - cached) * price_in * 1e6 + cached * price_cached * 1e6 + tokens_out * price_out * 1e6
    )
    retry_count = 0
    if luck < 0.03:
        fault, status, code, message, _ = chance.choices(FAILURES, [entry[4] for entry in FAILURES])[0]
        state, finish, usage, cost_source, cost = "failed", None, "none", "free", None
        tokens_in = cached = tokens_out = 0
        lasted, ttft, retry_count = 90 + 200 * spread, 0.0, int(luck < 0.012)
    elif luck < 0.04:
        state, finish, usage, cost_source, tokens_out = "aborted", None, "estimated", "estimated", tokens_out // 2
    elif luck < 0.045:
        cost_source, cost = "unpriced", None
    told = usage != "none"
    endpoint = "/v1/embeddings" if not speed else "/v1/responses" if app in (1, 8) else "/v1/chat/completions"
    kind = {"/v1/embeddings": "embeddings", "/v1/responses": "responses"}.get(endpoint, "chat")
    bits = chance.getrandbits(128)
    tags = '{"team":"search"}' if luck > 0.85 else '{"team":"support","env":"prod"}' if luck > 0.7 else None
    return (
        number, number, at, state, 1 + at // (DAY // 2) % 60, 1 + app + len(APPS) * (at // DAY % 10), None,
        status, fault, name, endpoint, kind, stream, tokens_in if told else None, cached if told else None, None,
        tokens_out if told else None, tokens_out // 3 if told and name.startswith("o") else None,
        tokens_in + tokens_out if told else None, usage, cost, cost_source, round(lasted, 3),
        round(ttft, 3) if state != "failed" else None,
        float(speed) if speed and tokens_out else None, None, retry_count, finish, code, None, message,
        tokens_in * 4 + 300, tokens_out * 4 + 500, 0, None, None, None, name, "default",
        "9f2c" if bits & 3 else "x7Qd", f"user-{int(chance.paretovariate(0.7)) % 400}" if app < 3 else None,
        tags, None, None, "proxy" if bits & 7 else "base_url", "POST", "https", "api.openai.com", endpoint,
        round(lasted * 0.9), (bits >> 64) - 2**63 if luck > 0.05 else int(luck * 40_000), "k1" if bits & 3 else "k2",
        "org-wiretally", "proj_main" if app < 5 else "proj_lab", "OpenAI/Python 2.8.1", f"req_{bits:032x}",
        f"resp_{bits ^ 0xFFFF:032x}", None, 10_000, bits % 10_000, 6, 2_000_000, bits % 2_000_000, 0, None, None,
        f"{at:012x}{bits:032x}",
    )  # fmt: skip
