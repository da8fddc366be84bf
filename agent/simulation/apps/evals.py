"""An evaluation run in development: graded answers four at a time, and the mistakes one makes while writing it."""

import asyncio
from collections.abc import Awaitable
from itertools import count
from typing import Any

from openai import APIError, AsyncOpenAI

CASES = ("a refund after 40 days", "a gift card lost twice", "an order to two addresses", "a complaint in Polish")


async def grade(client: AsyncOpenAI, case: str) -> None:
    """Stream one answer and have it graded by a second model that is told what was said before."""
    async with client.responses.stream(model="o4-mini", input=f"Answer as the help desk would: {case}") as stream:
        async for _ in stream:
            pass
        first = await stream.get_final_response()
    await client.responses.create(
        model="gpt-5.1", input="Grade the answer from 1 to 5.", previous_response_id=first.id, metadata={"case": case}
    )


async def reported(doing: Awaitable[Any]) -> None:
    try:
        await doing
    except APIError as error:
        print("failed:", error, flush=True)


async def mistakes(client: AsyncOpenAI) -> None:
    """A parameter out of range, a model that does not exist, a key that was revoked."""
    question: list[Any] = [{"role": "user", "content": "Grade: fine."}]
    create = client.chat.completions.create
    await reported(create(model="gpt-4o-mini", messages=question, temperature=3))
    await reported(create(model="gpt-4o-minni", messages=question))
    revoked = client.with_options(api_key="sk-demo-wrong-0000")
    await reported(revoked.chat.completions.create(model="gpt-4o-mini", messages=question))


async def main() -> None:
    async with AsyncOpenAI() as client:
        for number in count():
            if number % 8 == 0:
                await mistakes(client)
            await asyncio.gather(*(reported(grade(client, f"{case}, run {number}")) for case in CASES))
            await asyncio.sleep(0.5)


if __name__ == "__main__":
    asyncio.run(main())
