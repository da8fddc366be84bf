"""The one list of endpoints: which path is read by which wire format. Adding an endpoint is a line here, and a file
beside this one where its format is new.

Paths are those after `/v1/`; `{id}` stands for one segment. A path not listed is kind "other"; segments of it that
look like ids become `{id}`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import lru_cache

from . import chat_completions, embeddings, realtime, responses
from .draft import Format

OTHER = Format("other")
FILES = Format("files")
VECTOR_STORES = Format("vector_stores")
CONTAINERS = Format("containers")
MODELS = Format("models")
ORGANIZATION = Format("organization")
FINE_TUNING = Format("fine_tuning")

ENDPOINTS: dict[str, Format] = {
    "chat/completions": chat_completions.FORMAT,
    "chat/completions/{id}": chat_completions.FORMAT,
    "chat/completions/{id}/messages": Format("chat"),
    "responses": responses.FORMAT,
    "responses/compact": responses.FORMAT,
    "responses/input_tokens": responses.INPUT_TOKENS,
    "responses/{id}": responses.FORMAT,
    "responses/{id}/cancel": responses.FORMAT,
    "responses/{id}/input_items": Format("responses"),
    "embeddings": embeddings.FORMAT,
    "engines/{id}/embeddings": embeddings.FORMAT,
    "realtime": realtime.FORMAT,
    "realtime/calls": realtime.FORMAT,
    "realtime/client_secrets": realtime.FORMAT,
    "realtime/sessions": realtime.FORMAT,
    "engines": MODELS,
    "models": MODELS,
    "models/{id}": MODELS,
    "fine_tuning/jobs": FINE_TUNING,
    "fine_tuning/jobs/{id}": FINE_TUNING,
    "fine_tuning/jobs/{id}/events": FINE_TUNING,
    "fine_tuning/jobs/{id}/cancel": FINE_TUNING,
    "files": FILES,
    "files/{id}": FILES,
    "files/{id}/content": FILES,
    "vector_stores": VECTOR_STORES,
    "vector_stores/{id}": VECTOR_STORES,
    "vector_stores/{id}/search": VECTOR_STORES,
    "vector_stores/{id}/files": VECTOR_STORES,
    "vector_stores/{id}/files/{id}": VECTOR_STORES,
    "vector_stores/{id}/file_batches": VECTOR_STORES,
    "organization/usage/{word}": ORGANIZATION,
}

ID = re.compile(r"[a-z]+_[A-Za-z0-9]{6,}|[A-Za-z-]*[A-Za-z0-9]*-?[0-9][A-Za-z0-9_:.-]{6,}|[0-9]+")


@dataclass(slots=True)
class _Node:
    format: Format | None = None
    fixed: dict[str, _Node] = field(default_factory=dict[str, "_Node"])
    any: _Node | None = None
    is_word: bool = False  # any segment goes, and is kept as it is


def _grow() -> _Node:
    root = _Node()
    for path, format in ENDPOINTS.items():
        node = root
        for segment in path.split("/"):
            if segment in ("{id}", "{word}"):
                node.any = node = node.any or _Node(is_word=segment == "{word}")
            else:
                node = node.fixed.setdefault(segment, _Node())
        node.format = format
    return root


_ROOT = _grow()


@lru_cache(4096)
def endpoint_of(path: str) -> tuple[str, Format]:
    """The endpoint of a path (without its query, ids as `{id}`) and its format."""
    segments = path.partition("?")[0].strip("/").split("/")
    start = segments.index("v1") + 1 if "v1" in segments else 0
    prefix = "".join(f"/{segment}" for segment in segments[:start])
    node: _Node | None = _ROOT
    named: list[str] = []
    for segment in segments[start:]:
        fixed = node.fixed.get(segment) if node else None
        anything = node.any if node else None
        is_id = fixed is None and (not anything.is_word if anything else ID.fullmatch(segment) is not None)
        node = fixed or anything
        named.append("{id}" if is_id else segment)
    return prefix + "".join(f"/{segment}" for segment in named), node.format if node and node.format else OTHER
