"""Legacy completions, as JSON and as a stream."""

from __future__ import annotations

from .drafts import answered, asked, streamed

PATH = "/v1/completions"


def test_prompt_and_text_are_told() -> None:
    draft = asked(PATH, {"model": "gpt-3.5-turbo-instruct", "prompt": ["one", "two"], "user": "u"})
    answered(
        draft, {"id": "cmpl-1", "model": "m", "choices": [{"text": "a"}, {"text": "b"}], "usage": {"prompt_tokens": 2}}
    )
    assert [message["content"] for message in draft.messages] == ["one", "two"]
    assert (draft.answer, draft.usage_key, draft.user) == (["a", "b"], "cmpl-1", "u")


def test_usage_without_output_is_what_is_left_of_the_total() -> None:
    draft = answered(asked(PATH), {"usage": {"prompt_tokens": 5, "total_tokens": 12}})
    assert draft.usage is not None
    assert draft.usage.output_tokens == 7


def test_a_stream_ends_with_done() -> None:
    draft = asked(PATH, {"stream": True})
    assert streamed(draft, {"choices": [{"text": "a"}]}, {"choices": [{"text": ""}]}, "[DONE]") == [True, False, False]
    assert draft.ended
