import json
import os
import sys
from urllib.request import Request, urlopen

sys.stdout.write(f"{os.getpid()}\n")
url = os.environ.get("OPENAI_BASE_URL", "https://api.openai.com/v1") + "/chat/completions"
headers = {"authorization": "Bearer " + os.environ["OPENAI_API_KEY"], "content-type": "application/json"}
for stream in (False, True):
    question = {"model": "gpt-4o-mini", "stream": stream, "messages": [{"role": "user", "content": "Hello"}]}
    with urlopen(Request(url, json.dumps(question).encode(), headers)) as answer:
        sys.stdout.write(answer.read().decode())
