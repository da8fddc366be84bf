"""Embeddings as the service gives them."""

import base64
from array import array
from math import isclose

from wiretally.agent.simulation.service import Service

from tests.fake_openai import ask, document


def test_floats_and_base64_are_the_same_vector_of_length_one() -> None:
    floats, coded = (
        document(ask(Service(), "/v1/embeddings", model="text-embedding-3-small", input="a", encoding_format=coding))
        for coding in ("float", "base64")
    )
    vector = array("f", base64.b64decode(coded["data"][0]["embedding"]))
    assert vector.tolist() == floats["data"][0]["embedding"]
    assert len(vector) == 1536 and isclose(sum(value * value for value in vector), 1, rel_tol=1e-3)


def test_usage_counts_all_inputs() -> None:
    answer = document(ask(Service(), "/v1/embeddings", model="text-embedding-3-small", input=["Hello", "Hello there"]))
    assert answer["usage"] == {"prompt_tokens": 3, "total_tokens": 3}
    assert [item["index"] for item in answer["data"]] == [0, 1]


def test_dimensions_are_obeyed_and_checked() -> None:
    small, wrong = (
        ask(Service(), "/v1/embeddings", model="text-embedding-3-small", input="a", dimensions=size)
        for size in (8, 4000)
    )
    assert len(document(small)["data"][0]["embedding"]) == 8
    assert wrong.status == 400
