"""The vocabulary is found offline, and no text makes the tokenizer fail."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from wiretally.agent.tokens import count, count_short, vocabulary_of


@pytest.mark.parametrize(
    ("model", "name"),
    [
        ("gpt-4o-2024-08-06", "o200k_base"),
        ("gpt-4.1-mini", "o200k_base"),
        ("gpt-5", "o200k_base"),
        ("o3-mini", "o200k_base"),
        ("ft:gpt-4o-mini-2024-07-18:org::id", "o200k_base"),
        (None, "o200k_base"),
        ("gpt-4", "cl100k_base"),
        ("gpt-4-0613", "cl100k_base"),
        ("gpt-3.5-turbo-0125", "cl100k_base"),
        ("text-embedding-3-small", "cl100k_base"),
    ],
)
def test_each_model_has_its_vocabulary(model: str | None, name: str) -> None:
    assert vocabulary_of(model) == name


def test_known_counts() -> None:
    assert count("hello world", "gpt-4o") == 2
    assert count("tiktoken is great!", "gpt-4") == 6  # OpenAI's cookbook, "How to count tokens with tiktoken"
    assert count("", "gpt-4o") == 0
    assert count_short("user", "gpt-4o") == 1


@pytest.mark.parametrize("text", [" " * 400_000, "a" * 200_000, "\U0001f600" * 20_000, "<|endoftext|>" * 10])
def test_no_text_is_too_strange(text: str) -> None:
    assert 0 < count(text, "gpt-4o") <= len(text.encode())


def test_nothing_is_fetched(tmp_path: Path) -> None:
    """In a process that can't open a socket, with empty folders for everything it might keep."""
    code = (
        "import socket\n"
        "def refuse(*args, **kwargs): raise AssertionError('the network was asked')\n"
        "socket.socket.connect = refuse\n"
        "from wiretally.agent.tokens import count\n"
        "print(count('hello world', 'gpt-4o'), count('hello world', 'gpt-4'))"
    )
    environment = {"XDG_CACHE_HOME": str(tmp_path), "HOME": str(tmp_path), "PATH": "/usr/bin"}
    run = subprocess.run(
        [sys.executable, "-c", code], env=environment, capture_output=True, text=True, timeout=60, check=True
    )
    assert run.stdout.split() == ["2", "2"]


def test_the_ranks_it_is_built_from_are_let_go() -> None:
    code = (
        "import psutil; from wiretally.agent import tokens; own = lambda: psutil.Process().memory_full_info().uss; "
        "before = own(); tokens.encoding('o200k_base'); print((own() - before) // 2**20)"
    )
    grown = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert int(grown) < 60  # MiB; 74 with them
