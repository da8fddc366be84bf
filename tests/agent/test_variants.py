"""Answers in every form the API's specification allows, beyond those that were recorded: each read from its bytes."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

import pytest
from wiretally.agent.call import Call
from wiretally.agent.exchange import CapturedExchange
from wiretally.agent.headers import HeaderBlock
from wiretally.agent.interpret import Interpreter

INTERPRETER = Interpreter(salt=b"")


@dataclass(frozen=True)
class Answer:
    """One exchange and what its row must say. `said` is a document, the events of a stream, or bytes."""

    path: str
    said: Any
    expected: dict[str, Any]
    asked: dict[str, Any] = field(default_factory=lambda: {"model": "gpt-4o"})
    status: int = 200
    content_type: str | None = "application/json"
    method: str = "POST"


def events(*documents: dict[str, Any], done: bool = False, named: bool = False) -> bytes:
    lines = [
        (f"event: {document['type']}\n" if named else "") + f"data: {json.dumps(document)}\n\n"
        for document in documents
    ]
    return "".join([*lines, "data: [DONE]\n\n" if done else ""]).encode()


def chunk(**changes: Any) -> dict[str, Any]:
    return {"id": "chatcmpl-1", "model": "gpt-4o-2024-08-06", "choices": [], **changes}


SSE = "text/event-stream; charset=utf-8"
CHAT = {"prompt_tokens": 20, "completion_tokens": 5, "total_tokens": 25, "prompt_tokens_details": {"cached_tokens": 8}}
CHAT_COUNTS = {"input_tokens": 20, "output_tokens": 5, "cached_tokens": 8, "source": "reported"}
RESPONSE = {
    "input_tokens": 30, "output_tokens": 6, "total_tokens": 36, "input_tokens_details": {"cached_tokens": 4},
    "output_tokens_details": {"reasoning_tokens": 2},
}  # fmt: skip
RESPONSE_COUNTS = {
    "input_tokens": 30, "output_tokens": 6, "cached_tokens": 4, "reasoning_tokens": 2, "source": "reported"
}  # fmt: skip
IMAGE = {"input_tokens": 50, "output_tokens": 4000, "total_tokens": 4050, "input_tokens_details": {"image_tokens": 10}}
HEARD = {"type": "tokens", "input_tokens": 14, "input_token_details": {"audio_tokens": 14}, "output_tokens": 45}
RUN = {"object": "thread.run", "id": "run_1", "thread_id": "thread_1", "model": "gpt-4o", "status": "completed"}
REFUSED = {"error": {"message": "No.", "type": "invalid_request_error", "code": "model_not_found", "param": None}}

ANSWERS = {
    "chat stream, usage before the last chunk": Answer(
        "/v1/chat/completions",
        events(chunk(choices=[{"delta": {"content": "Hi"}}], usage=None), chunk(usage=CHAT), chunk(), done=True),
        CHAT_COUNTS, content_type=SSE,
    ),
    "chat stream, usage in every chunk, the last one counts": Answer(
        "/v1/chat/completions",
        events(chunk(usage={"prompt_tokens": 20, "completion_tokens": 1}), chunk(usage=CHAT), done=True),
        CHAT_COUNTS, content_type=SSE,
    ),
    "chat stream without any header": Answer(
        "/v1/chat/completions", events(chunk(usage=CHAT), done=True), CHAT_COUNTS, content_type=None
    ),
    "chat stream with a retry line first": Answer(
        "/v1/chat/completions", b"retry: 3000\n\n" + events(chunk(usage=CHAT), done=True), CHAT_COUNTS,
        content_type=None,
    ),
    "chat stream in CRLF with comments": Answer(
        "/v1/chat/completions",
        b": OPENROUTER PROCESSING\r\n\r\n" + events(chunk(usage=CHAT), done=True).replace(b"\n", b"\r\n"),
        CHAT_COUNTS, content_type=SSE,
    ),
    "chat answer without any header, after blank lines": Answer(
        "/v1/chat/completions", b"\n\n " + json.dumps({"object": "chat.completion", "usage": CHAT}).encode(),
        CHAT_COUNTS, content_type=None,
    ),
    "a look at a stored chat completion": Answer(
        "/v1/chat/completions/chatcmpl-1", {"object": "chat.completion", "id": "chatcmpl-1", "usage": CHAT},
        {**CHAT_COUNTS, "usage_key": "chatcmpl-1"}, method="GET",
    ),
    "response stream that ends incomplete": Answer(
        "/v1/responses",
        events(
            {"type": "response.incomplete", "response": {
                "id": "resp_1", "model": "gpt-5", "status": "incomplete", "usage": RESPONSE,
                "incomplete_details": {"reason": "max_output_tokens"}}}, named=True),
        {**RESPONSE_COUNTS, "finish_reason": "max_output_tokens"}, content_type=SSE,
    ),
    "response stream that fails with usage": Answer(
        "/v1/responses",
        events({"type": "response.failed", "response": {
            "id": "resp_1", "status": "failed", "usage": RESPONSE, "error": {"code": "server_error"}}}),
        {**RESPONSE_COUNTS, "state": "failed", "fault": "provider", "error_code": "server_error"}, content_type=SSE,
    ),
    "compaction": Answer(
        "/v1/responses/compact", {"object": "response.compaction", "id": "resp_1", "usage": RESPONSE}, RESPONSE_COUNTS
    ),
    "a count of input tokens is no use": Answer(
        "/v1/responses/input_tokens", {"object": "response.input_tokens", "input_tokens": 99},
        {"input_tokens": None, "source": "none", "cost_source": "free"},
    ),
    "a background response that is queued": Answer(
        "/v1/responses", {"object": "response", "id": "resp_1", "status": "queued", "usage": None},
        {"source": "none", "cost_source": "free"}, asked={"model": "gpt-5", "background": True},
    ),
    "image stream": Answer(
        "/v1/images/generations",
        events({"type": "image_generation.partial_image", "b64_json": "AA"},
               {"type": "image_generation.completed", "b64_json": "AA", "usage": IMAGE}),
        {"input_tokens": 50, "output_tokens": 4000, "image_tokens": 10, "source": "reported"},
        asked={"model": "gpt-image-1", "prompt": "a cat", "stream": True}, content_type=SSE,
    ),
    "image edit stream": Answer(
        "/v1/images/edits", events({"type": "image_edit.completed", "b64_json": "AA", "usage": IMAGE}),
        {"input_tokens": 50, "output_tokens": 4000}, asked={"model": "gpt-image-1"}, content_type=SSE,
    ),
    "transcription in tokens": Answer(
        "/v1/audio/transcriptions", {"text": "hello", "usage": HEARD},
        {"input_tokens": 14, "output_tokens": 45, "audio_input_tokens": 14, "source": "reported"},
        asked={"model": "gpt-4o-transcribe"},
    ),
    "transcription by its length": Answer(
        "/v1/audio/transcriptions", {"text": "hello", "usage": {"type": "duration", "seconds": 9}},
        {"seconds": Decimal(9), "input_tokens": None, "source": "reported"}, asked={"model": "whisper-1"},
    ),
    "transcription stream": Answer(
        "/v1/audio/transcriptions",
        events({"type": "transcript.text.delta", "delta": "hel"},
               {"type": "transcript.text.done", "text": "hello", "usage": HEARD}),
        {"input_tokens": 14, "output_tokens": 45, "answer_text": "hello"},
        asked={"model": "gpt-4o-transcribe", "stream": True}, content_type=SSE,
    ),
    "speech as events": Answer(
        "/v1/audio/speech",
        events({"type": "speech.audio.delta", "audio": "AA"},
               {"type": "speech.audio.done", "usage": {"input_tokens": 14, "output_tokens": 101, "total_tokens": 115}}),
        {"input_tokens": 14, "output_tokens": 101, "source": "reported"},
        asked={"model": "gpt-4o-mini-tts", "input": "hello", "stream_format": "sse"}, content_type=SSE,
    ),
    "embeddings by the old path": Answer(
        "/v1/engines/text-embedding-ada-002/embeddings",
        {"object": "list", "data": [], "model": "text-embedding-ada-002-v2",
         "usage": {"prompt_tokens": 7, "total_tokens": 7}},
        {"input_tokens": 7, "source": "reported", "model": "text-embedding-ada-002-v2"}, asked={"input": "hi"},
    ),
    "completion by the old path": Answer(
        "/v1/engines/davinci-002/completions", {"object": "text_completion", "choices": [{"text": "x"}], "usage": CHAT},
        CHAT_COUNTS,
    ),
    "a run that streams, its steps telling the same": Answer(
        "/v1/threads/thread_1/runs",
        b"".join(
            f"event: {name}\ndata: {json.dumps(document)}\n\n".encode()
            for name, document in (
                ("thread.run.in_progress", {**RUN, "status": "in_progress", "usage": None}),
                ("thread.run.step.completed", {"object": "thread.run.step", "id": "step_1", "usage": CHAT}),
                ("thread.run.completed", {**RUN, "usage": CHAT}),
            )
        ) + b"event: done\ndata: [DONE]\n\n",
        {**CHAT_COUNTS, "usage_key": "run_1", "state": "done"}, content_type=SSE,
    ),
    "a step alone repeats what its run used": Answer(
        "/v1/threads/thread_1/runs/run_1/steps/step_1", {"object": "thread.run.step", "id": "step_1", "usage": CHAT},
        {"input_tokens": None, "source": "none"}, method="GET",
    ),
    "a batch that ended": Answer(
        "/v1/batches/batch_1",
        {"object": "batch", "id": "batch_1", "status": "completed", "model": "gpt-4o-2024-08-06", "usage": RESPONSE},
        {**RESPONSE_COUNTS, "usage_key": "batch_1"}, method="GET",
    ),
    "a batch under way": Answer(
        "/v1/batches", {"object": "batch", "id": "batch_1", "status": "validating", "usage": {
            "input_tokens": 0, "output_tokens": 0, "total_tokens": 0}},
        {"input_tokens": None, "cost_source": "free"},
    ),
    "a refusal whose type is a stream's": Answer(
        "/v1/chat/completions", REFUSED,
        {"state": "failed", "fault": "request", "error_code": "model_not_found", "error_message": "No."},
        status=404, content_type=SSE, asked={"model": "gpt-9", "stream": True},
    ),
    "a refusal without any header": Answer(
        "/v1/embeddings", REFUSED, {"error_code": "model_not_found", "cost_source": "free"}, status=404,
        content_type=None,
    ),
    "a refusal whose code is a number": Answer(
        "/v1/chat/completions", {"error": {"message": "No.", "code": 400}}, {"error_code": "400", "fault": "request"},
        status=400,
    ),
    "a refusal that is a page": Answer(
        "/v1/chat/completions", b"<html>Bad gateway</html>", {"fault": "provider", "cost_source": "free"}, status=502,
        content_type="text/html",
    ),
    "an organization's usage is a report, not a use": Answer(
        "/v1/organization/usage/completions",
        {"object": "page", "data": [{"results": [{"input_tokens": 5_000_000, "output_tokens": 10}]}]},
        {"input_tokens": None, "source": "none", "cost_source": "free"}, method="GET",
    ),
    "a secret for a realtime client": Answer(
        "/v1/realtime/client_secrets", {"value": "ek_123", "session": {"type": "realtime"}},
        {"source": "none", "cost_source": "free", "kind": "realtime"},
    ),
    "a chatkit session": Answer(
        "/v1/chatkit/sessions", {"object": "chatkit.session", "id": "cksess_1"},
        {"source": "none", "cost_source": "free"},
    ),
    "a search in a vector store": Answer(
        "/v1/vector_stores/vs_1/search", {"object": "vector_store.search_results.page", "data": []},
        {"source": "none", "cost_source": "free", "kind": "vector_stores"},
    ),
    "a grader's run": Answer(
        "/v1/fine_tuning/alpha/graders/run", {"reward": 1.0, "metadata": {}}, {"source": "none", "kind": "fine_tuning"}
    ),
    "nothing at all": Answer("/v1/traces/ingest", b"", {"state": "done", "cost_source": "free"}, status=204),
}  # fmt: skip


def read(answer: Answer) -> Call:
    body = answer.said if isinstance(answer.said, bytes) else json.dumps(answer.said).encode()
    return INTERPRETER.call(
        CapturedExchange(
            uid="a", started_at=1_795_000_000.0, method=answer.method, host="api.openai.com", path=answer.path,
            request_body=json.dumps(answer.asked).encode() if answer.method == "POST" else b"", status=answer.status,
            response_headers=HeaderBlock.of(*([("content-type", answer.content_type)] if answer.content_type else [])),
            response_body=body, ended_at=1_795_000_001.0, ending="answered",
        )
    )  # fmt: skip


def value(call: Call, name: str) -> Any:
    if name == "cost_source":
        return call.cost.source
    return getattr(call.usage if hasattr(call.usage, name) else call, name)


@pytest.mark.parametrize("name", ANSWERS)
def test_an_answer_is_read_as_it_is_meant(name: str) -> None:
    call = read(ANSWERS[name])
    expected = ANSWERS[name].expected
    assert {key: value(call, key) for key in expected} == expected


def test_the_bill_of_an_evals_run_names_its_models() -> None:
    used = [
        {"model_name": name, "prompt_tokens": 10, "completion_tokens": 2, "total_tokens": 12, "cached_tokens": 0}
        for name in ("gpt-4o", "gpt-4.1")
    ]
    run = {"object": "eval.run", "id": "evalrun_1", "status": "completed", "per_model_usage": used}
    call = read(Answer("/v1/evals/eval_1/runs/evalrun_1", run, {}, method="GET"))
    assert [line.label for line in call.cost.lines] == [
        "input (gpt-4o)", "output (gpt-4o)", "input (gpt-4.1)", "output (gpt-4.1)",
    ]  # fmt: skip
