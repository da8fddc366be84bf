"""Recorded streams without their usage are estimated close to it, all of them together."""

from __future__ import annotations

import json
from collections.abc import Callable
from statistics import median
from typing import Any

import pytest
from wiretally.agent import estimates
from wiretally.agent.call import Usage
from wiretally.agent.interpret import Interpreter
from wiretally.agent.wire.draft import Draft

from . import recorded

GENERATING = ("/v1/chat/completions", "/v1/responses", "/v1/completions")


def without_usage(body: bytes) -> bytes:
    """A stream as it would have been had nobody asked for usage."""
    kept: list[str] = []
    for event in body.decode().replace("\r\n", "\n").split("\n\n"):
        lines: list[str] = []
        for line in event.split("\n"):
            if line.startswith("data: {"):
                document: Any = json.loads(line[6:])
                for holder in (document, document.get("response")):
                    if isinstance(holder, dict):
                        holder.pop("usage", None)  # pyright: ignore[reportUnknownMemberType]  # JSON of any shape
                lines.append("data: " + json.dumps(document))
            else:
                lines.append(line)
        kept.append("\n".join(lines))
    return "\n\n".join(kept).encode()


@pytest.fixture(scope="module")
def pairs() -> list[tuple[Usage, Usage]]:
    """For each recorded stream that reports usage: the report, and the estimate where it is taken away."""
    interpreter = Interpreter(salt=b"a salt for tests")
    found: list[tuple[Usage, Usage]] = []
    for record, call in recorded.calls():
        if not record["stream"] or record["endpoint"] not in GENERATING or call.usage.source != "reported":
            continue
        exchange = recorded.exchange_of(record)
        exchange.response_body = without_usage(exchange.response_body)
        estimated = interpreter.call(exchange)
        if call.state == "failed" or not call.usage.input_tokens:
            continue
        assert estimated.usage.source == "estimated", record["id"]
        assert estimated.cost.source in ("estimated", "unpriced")
        found.append((call.usage, estimated.usage))
    return found


def errors(pairs: list[tuple[Usage, Usage]], count: Callable[[Usage], int | None]) -> list[float]:
    return sorted(abs((count(guess) or 0) - (count(true) or 0)) / max(count(true) or 1, 1) for true, guess in pairs)


def test_input_is_within_2_percent_at_the_median_and_10_percent_at_p95(pairs: list[tuple[Usage, Usage]]) -> None:
    everything = errors(pairs, lambda usage: usage.input_tokens)
    assert len(everything) > 330
    assert median(everything) <= 0.02
    assert everything[int(len(everything) * 0.95)] <= 0.10


def test_output_is_within_1_percent_at_the_median(pairs: list[tuple[Usage, Usage]]) -> None:
    everything = errors(pairs, lambda usage: usage.output_tokens)
    assert median(everything) <= 0.01


def test_models_that_search_count_the_words_alone() -> None:
    draft = Draft(
        path="/v1/chat/completions", request={"messages": []}, messages=[{"role": "user", "content": "Hello"}]
    )
    assert estimates.input_tokens(draft, "gpt-4o-search-preview") == 1
    assert estimates.input_tokens(draft, "gpt-4o") == 3 + 3 + 1 + 1


def test_a_prompt_kept_by_the_provider_is_counted_as_the_answer_shows_it() -> None:
    said = {"role": "user", "content": [{"type": "input_text", "text": "Hello"}]}
    kept: list[Any] = [{"role": "developer", "content": []}, said]
    draft = Draft(path="/v1/responses", request={"prompt": {"id": "pmpt_1"}}, stored_prompt=kept)
    assert estimates.input_tokens(draft, "gpt-4o") == 3 + 2 * (3 + 1) + 1


def test_the_first_weeks_of_responses_put_something_before_the_prompt() -> None:
    draft = Draft(path="/v1/responses", request={"input": "Hello"}, messages=[{"role": "user", "content": "Hello"}])
    now = estimates.input_tokens(draft, "gpt-4o")
    draft.created_at = estimates.LAUNCH_ENDED - 1
    assert estimates.input_tokens(draft, "gpt-4o") == now + estimates.LAUNCH
