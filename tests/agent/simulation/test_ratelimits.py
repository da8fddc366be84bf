"""The allowances."""

from wiretally.agent.simulation.service import Service

from tests.fake_openai import chat


def test_limits_shrink_with_each_request_and_come_back() -> None:
    now = [0.0]
    service = Service(clock=lambda: now[0])
    remaining: list[int] = []
    for at in (0.0, 0.0, 60.0):
        now[0] = at
        remaining.append(int(dict(chat(service).headers)["x-ratelimit-remaining-requests"]))
    assert remaining == [9999, 9998, 9999]
