"""Realtime events: what is content, what ends a generation, where the models are named."""

from __future__ import annotations

from wiretally.agent.wire.realtime import item_text, model_of, transcription_model_of

from .drafts import asked, streamed

USAGE = {
    "input_tokens": 100,
    "output_tokens": 50,
    "total_tokens": 150,
    "input_token_details": {
        "text_tokens": 40,
        "audio_tokens": 60,
        "cached_tokens": 64,
        "cached_tokens_details": {"text_tokens": 32, "audio_tokens": 32, "image_tokens": 0},
    },
    "output_token_details": {"text_tokens": 10, "audio_tokens": 40},
}


def test_a_finished_response_tells_its_usage_by_kind() -> None:
    draft = asked("/v1/realtime")
    content = streamed(
        draft,
        {"type": "response.created", "response": {"id": "r"}},
        {"type": "response.output_audio_transcript.delta", "delta": "Hi"},
        {"type": "response.output_audio.delta", "delta": "AAAA"},
        {"type": "response.done", "response": {"id": "r", "status": "completed", "usage": USAGE}},
    )
    assert content == [False, True, True, False]
    usage = draft.usage
    assert usage is not None
    assert (usage.audio_input_tokens, usage.cached_tokens, usage.cached_audio_tokens) == (60, 64, 32)
    assert (usage.audio_output_tokens, draft.answer, draft.ended) == (40, ["Hi"], True)


def test_the_models_of_a_session_in_the_older_and_the_newer_place() -> None:
    assert model_of({"model": "gpt-realtime"}) == "gpt-realtime"
    assert transcription_model_of({"audio": {"input": {"transcription": {"model": "whisper-1"}}}}) == "whisper-1"
    assert transcription_model_of({"input_audio_transcription": {"model": "gpt-4o-transcribe"}}) == "gpt-4o-transcribe"
    assert transcription_model_of({}) is None


def test_the_text_of_an_item() -> None:
    assert (
        item_text({"content": [{"type": "input_text", "text": "a"}, {"type": "input_audio", "transcript": "b"}]})
        == "a\nb"
    )
    assert item_text({"type": "function_call_output", "output": "c"}) == "c"
