"""Personal data that a stream says a few characters at a time is masked, and nothing else changes."""

from __future__ import annotations

import json
from itertools import pairwise
from typing import Any

from hypothesis import given
from hypothesis import strategies as st
from wiretally.agent.masked_streams import mask_stream
from wiretally.agent.personal_data import redactor
from wiretally.agent.transcript import read_answer, text_of_message

from . import recorded

MASK = redactor()
SAID = "Write to jo.bloggs@example.com, or call +44 20 7946 0958. Card 4111 1111 1111 1111? No [email] yet, said 17."
MASKED = "Write to [email], or call [phone]. Card [card]? No [email] yet, said 17."


def chat(pieces: list[str], index: int = 0) -> list[dict[str, Any]]:
    return [{"id": "chatcmpl-1", "choices": [{"index": index, "delta": {"content": piece}}]} for piece in pieces]


def responses(pieces: list[str]) -> list[dict[str, Any]]:
    whole = "".join(pieces)
    deltas = [
        {
            "type": "response.output_text.delta",
            "item_id": "msg_1",
            "output_index": 0,
            "delta": piece,
            "sequence": number,
        }
        for number, piece in enumerate(pieces)
    ]
    item = {"id": "msg_1", "type": "message", "content": [{"type": "output_text", "text": whole}]}
    return [*deltas, {"type": "response.completed", "response": {"output": [item]}}]


def stream(events: list[dict[str, Any]]) -> str:
    return "".join(f"data: {json.dumps(event)}\n\n" for event in events) + "data: [DONE]\n\n"


def said(body: str) -> str:
    return text_of_message(read_answer(body.encode()))


def cut(text: str, places: list[int]) -> list[str]:
    edges = [0, *sorted(place % len(text) for place in places), len(text)]
    return [text[start:end] for start, end in pairwise(edges)]


@given(places=st.lists(st.integers(0, 200), max_size=40))
def test_wherever_a_text_is_cut_it_is_masked_whole(places: list[int]) -> None:
    pieces = cut(SAID, places)
    for events in (chat(pieces), responses(pieces)):
        body = stream(events)
        masked = mask_stream(body, MASK)
        assert said(masked) == MASKED
        assert masked.count("\n\n") == body.count("\n\n")
        assert masked.endswith("data: [DONE]\n\n")


def test_texts_that_come_in_turns_are_told_apart() -> None:
    one, two = chat(["jo@exam", "ple.com"], 0), chat(["al@", "example.org"], 1)
    masked = mask_stream(stream([one[0], two[0], one[1], two[1]]), MASK)
    assert masked.count("[email]") == 2
    assert "example" not in masked


def test_an_event_with_nothing_to_mask_stays_byte_for_byte() -> None:
    body = (
        ': hi\r\nevent: a\r\ndata: {"x" : "1",\r\ndata: "y":2}\r\n\r\nid: 7\r\ndata: {"text":"jo@example.com"}\r\n\r\n'
    )
    head, _, tail = body.partition("id: 7")
    masked = mask_stream(body, MASK)
    assert masked == head + "id: 7" + tail.replace("jo@example.com", "[email]")
    assert mask_stream(head, MASK) == head
    assert mask_stream("", MASK) == ""


def test_recorded_streams_say_the_same_but_for_what_is_masked() -> None:
    def shout(text: str) -> str:
        return text.replace("the", "[email]")

    streams = [recorded.body(record, "response") for record in recorded.records()]
    texts = [body.decode() for body in streams if body.startswith((b"data:", b"event:"))]
    assert len(texts) > 100
    for body in texts[::7]:
        assert mask_stream(body, str) == body
        masked = mask_stream(body, shout)
        assert said(masked) == shout(said(body))
