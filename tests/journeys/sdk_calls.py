"""The official SDK used in its eight ways, each giving what the SDK was told, to hold the rows against."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from openai import AsyncOpenAI, OpenAI
from openai.types import CompletionUsage
from openai.types.chat import ChatCompletionChunk, ChatCompletionStreamOptionsParam
from openai.types.responses import ResponseCompletedEvent, ResponseIncompleteEvent, ResponseUsage


@dataclass(frozen=True, slots=True)
class Told:
    """What a call brought."""

    response_id: str
    text: str
    input_tokens: int
    cached_tokens: int
    output_tokens: int
    reasoning_tokens: int


MESSAGES: Any = [{"role": "user", "content": "Say hello in three words."}]
LIMIT = 24
WITH_USAGE: ChatCompletionStreamOptionsParam = {"include_usage": True}


def text_of(chunks: list[ChatCompletionChunk]) -> str:
    return "".join(choice.delta.content or "" for chunk in chunks for choice in chunk.choices)


def told_of_chat(identifier: str, text: str, usage: CompletionUsage | None) -> Told:
    assert usage
    cached = usage.prompt_tokens_details and usage.prompt_tokens_details.cached_tokens
    reasoning = usage.completion_tokens_details and usage.completion_tokens_details.reasoning_tokens
    return Told(identifier, text, usage.prompt_tokens, cached or 0, usage.completion_tokens, reasoning or 0)


def told_of_response(identifier: str, text: str, usage: ResponseUsage | None) -> Told:
    assert usage
    # a server other than OpenAI's may leave the details out
    cached = usage.input_tokens_details and usage.input_tokens_details.cached_tokens
    reasoning = usage.output_tokens_details and usage.output_tokens_details.reasoning_tokens
    return Told(identifier, text, usage.input_tokens, cached or 0, usage.output_tokens, reasoning or 0)


def chat(model: str) -> Told:
    with OpenAI() as client:
        answer = client.chat.completions.create(model=model, messages=MESSAGES, max_completion_tokens=LIMIT)
    return told_of_chat(answer.id, answer.choices[0].message.content or "", answer.usage)


def chat_stream(model: str) -> Told:
    with (
        OpenAI() as client,
        client.chat.completions.create(
            model=model, messages=MESSAGES, max_completion_tokens=LIMIT, stream=True, stream_options=WITH_USAGE
        ) as stream,
    ):
        chunks = list(stream)
    return told_of_chat(chunks[-1].id, text_of(chunks), chunks[-1].usage)


def response(model: str) -> Told:
    with OpenAI() as client:
        answer = client.responses.create(model=model, input="Say hello.", max_output_tokens=LIMIT)
    return told_of_response(answer.id, answer.output_text, answer.usage)


def response_stream(model: str) -> Told:
    with (
        OpenAI() as client,
        client.responses.create(model=model, input="Say hello.", max_output_tokens=LIMIT, stream=True) as stream,
    ):
        *_, last = stream
    assert isinstance(last, ResponseCompletedEvent | ResponseIncompleteEvent)
    return told_of_response(last.response.id, last.response.output_text, last.response.usage)


async def async_chat(model: str) -> Told:
    async with AsyncOpenAI() as client:
        answer = await client.chat.completions.create(model=model, messages=MESSAGES, max_completion_tokens=LIMIT)
    return told_of_chat(answer.id, answer.choices[0].message.content or "", answer.usage)


async def async_chat_stream(model: str) -> Told:
    async with AsyncOpenAI() as client:
        stream = await client.chat.completions.create(
            model=model, messages=MESSAGES, max_completion_tokens=LIMIT, stream=True, stream_options=WITH_USAGE
        )
        chunks = [chunk async for chunk in stream]
    return told_of_chat(chunks[-1].id, text_of(chunks), chunks[-1].usage)


async def async_response(model: str) -> Told:
    async with AsyncOpenAI() as client:
        answer = await client.responses.create(model=model, input="Say hello.", max_output_tokens=LIMIT)
    return told_of_response(answer.id, answer.output_text, answer.usage)


async def async_response_stream(model: str) -> Told:
    async with AsyncOpenAI() as client:
        stream = await client.responses.create(model=model, input="Say hello.", max_output_tokens=LIMIT, stream=True)
        events = [event async for event in stream]
    last = events[-1]
    assert isinstance(last, ResponseCompletedEvent | ResponseIncompleteEvent)
    return told_of_response(last.response.id, last.response.output_text, last.response.usage)


WAYS: tuple[Callable[[str], Told], ...] = (chat, chat_stream, response, response_stream)
ASYNC_WAYS: tuple[Callable[[str], Awaitable[Told]], ...] = (
    async_chat,
    async_chat_stream,
    async_response,
    async_response_stream,
)
