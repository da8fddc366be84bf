"""A nightly ingest: cuts documents into passages, embeds them, sums each document up.

Every summary begins with the same long instructions, which the provider caches.
"""

import itertools
import time

from openai import APIError, OpenAI

RULES = "Sum up in three sentences. Keep names, dates and amounts. Leave out greetings and signatures. "
INSTRUCTIONS = RULES * 70

PASSAGES = (
    "The warehouse moves to a new building on the first of March.",
    "Deliveries to islands take two days longer and cost nine euros more.",
    "Returns are free within thirty days if the parcel has not been opened.",
    "The shop is closed on public holidays of the canton of Zürich.",
)


def ingest(client: OpenAI, number: int) -> str:
    """Embed one document's passages and return its summary."""
    passages = [f"Document {number}. {passage}" for passage in PASSAGES]
    client.embeddings.create(model="text-embedding-3-small", input=passages)
    text = "\n".join(passages)
    return client.responses.create(model="gpt-4.1-mini", instructions=INSTRUCTIONS, input=text).output_text


def main() -> None:
    client = OpenAI()
    for number in itertools.count(1):
        try:
            print(number, ingest(client, number), flush=True)
        except APIError as error:
            print(number, "failed:", error, flush=True)
        time.sleep(0.3)


if __name__ == "__main__":
    main()
