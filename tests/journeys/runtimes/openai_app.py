import os
import sys

from openai import OpenAI

sys.stdout.write(f"{os.getpid()}\n")
raw = OpenAI(max_retries=0).chat.completions.with_raw_response
for stream in (False, True):
    answer = raw.create(model="gpt-4o-mini", stream=stream, messages=[{"role": "user", "content": "Hello"}])
    sys.stdout.write(answer.http_response.read().decode())
