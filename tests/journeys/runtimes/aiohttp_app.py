import asyncio
import os
import sys

import aiohttp


async def main() -> None:
    url = os.environ.get("OPENAI_BASE_URL", "https://api.openai.com/v1") + "/chat/completions"
    headers = {"authorization": "Bearer " + os.environ["OPENAI_API_KEY"]}
    async with aiohttp.ClientSession(trust_env=True) as session:
        for stream in (False, True):
            question = {"model": "gpt-4o-mini", "stream": stream, "messages": [{"role": "user", "content": "Hello"}]}
            async with session.post(url, json=question, headers=headers) as answer:
                sys.stdout.write(await answer.text())


sys.stdout.write(f"{os.getpid()}\n")
asyncio.run(main())
