"""Calls that are saved at a steady rate, as the recorder saves them: a transaction every 100 ms through agent.store.

    python -m bench.arriving DATABASE --rate 200 --seconds 10

Prints a JSON line for each batch: the name that its last call carries as its model, and when it was committed (the
system's monotonic clock), so that who watches the screen can tell how long that name took to be seen.
"""

from __future__ import annotations

import argparse
import json
import time
from decimal import Decimal
from pathlib import Path

from wiretally.agent.call import Call, Cost, Timing, Usage
from wiretally.agent.entry import Entry, Process
from wiretally.agent.store import Store

BATCH = 0.1


def entry(model: str, uid: str) -> Entry:
    """A finished chat completion of 2 KB."""
    call = Call(
        uid=uid, started_at=time.time(), state="done", method="POST", scheme="https", host="api.openai.com",
        path="/v1/chat/completions", endpoint="/v1/chat/completions", kind="chat", stream=True, model=model,
        model_requested=model, status=200, finish_reason="stop", api_key="9f2c", key_hash="k1",
        usage=Usage(1200, 0, None, 310, total_tokens=1510, source="reported"), cost=Cost(Decimal("0.0021"), "priced"),
        timing=Timing(duration_ms=812.5, ttft_ms=240.5), output_tokens_per_second=62.0, request_bytes=1500,
        response_bytes=600, prompt_text="where is my parcel", answer_text="on its way",
    )  # fmt: skip
    body = json.dumps({"model": model, "messages": [{"role": "user", "content": "where is my parcel " * 60}]}).encode()
    return Entry(call, "bench", Process(4711, 1.0, "bench.py"), request_body=body, response_body=b'{"choices":[]}')


def save(database: Path, rate: int, seconds: float) -> None:
    """Save `rate` calls a second for so long."""
    store, size = Store(database), round(rate * BATCH)
    began = time.monotonic()
    for batch in range(round(seconds / BATCH)):
        time.sleep(max(began + batch * BATCH - time.monotonic(), 0))
        name = f"batch-{batch:06}"
        uids = [f"bench-{began}-{batch}-{number}" for number in range(size)]
        store.save([entry(name if uid is uids[-1] else "gpt-5-mini", uid) for uid in uids])
        print(json.dumps([name, time.monotonic()]), flush=True)
    store.close()


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("database", type=Path)
    parser.add_argument("--rate", type=int, default=200)
    parser.add_argument("--seconds", type=float, default=10)
    asked = parser.parse_args()
    save(asked.database, asked.rate, asked.seconds)


if __name__ == "__main__":
    main()
