"""Embeddings by either path."""

from __future__ import annotations

from .drafts import answered, asked


def test_the_model_may_be_in_the_path() -> None:
    draft = asked("/v1/engines/text-embedding-ada-002/embeddings", {"input": ["a", "b", 3]})
    assert draft.model_requested == "text-embedding-ada-002"
    assert [message["content"] for message in draft.messages] == ["a", "b"]
    answered(draft, {"model": "text-embedding-ada-002-v2", "usage": {"prompt_tokens": 4, "total_tokens": 4}})
    assert draft.usage is not None
    assert (draft.model, draft.usage.input_tokens, draft.usage.output_tokens) == ("text-embedding-ada-002-v2", 4, 0)


def test_one_text_is_one_prompt() -> None:
    assert asked("/v1/embeddings", {"input": "a", "model": "m"}).messages == [{"role": "user", "content": "a"}]
