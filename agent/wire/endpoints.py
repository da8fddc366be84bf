"""The one list of endpoints: which path is read by which wire format. Adding an endpoint is a line here, and a file
beside this one where its format is new.

Paths are those after `/v1/`; where a gateway has none (`/openai/deployments/NAME/embeddings`), from the first segment
that one of them begins with. `{id}` stands for one segment, `{word}` for one that is kept as it is. A path not listed
is kind "other"; segments of it that look like ids become `{id}`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import lru_cache

from . import (
    anything,
    assistants,
    audio,
    batches,
    chat_completions,
    completions,
    embeddings,
    images,
    jobs,
    moderations,
    realtime,
    responses,
)
from .draft import Format

OTHER = anything.FORMAT
ASSISTANTS = assistants.FORMAT
CONVERSATIONS = Format("conversations")
FILES = Format("files")
MODELS = Format("models")
ORGANIZATION = Format("organization")
REALTIME = realtime.FORMAT
VECTOR_STORES = Format("vector_stores")

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
    "completions": completions.FORMAT,
    "edits": completions.FORMAT,
    "engines/{id}/completions": completions.FORMAT,
    "engines/{id}/edits": completions.FORMAT,
    "embeddings": embeddings.FORMAT,
    "engines/{id}/embeddings": embeddings.FORMAT,
    "images/generations": images.FORMAT,
    "images/edits": images.FORMAT,
    "images/variations": images.FORMAT,
    "audio/transcriptions": audio.TRANSCRIPTIONS,
    "audio/translations": audio.TRANSCRIPTIONS,
    "audio/speech": audio.SPEECH,
    "audio/voices": Format("audio"),
    "moderations": moderations.FORMAT,
    "realtime": REALTIME,
    "realtime/calls": REALTIME,
    "realtime/calls/{id}/accept": REALTIME,
    "realtime/calls/{id}/hangup": REALTIME,
    "realtime/calls/{id}/refer": REALTIME,
    "realtime/calls/{id}/reject": REALTIME,
    "realtime/client_secrets": REALTIME,
    "realtime/sessions": REALTIME,
    "realtime/transcription_sessions": REALTIME,
    "realtime/translations": REALTIME,
    "batches": batches.FORMAT,
    "batches/{id}": batches.FORMAT,
    "batches/{id}/cancel": batches.FORMAT,
    "assistants": ASSISTANTS,
    "assistants/{id}": ASSISTANTS,
    "threads": ASSISTANTS,
    "threads/{id}": ASSISTANTS,
    "threads/{id}/messages": ASSISTANTS,
    "threads/{id}/messages/{id}": ASSISTANTS,
    "threads/runs": assistants.RUNS,
    "threads/{id}/runs": assistants.RUNS,
    "threads/{id}/runs/{id}": assistants.RUNS,
    "threads/{id}/runs/{id}/cancel": assistants.RUNS,
    "threads/{id}/runs/{id}/submit_tool_outputs": assistants.RUNS,
    "threads/{id}/runs/{id}/steps": ASSISTANTS,
    "threads/{id}/runs/{id}/steps/{id}": ASSISTANTS,
    "fine_tuning/jobs": jobs.FINE_TUNING,
    "fine_tuning/jobs/{id}": jobs.FINE_TUNING,
    "fine_tuning/jobs/{id}/{word}": jobs.FINE_TUNING,
    "fine_tuning/checkpoints/{id}/permissions": jobs.FINE_TUNING,
    "fine_tuning/checkpoints/{id}/permissions/{id}": jobs.FINE_TUNING,
    "fine_tuning/alpha/graders/{word}": jobs.FINE_TUNING,
    "evals": jobs.EVALS,
    "evals/{id}": jobs.EVALS,
    "evals/{id}/runs": jobs.EVALS,
    "evals/{id}/runs/{id}": jobs.EVALS,
    "evals/{id}/runs/{id}/output_items": jobs.EVALS,
    "evals/{id}/runs/{id}/output_items/{id}": jobs.EVALS,
    "videos": jobs.VIDEOS,
    "videos/{id}": jobs.VIDEOS,
    "videos/{id}/content": Format("videos"),
    "videos/{id}/remix": jobs.VIDEOS,
    "containers": jobs.CONTAINERS,
    "containers/{id}": jobs.CONTAINERS,
    "containers/{id}/files": jobs.CONTAINERS,
    "containers/{id}/files/{id}": jobs.CONTAINERS,
    "containers/{id}/files/{id}/content": Format("containers"),
    "conversations": CONVERSATIONS,
    "conversations/{id}": CONVERSATIONS,
    "conversations/{id}/items": CONVERSATIONS,
    "conversations/{id}/items/{id}": CONVERSATIONS,
    "files": FILES,
    "files/{id}": FILES,
    "files/{id}/content": FILES,
    "uploads": FILES,
    "uploads/{id}/{word}": FILES,
    "vector_stores": VECTOR_STORES,
    "vector_stores/{id}": VECTOR_STORES,
    "vector_stores/{id}/search": VECTOR_STORES,
    "vector_stores/{id}/files": VECTOR_STORES,
    "vector_stores/{id}/files/{id}": VECTOR_STORES,
    "vector_stores/{id}/files/{id}/content": VECTOR_STORES,
    "vector_stores/{id}/file_batches": VECTOR_STORES,
    "vector_stores/{id}/file_batches/{id}": VECTOR_STORES,
    "vector_stores/{id}/file_batches/{id}/{word}": VECTOR_STORES,
    "models": MODELS,
    "models/{id}": MODELS,
    "engines": MODELS,
    "engines/{id}": MODELS,
    "traces/ingest": Format("traces"),
    "organization/{word}": ORGANIZATION,
    "organization/{word}/{id}": ORGANIZATION,
    "organization/usage/{word}": ORGANIZATION,
    "organization/projects/{id}/{word}": ORGANIZATION,
    "organization/projects/{id}/{word}/{id}": ORGANIZATION,
}

ID = re.compile(r"[a-z]+_(?=[A-Za-z]*[0-9])[A-Za-z0-9]{3,}|[A-Za-z-]*[A-Za-z0-9]*-?[0-9][A-Za-z0-9_:.-]{6,}|[0-9]+")


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
    if "v1" in segments:
        start = segments.index("v1") + 1
    else:
        start = next((place for place, segment in enumerate(segments) if segment in _ROOT.fixed), 0)
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
