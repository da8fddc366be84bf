"""The official SDK through both doors, unchanged: what the rows say is what the SDK was told."""

from collections.abc import Awaitable, Callable
from uuid import uuid4

import pytest
from openai import BadRequestError, OpenAI

from tests.fake_openai import FakeOpenAI
from tests.journeys.conftest import DOORS, Agent, Door, lead
from tests.journeys.sdk_calls import ASYNC_WAYS, MESSAGES, WAYS, Told


def assert_recorded(agent: Agent, told: Told) -> None:
    row = agent.row(response_id=told.response_id)
    assert (row["state"], row["status"], row["usage_source"], row["fault"]) == ("done", 200, "reported", None)
    counts = (row["input_tokens"], row["cached_tokens"] or 0, row["output_tokens"], row["reasoning_tokens"] or 0)
    assert counts == (told.input_tokens, told.cached_tokens, told.output_tokens, told.reasoning_tokens)


@pytest.mark.parametrize("model", ["gpt-4o-mini", "gpt-5-mini"])
@pytest.mark.parametrize("call", WAYS)
def test_sync(led: Agent, call: Callable[[str], Told], model: str) -> None:
    assert_recorded(led, call(model))


@pytest.mark.parametrize("call", ASYNC_WAYS)
async def test_async(led: Agent, call: Callable[[str], Awaitable[Told]]) -> None:
    assert_recorded(led, await call("gpt-4o-mini"))


def test_what_arrived_at_the_provider_is_what_was_sent(led: Agent, provider: FakeOpenAI) -> None:
    WAYS[0]("gpt-4o-mini")
    request = provider.requests[-1]
    assert request.json()["messages"] == MESSAGES
    assert request.headers["host"] == "api.openai.com"
    assert request.headers["authorization"] == "Bearer sk-test-0123456789"
    assert not [name for name in request.headers if name.startswith(("x-wiretally", "x-forwarded", "via"))]


def test_a_refusal_reaches_the_app_and_its_row(led: Agent) -> None:
    with OpenAI() as client, pytest.raises(BadRequestError) as refused:
        client.chat.completions.create(model="gpt-4o-mini", messages=MESSAGES, temperature=3)
    row = led.row(request_id=refused.value.request_id)
    assert (row["status"], row["state"], row["fault"]) == (400, "failed", "request")
    assert row["error_code"] == refused.value.code == "invalid_value"
    assert row["input_tokens"] is None


def test_retries_of_the_sdk_are_told_from_new_calls(led: Agent) -> None:
    user = uuid4().hex
    with OpenAI(max_retries=1) as client, pytest.raises(Exception, match="overloaded"):
        client.chat.completions.create(
            model="gpt-4o-mini", messages=MESSAGES, extra_headers={"x-simulate": "overloaded"}, user=user
        )
    led.row(user=user, retry_count=1)
    first, second = [row for row in led.rows() if row["user"] == user]
    assert (first["retry_count"], second["retry_count"], second["retry_of"]) == (0, 1, first["id"])
    assert {first["fault"], second["fault"]} == {"provider"}


@pytest.mark.parametrize("door", DOORS)
@pytest.mark.parametrize("call", WAYS)
def test_a_real_model(
    model_agent: Agent, door: Door, call: Callable[[str], Told], monkeypatch: pytest.MonkeyPatch
) -> None:
    lead(model_agent, door, monkeypatch)
    told = call("gemma-3-270m")
    assert told.text and told.output_tokens
    assert_recorded(model_agent, told)
