"""The provider as a whole: the same by seed, and what goes wrong by itself."""

from random import Random

from wiretally.agent.simulation.messages import Request
from wiretally.agent.simulation.service import Service, Weather

from tests.fake_openai import chat, document


def test_the_same_seed_gives_the_same_answers_in_any_order() -> None:
    def answers(order: list[str]) -> dict[str, str]:
        service = Service(7, clock=lambda: 1e9)
        said: dict[str, str] = {}
        for text in order:
            answer = document(chat(service, messages=[{"role": "user", "content": text}]))
            said[text] = answer["choices"][0]["message"]["content"]
        return said

    assert answers(["a", "b", "c"]) == answers(["c", "a", "b"])
    assert document(chat(Service(1)))["id"] != document(chat(Service(2)))["id"]


def test_broken_json_and_unknown_paths_are_refused() -> None:
    assert (
        Service().answer(Request("POST", "/v1/chat/completions", {"authorization": "Bearer sk-test"}, b"{")).status
        == 400
    )
    assert Service().answer(Request("GET", "/v1/nothing", {"authorization": "Bearer sk-test"})).status == 404


def test_weather_brings_every_trouble_in_its_first_rounds() -> None:
    service = Service(weather=Weather(Random(1), later=5))
    answers = [chat(service, stream=True) for _ in range(65)]
    assert {answer.status for answer in answers} == {200, 429, 500, 503}
    assert [answer.cut for answer in answers].count(True) == 2
    codes = {document(answer)["error"]["code"] for answer in answers if answer.status == 429}
    assert codes == {"rate_limit_exceeded", "credit_balance_exhausted", "project_spend_limit_exceeded"}


def test_pace_stretches_time_and_nothing_else() -> None:
    slow, fast = (chat(Service(pace=pace, clock=lambda: 0), stream=True) for pace in (1.0, 0.0))
    assert slow.seconds > 0.3 and fast.seconds == 0
    assert [piece.data for piece in slow.pieces] == [piece.data for piece in fast.pieces]
