"""Fine-tuning, evals, videos, containers: billed once, when they are found done."""

from __future__ import annotations

from decimal import Decimal

from .drafts import answered, asked


def test_a_tuning_job_is_billed_by_trained_tokens_once_it_has_succeeded() -> None:
    job = {"id": "ftjob-1", "object": "fine_tuning.job", "model": "gpt-4.1-mini-2025-04-14"}
    waiting = answered(asked("/v1/fine_tuning/jobs", {"model": "gpt-4.1-mini"}), {**job, "status": "queued"})
    assert (waiting.bill, waiting.usage) == ("none", None)
    done = answered(
        asked("/v1/fine_tuning/jobs/ftjob-1", method="GET"), {**job, "status": "succeeded", "trained_tokens": 500}
    )
    assert (done.bill, done.usage_key, done.extra["trained_tokens"]) == ("by_use", "ftjob-1", 500)


def test_an_eval_run_tells_its_usage_by_model() -> None:
    usage = {
        "model_name": "gpt-4o",
        "prompt_tokens": 10,
        "completion_tokens": 2,
        "cached_tokens": 4,
        "total_tokens": 12,
    }
    run = {
        "id": "evalrun_1",
        "object": "eval.run",
        "status": "completed",
        "model": "gpt-4o",
        "per_model_usage": [usage, usage],
    }
    draft = answered(asked("/v1/evals/eval_1/runs/evalrun_1", method="GET"), run)
    assert draft.usage is not None
    assert (draft.usage.input_tokens, draft.usage.cached_tokens, draft.usage_key) == (20, 8, "evalrun_1")
    assert [model for model, _ in draft.extra["per_model"]] == ["gpt-4o", "gpt-4o"]


def test_a_video_is_billed_by_the_second_once_it_is_there() -> None:
    video = {"id": "video_1", "object": "video", "model": "sora-2", "seconds": "8", "size": "1280x720"}
    assert answered(asked("/v1/videos", {"prompt": "a cat"}), {**video, "status": "queued"}).bill == "none"
    done = answered(asked("/v1/videos/video_1", method="GET"), {**video, "status": "completed"})
    assert done.usage is not None
    assert (done.usage.seconds, done.extra["size"], done.usage_key) == (Decimal(8), "1280x720", "video_1")


def test_a_container_is_a_session_when_it_is_made() -> None:
    container = {"id": "cntr_1", "object": "container", "memory_limit": "4g"}
    made = answered(asked("/v1/containers", {"name": "x"}), container)
    assert (made.bill, made.extra["memory"], made.usage_key) == ("by_use", "4g", "cntr_1")
    assert answered(asked("/v1/containers/cntr_1", method="GET"), container).bill == "free"


def test_lists_bill_nothing() -> None:
    for path in ("/v1/fine_tuning/jobs", "/v1/evals", "/v1/videos"):
        draft = answered(asked(path, method="GET"), {"object": "list", "data": [{"trained_tokens": 5}]})
        assert (draft.bill, draft.usage) == ("free", None)
