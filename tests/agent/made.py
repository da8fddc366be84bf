"""Entries made for the store's tests: realistic, but from a seed."""

from __future__ import annotations

import random
from decimal import Decimal
from typing import Any

from wiretally.agent.call import Call, Cost, CostLine, RateLimits, Timing, Usage
from wiretally.agent.copies import replace
from wiretally.agent.entry import Entry, Process

START = 1_790_000_000.0
HEADERS = (("Content-Type", "application/json"), ("X-Stainless-Lang", "python"))


def call(number: int, **changes: Any) -> Call:
    """A finished chat completion, the `number`th since START, one a second."""
    usage = Usage(
        1000 + number, 200, None, 50 + number % 7, 10, total_tokens=1050 + number + number % 7, source="reported"
    )
    usd = Decimal(1000 + number) * Decimal("0.00000125")
    base = Call(
        uid=f"uid-{number:08d}", started_at=START + number, state="done", method="POST", scheme="https",
        host="api.openai.com", path="/v1/chat/completions", endpoint="/v1/chat/completions", kind="chat",
        model="gpt-5-mini", model_requested="gpt-5-mini", status=200, finish_reason="stop", usage=usage,
        cost=Cost(usd, "priced", (CostLine("input", Decimal(1000), "token", Decimal("1.25"), 1_000_000, usd),)),
        timing=Timing(duration_ms=500.125 + number, ttft_ms=100.5, first_byte_ms=99.0), output_tokens_per_second=60.0,
        api_key="9f2c", key_hash="k1", request_id=f"req_{number}", response_id=f"chatcmpl-{number}",
        usage_key=f"chatcmpl-{number}", body_hash=f"hash-{number}", request_bytes=2000, response_bytes=1000,
        ratelimit=RateLimits(10_000, 9_999 - number, 6, 1_000_000, 999_000, 0), prompt_text=f"prompt {number}",
        answer_text="answer",
    )  # fmt: skip
    if key := changes.get("usage_key"):
        changes["response_id"] = key
    return replace(base, **changes)


def entry(number: int, **changes: Any) -> Entry:
    """The same with its session, process and bodies. Changes that name no field of Entry go to its call."""
    mine = {name: changes.pop(name) for name in list(changes) if name in Entry.__struct_fields__}
    base = Entry(
        call(number, **changes), "first", Process(100, START - 5, "worker.py", "worker.py", "/srv", "main"), "c1",
        HEADERS, HEADERS, b'{"model":"gpt-5-mini","n":%d}' % number, b'{"id":"chatcmpl-%d"}' % number,
    )  # fmt: skip
    return replace(base, **mine)


def opened(whole: Entry) -> Entry:
    """The entry as it came while the call was under way."""
    call_ = replace(
        whole.call, state="open", status=None, usage=Usage(), cost=Cost(), timing=Timing(), finish_reason=None,
        response_id=None, usage_key=None, thread_next=None, answer_text="", fault=None, error_code=None,
        output_tokens_per_second=None, response_bytes=0, ratelimit=None,
    )  # fmt: skip
    return replace(whole, call=call_, response_body=None, response_headers=())


def traffic(count: int, seed: int = 1) -> list[Entry]:
    """`count` calls over several days: models, apps, endings, tags, users, tiers and unknowns mixed."""
    chance = random.Random(seed)
    made = list[Entry]()
    for number in range(count):
        state = chance.choices(("done", "failed", "aborted", "open"), (80, 12, 6, 2))[0]
        source = chance.choice(("reported", "reported", "estimated", "none"))
        if state in ("failed", "open"):
            source = "none"
        usage = Usage(
            chance.randrange(5, 90_000), chance.choice((None, 0, 400)), chance.choice((None, 7)),
            chance.randrange(4000), chance.choice((None, 64)), total_tokens=5, source=source,
        )  # fmt: skip
        if source == "none":
            usage = Usage()
        usd = Decimal(chance.randrange(10**9)).scaleb(-12) if source != "none" else None
        cost_source = "unpriced" if usd is None else ("estimated" if source == "estimated" else "priced")
        whole = entry(
            number,
            state=state, started_at=START + chance.random() * 3 * 86_400, usage=usage, cost=Cost(usd, cost_source),
            model=chance.choice(("gpt-5", "gpt-5-mini", "gpt-4o", None)), status=chance.choice((200, 429, 500, None)),
            fault=chance.choice(("quota", "rate_limit", "provider")) if state == "failed" else None,
            stream=chance.random() < 0.5, user=chance.choice((None, "u1", "u2")),
            tags=chance.choice(({}, {"team": "a"}, {"team": "b", "env": "x"})),
            endpoint=chance.choice(("/v1/responses", "/v1/embeddings")), api_key=chance.choice((None, "aaaa", "bbbb")),
            timing=Timing(duration_ms=chance.random() * 60_000, ttft_ms=chance.choice((None, 250.25))),
            output_tokens_per_second=chance.choice((None, 33.3)), retry_count=chance.choice((None, 0, 1)),
            session=chance.choice(("first", "second")),
            process=chance.choice((None, Process(7, 1.0, "a.py"), Process(8, 1.0, "b.py"))),
        )  # fmt: skip
        made.append(whole)
    return made
