import os
import sys

import httpx

sys.stdout.write(f"{os.getpid()}\n")
url = os.environ.get("OPENAI_BASE_URL", "https://api.openai.com/v1") + "/chat/completions"
headers = {"authorization": "Bearer " + os.environ["OPENAI_API_KEY"]}
for stream in (False, True):
    question = {"model": "gpt-4o-mini", "stream": stream, "messages": [{"role": "user", "content": "Hello"}]}
    sys.stdout.write(httpx.post(url, json=question, headers=headers, timeout=30).text)
