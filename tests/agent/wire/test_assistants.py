"""Runs: usage comes on the run, its steps and each poll; only the run's counts."""

from __future__ import annotations

from typing import Any

from .drafts import answered, asked, streamed

RUN = "/v1/threads/thread_1/runs/run_1"
USAGE = {"prompt_tokens": 10, "completion_tokens": 5, "total_tokens": 15, "prompt_token_details": {"cached_tokens": 8}}


def run(status: str, **more: Any) -> dict[str, Any]:
    return {"id": "run_1", "object": "thread.run", "thread_id": "thread_1", "model": "gpt-4o", "status": status, **more}


def test_a_finished_run_is_billed_for_its_id() -> None:
    draft = answered(asked(RUN, method="GET"), run("completed", usage=USAGE))
    assert (draft.bill, draft.usage_key, draft.conversation_ref) == ("by_use", "run_1", "thread_1")
    assert draft.usage is not None
    assert draft.usage.cached_tokens == 8


def test_a_run_under_way_is_billed_later() -> None:
    draft = answered(asked("/v1/threads/thread_1/runs", {"assistant_id": "a"}), run("queued", usage=None))
    assert (draft.bill, draft.usage) == ("none", None)


def test_a_step_repeats_what_the_run_tells() -> None:
    step = {"id": "step_1", "object": "thread.run.step", "usage": USAGE}
    draft = answered(asked(f"{RUN}/steps/step_1", method="GET"), step)
    assert draft.usage is None


def test_a_streamed_run_tells_its_text_and_its_own_usage() -> None:
    draft = asked("/v1/threads/thread_1/runs", {"assistant_id": "a", "stream": True})
    delta = {"object": "thread.message.delta", "delta": {"content": [{"type": "text", "text": {"value": "Hi"}}]}}
    content = streamed(
        draft,
        "thread.run.created", run("queued", usage=None),
        "thread.message.delta", delta,
        "thread.run.step.completed", {"object": "thread.run.step", "usage": {"prompt_tokens": 999}},
        "thread.run.completed", run("completed", usage=USAGE),
        "[DONE]",
    )  # fmt: skip
    assert content == [False, True, False, False, False]
    assert (draft.answer, draft.ended) == (["Hi"], True)
    assert draft.usage is not None
    assert draft.usage.input_tokens == 10


def test_a_failed_run_says_why() -> None:
    failed = run("failed", last_error={"code": "rate_limit_exceeded", "message": "slow"})
    draft = answered(asked(RUN, method="GET"), failed)
    assert draft.failed
    assert draft.said is not None
    assert draft.said.code == "rate_limit_exceeded"


def test_messages_tell_their_text() -> None:
    draft = asked("/v1/threads/thread_1/messages", {"role": "user", "content": "hello"})
    assert draft.messages == [{"role": "user", "content": "hello"}]
    answered(draft, {"id": "msg_1", "object": "thread.message", "thread_id": "thread_1"})
    assert (draft.conversation_ref, draft.bill) == ("thread_1", "free")
