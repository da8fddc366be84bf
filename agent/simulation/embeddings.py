"""POST /v1/embeddings: vectors of length one, the same for the same text, as floats or base64."""

from __future__ import annotations

import base64
from array import array
from math import sqrt
from random import Random
from typing import Any

from .messages import Answer, Document, elements, json_answer
from .models import Model
from .prose import token_count
from .refusals import Refused, bad_parameter, missing_parameter, too_long

DIMENSIONS = {"text-embedding-3-small": 1536, "text-embedding-3-large": 3072}


def answer(model: Model, body: Document) -> Answer:
    """The answer on the wire. Raises Refused where there is none."""
    given: Any = body.get("input")
    texts = [given] if isinstance(given, str) else elements(given)
    if not texts:
        raise Refused(missing_parameter("input"))
    longest = DIMENSIONS.get(model.name, 1536)
    dimensions = body.get("dimensions") or longest
    if not isinstance(dimensions, int) or not 1 <= dimensions <= longest:
        raise Refused(bad_parameter("dimensions", dimensions, f"Expected an integer from 1 to {longest}."))
    tokens = [len(elements(text)) or token_count(str(text)) for text in texts]
    if max(tokens) > model.context:
        raise Refused(too_long(model.context, max(tokens)))
    data = [
        {
            "object": "embedding",
            "index": index,
            "embedding": _coded(_vector(str(text), dimensions), body.get("encoding_format")),
        }
        for index, text in enumerate(texts)
    ]
    usage = {"prompt_tokens": sum(tokens), "total_tokens": sum(tokens)}
    document = {"object": "list", "data": data, "model": model.served, "usage": usage}
    return json_answer(200, document, after=model.first_token + sum(tokens) * 2e-5)


def _vector(text: str, dimensions: int) -> array[float]:
    random = Random(text)
    values = [random.uniform(-1, 1) for _ in range(dimensions)]
    length = sqrt(sum(value * value for value in values))
    return array("f", (value / length for value in values))


def _coded(vector: array[float], coding: object) -> Any:
    return base64.b64encode(vector.tobytes()).decode() if coding == "base64" else vector.tolist()
