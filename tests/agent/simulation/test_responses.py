"""Responses as the service gives them: numbered events, memory, limits."""

from wiretally.agent.simulation.prose import token_count
from wiretally.agent.simulation.service import Service

from tests.fake_openai import ask, document, events


def test_a_response_stream_is_numbered_and_ends_with_its_usage() -> None:
    stream = events(ask(Service(), "/v1/responses", model="gpt-5-mini", input="Hello", stream=True))
    assert [event["sequence_number"] for event in stream] == list(range(len(stream)))
    text = "".join(event["delta"] for event in stream if event["type"] == "response.output_text.delta")
    usage = stream[-1]["response"]["usage"]
    assert stream[-1]["type"] == "response.completed"
    assert usage["output_tokens"] == token_count(text) + usage["output_tokens_details"]["reasoning_tokens"]


def test_a_response_reads_what_the_one_before_said() -> None:
    service = Service()
    first = document(ask(service, "/v1/responses", model="gpt-4.1-mini", input="Hello"))
    again = ask(service, "/v1/responses", model="gpt-4.1-mini", input="And?", previous_response_id=first["id"])
    assert document(again)["usage"]["input_tokens"] > first["usage"]["output_tokens"]
    unknown = ask(service, "/v1/responses", model="gpt-4.1-mini", input="And?", previous_response_id="resp_none")
    assert (unknown.status, document(unknown)["error"]["code"]) == (400, "previous_response_not_found")


def test_too_few_tokens_leave_an_answer_incomplete() -> None:
    answer = document(ask(Service(), "/v1/responses", model="gpt-4.1-mini", input="Hello", max_output_tokens=16))
    assert (answer["status"], answer["usage"]["output_tokens"]) == ("incomplete", 16)
