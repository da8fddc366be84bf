"""What differs between two calls."""

from __future__ import annotations

from decimal import Decimal

from wiretally.agent.comparison import Side, compare
from wiretally.agent.transcript import Transcript


def side(temperature: float, words: list[str], answer: str, status: int) -> Side:
    messages = tuple({"role": "user", "content": word} for word in words)
    said = Transcript(messages, {"role": "assistant", "content": answer}, {"model": "m", "temperature": temperature})
    return Side("x", {"status": status}, said)


def test_every_part_is_compared() -> None:
    rows = compare(side(0, ["a", "b"], "one", 200), side(1, ["a", "c", "d"], "two", 429))
    found = {(row.section, row.name): (row.left, row.right, row.same) for row in rows}
    assert found == {
        ("figures", "status"): ("200", "429", False),
        ("parameters", "model"): ("m", "m", True),
        ("parameters", "temperature"): ("0", "1", False),
        ("messages", "1 user"): ("a", "a", True),
        ("messages", "2 user"): ("b", "c", False),
        ("messages", "3 user"): ("", "d", False),
        ("answer", "assistant"): ("one", "two", False),
    }


def test_money_is_told_without_the_zeros_it_is_stored_with() -> None:
    costs = [Side("x", {"cost_usd": Decimal(cost)}) for cost in ("0.001528750000", "120.000000000000")]
    (row,) = compare(*costs)
    assert (row.left, row.right) == ("0.00152875", "120")


def test_calls_without_a_conversation_are_compared_by_their_figures() -> None:
    assert [row.section for row in compare(Side("a", {"status": 200}), Side("b", {"status": 200}))] == ["figures"]
