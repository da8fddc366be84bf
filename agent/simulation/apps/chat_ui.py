"""The back end of a chat window: three people talk with a model at once, their answers stream.

One of them does not ask for usage; one closes the window in the middle of every fourth answer.
"""

import asyncio
from typing import Any

from openai import APIError, AsyncOpenAI

QUESTIONS = (
    "Which sofa fits a room of twelve square metres?",
    "Does it come in green?",
    "And what does the delivery cost?",
    "Can I pay when it arrives?",
)


async def talk(client: AsyncOpenAI, person: str, *, wants_usage: bool, impatient: bool) -> None:
    """One conversation after another, each question with everything said before it."""
    while True:
        messages: list[Any] = [{"role": "system", "content": f"You advise {person} about furniture."}]
        for turn, question in enumerate(QUESTIONS, start=1):
            messages.append({"role": "user", "content": question})
            leaving = impatient and turn == len(QUESTIONS)
            try:
                messages.append({"role": "assistant", "content": await answer(client, messages, wants_usage, leaving)})
            except APIError as error:
                print(person, "failed:", error, flush=True)
                messages.pop()
            await asyncio.sleep(0.3)


async def answer(client: AsyncOpenAI, messages: list[Any], wants_usage: bool, leaving: bool) -> str:
    """The streamed answer, as much of it as was read."""
    options: Any = {"stream_options": {"include_usage": True}} if wants_usage else {}
    text = ""
    async with await client.chat.completions.create(
        model="gpt-5-mini", messages=messages, stream=True, **options
    ) as stream:
        async for chunk in stream:
            text += (chunk.choices[0].delta.content or "") if chunk.choices else ""
            if leaving and len(text) > 80:
                break
    return text


async def main() -> None:
    async with AsyncOpenAI() as client, asyncio.TaskGroup() as people:
        people.create_task(talk(client, "Ada", wants_usage=True, impatient=False))
        people.create_task(talk(client, "Grace", wants_usage=False, impatient=False))
        people.create_task(talk(client, "Linus", wants_usage=True, impatient=True))


if __name__ == "__main__":
    asyncio.run(main())
