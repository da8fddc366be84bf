"""A conversation's turns, context and cost."""

from pathlib import Path

from wiretally.agent.queries import calls, conversations
from wiretally.agent.queries.reader import Reader


def test_turns_that_resend_the_conversation_are_one(path: Path) -> None:
    with Reader(path) as reader:
        (found,) = conversations.conversations(reader)
        assert (found.turns, found.title, found.app) == (5, "Question 1000", "worker.py")
        assert found == conversations.find(reader, found.id)
        turns = conversations.turns(reader, found.id)
        assert [turn.grown_by for turn in turns] == [None, 1, 1, 1, 1]
        assert turns[-1].cost_so_far == found.cost == sum(turn.call.cost or 0 for turn in turns)
        assert found.largest_context == turns[-1].call.input_tokens


def test_the_last_turn_reads_back_whole(path: Path) -> None:
    with Reader(path) as reader:
        (found,) = conversations.conversations(reader)
        body = calls.body(reader, found.last_call, "request")
        assert body is not None
        assert body.count(b"Question") == 5
