"""What the simulated models do whatever the endpoint."""

from wiretally.agent.simulation.service import Service

from tests.fake_openai import chat, document


def test_a_long_prompt_is_cached_the_second_time_in_blocks() -> None:
    service = Service()
    messages = [{"role": "user", "content": "The same long introduction. " * 300}]
    first, second = (document(chat(service, messages=messages))["usage"] for _ in range(2))
    assert first["prompt_tokens_details"]["cached_tokens"] == 0
    cached = second["prompt_tokens_details"]["cached_tokens"]
    assert cached % 128 == 0 and second["prompt_tokens"] - 128 < cached <= second["prompt_tokens"]
