"""What each kind of message is counted as, and which of them the model is shown."""

from __future__ import annotations

from typing import Any

import pytest
from wiretally.agent.message_tokens import (
    MORE,
    PER_MESSAGE,
    PER_NAME,
    ROUGH,
    SEALED,
    SEALED_A_TOKEN,
    calls_in,
    in_prompt,
    message_tokens,
    unseen_in,
)
from wiretally.agent.tokens import count

HELLO = {"role": "user", "content": "Hello there, how are you?"}
WORDS = count("Hello there, how are you?", "gpt-4o")


def tokens(message: object) -> int:
    return message_tokens(message, "gpt-4o", chat=True)


def reasoning(size: int) -> dict[str, Any]:
    return {"type": "reasoning", "id": "rs_1", "encrypted_content": "g" * size, "summary": []}


def test_words() -> None:
    assert tokens(HELLO) == PER_MESSAGE + 1 + WORDS
    assert tokens({**HELLO, "name": "sam"}) == PER_MESSAGE + 1 + WORDS + PER_NAME + 1
    assert tokens({"role": "user", "content": [{"type": "text", "text": HELLO["content"]}]}) == tokens(HELLO)
    assert tokens(HELLO["content"]) == tokens(HELLO)
    assert tokens(17) == 0


def test_the_result_of_a_tool_may_be_words_or_a_picture() -> None:
    words = {"type": "function_call_output", "call_id": "c", "output": HELLO["content"]}
    assert tokens(words) == PER_MESSAGE + 1 + WORDS
    picture = {"type": "input_image", "image_url": "https://x.example/a.png", "detail": "low"}
    assert tokens({**words, "output": [picture]}) == PER_MESSAGE + 1 + 85


def test_reasoning_by_its_size() -> None:
    assert tokens(reasoning(SEALED)) == 0
    assert tokens(reasoning(SEALED + 1300)) == round(1300 / SEALED_A_TOKEN)
    assert tokens({"type": "reasoning", "summary": []}) == 0


def test_reasoning_of_earlier_turns_is_not_shown() -> None:
    call, result = {"type": "function_call", "name": "f"}, {"type": "function_call_output", "output": "1"}
    first = [HELLO, reasoning(2000), {"role": "assistant", "content": "Hi"}, HELLO]
    turn = [*first, reasoning(3000), call, result]
    assert in_prompt(turn, {}) == [HELLO, first[2], HELLO, *turn[4:]]
    assert in_prompt(turn, {"reasoning": {"context": "all_turns"}}) == turn


def test_nothing_before_a_compaction_is_shown() -> None:
    compaction = {"type": "compaction", "encrypted_content": "g" * 2000}
    assert in_prompt([HELLO, {"role": "assistant", "content": "Hi"}, compaction, HELLO], {}) == [compaction, HELLO]


@pytest.mark.parametrize(
    ("message", "calls"),
    [({"tool_calls": [{"id": "a"}, {"id": "b"}]}, 2), ({"type": "function_call"}, 1), (HELLO, 0), ("text", 0)],
)
def test_calls_of_tools(message: object, calls: int) -> None:
    assert calls_in(message) == calls


@pytest.mark.parametrize(
    ("message", "why"),
    [
        (HELLO, None),
        (reasoning(2000), f"{ROUGH}: earlier reasoning is in it, encrypted"),
        ({"type": "item_reference", "id": "rs_1"}, f"{MORE}: earlier reasoning is in it"),
        ({"role": "user", "content": [{"type": "input_file", "file_id": "file-1"}]}, f"{MORE}: a file is in it"),
        (
            {"type": "function_call_output", "output": [{"type": "input_image", "image_url": "https://x.example/a"}]},
            f"{ROUGH}: an image is in it whose size is not known",
        ),
    ],
)
def test_why_a_message_is_more_than_is_seen(message: dict[str, Any], why: str | None) -> None:
    assert unseen_in(message, chat=False) == why
