"""The failures, in the provider's words."""

import pytest
from wiretally.agent.simulation.messages import Request
from wiretally.agent.simulation.service import Service

from tests.fake_openai import chat, document


def test_keys_are_asked_for_and_wrong_ones_named() -> None:
    request = Request("POST", "/v1/chat/completions", {}, b"{}")
    assert Service().answer(request).status == 401
    wrong = chat(Service(), {"authorization": "Bearer sk-wrong-0123456789"})
    assert (wrong.status, document(wrong)["error"]["code"]) == (401, "invalid_api_key")
    assert "0123456789" not in document(wrong)["error"]["message"]


@pytest.mark.parametrize(
    ("name", "status", "code"),
    [
        ("rate_limit", 429, "rate_limit_exceeded"),
        ("credit", 429, "credit_balance_exhausted"),
        ("overloaded", 503, "server_is_overloaded"),
        ("server_error", 500, None),
    ],
)
def test_a_request_may_choose_its_trouble(name: str, status: int, code: str | None) -> None:
    answer = chat(Service(), {"x-simulate": name})
    assert (answer.status, document(answer)["error"]["code"]) == (status, code)
