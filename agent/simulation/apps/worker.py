"""A support desk's worker: takes a ticket, looks the order up with a tool, writes the reply; three at a time."""

import json
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import count
from typing import Any

from openai import APIError, OpenAI

TICKETS = (
    "Where is my parcel? It should have come on Tuesday.",
    "I was charged twice for the same order.",
    "How do I change the delivery address?",
    "The lamp arrived with a broken foot. Can I have another one?",
    "Please cancel my subscription at the end of the month.",
)

TOOLS: list[Any] = [
    {
        "type": "function",
        "function": {
            "name": "find_order",
            "description": "Look an order up by its number",
            "parameters": {
                "type": "object",
                "properties": {"number": {"type": "integer"}, "reason": {"type": "string"}},
                "required": ["number"],
            },
        },
    }
]


def answer_ticket(client: OpenAI, number: int, ticket: str) -> str:
    """The reply to one ticket, in two turns: the model asks for the order, then writes."""
    messages: list[Any] = [
        {"role": "system", "content": "You answer customers of a furniture shop, briefly and kindly."},
        {"role": "user", "content": f"Ticket {number}: {ticket}"},
    ]
    first = client.chat.completions.create(
        model="gpt-4o-mini", messages=messages, tools=TOOLS, user=f"customer-{number}"
    )
    message = first.choices[0].message
    messages.append(message.model_dump(exclude_none=True))
    for call in message.tool_calls or ():
        found = {"order": 4812, "state": "shipped", "expected": "tomorrow"}
        messages.append({"role": "tool", "tool_call_id": call.id, "content": json.dumps(found)})
    second = client.chat.completions.create(
        model="gpt-4o-mini", messages=messages, tools=TOOLS, user=f"customer-{number}"
    )
    return second.choices[0].message.content or ""


def work(client: OpenAI, numbers: Iterator[int]) -> None:
    """Answer one ticket after another."""
    for number in numbers:
        try:
            print(number, answer_ticket(client, number, TICKETS[number % len(TICKETS)]), flush=True)
        except APIError as error:
            print(number, "failed:", error, flush=True)
        time.sleep(0.2)


def main() -> None:
    client = OpenAI()
    with ThreadPoolExecutor() as pool:
        for first in range(3):
            pool.submit(work, client, count(4800 + first, 3))


if __name__ == "__main__":
    main()
