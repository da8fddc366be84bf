"""A real lookout in a process of its own names who has connected, and goes when nobody can ask any more."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from collections.abc import Sequence

import pytest
from wiretally.agent import journal
from wiretally.agent.attribution import Connection
from wiretally.agent.entry import Process
from wiretally.agent.exchange import Frame, Kind, decode
from wiretally.agent.lookout import answered
from wiretally.agent.questions import BUSY, Asker, Post

WATCH = """
import os, sys
from wiretally.agent.lookout import watch
from wiretally.agent.questions import Post
watch(Post.parse(sys.argv[1]), os.getppid() if len(sys.argv) == 2 else int(sys.argv[2]))
"""


def _frames(answers: journal.Reader, count: int) -> list[Frame]:
    frames: list[Frame] = []
    deadline = time.monotonic() + 20
    while len(frames) < count and time.monotonic() < deadline:
        answers.sleep(1)
        frames += [decode(raw) for raw in answers.read()]
    return frames


def test_it_names_who_connects_until_nobody_asks() -> None:
    post = Post.make()
    asker, answers = Asker(post), journal.Reader(post.answers)
    command = [sys.executable, "-c", WATCH, str(post)]
    with subprocess.Popen(command, pass_fds=post.for_lookout(), stdin=subprocess.DEVNULL) as lookout:
        with socket.create_server(("127.0.0.1", 0)) as door, socket.create_connection(door.getsockname()) as client:
            asker.ask("a", client.getsockname(), door.getsockname()[1])
            asker.ask("b", ("127.0.0.1", 1), door.getsockname()[1])
            first, second = _frames(answers, 2)
        assert (first[0], first[1], Process(*first[4]).pid) == (Kind.CALLER, "a", os.getpid())
        assert second[1:] == ["b", 0, second[3], None]
        os.close(post.asking)
        assert lookout.wait(20) == 0
    answers.close()
    for descriptor in post.for_lookout():
        os.close(descriptor)


def test_one_whose_host_is_gone_leaves_the_post_to_the_next() -> None:
    post = Post.make()
    asker, answers = Asker(post), journal.Reader(post.answers)
    answers.counters[BUSY] = 1  # as one left it that died at work
    command = [sys.executable, "-c", WATCH, str(post)]
    with subprocess.Popen([*command, "1"], pass_fds=post.for_lookout(), stdin=subprocess.DEVNULL) as orphan:
        asker.ask("a", ("127.0.0.1", 1), 2)
        assert orphan.wait(20) == 0
    assert not answers.read()
    with subprocess.Popen(command, pass_fds=post.for_lookout(), stdin=subprocess.DEVNULL) as next_one:
        assert [frame[1] for frame in _frames(answers, 1)] == ["a"]
        os.close(post.asking)
        assert next_one.wait(20) == 0
    answers.close()
    for descriptor in post.for_lookout():
        os.close(descriptor)


def test_one_look_serves_all_questions_and_what_is_no_question_is_passed_over() -> None:
    looks: list[int] = []

    class Ports:
        def resolve_all(self, connections: Sequence[Connection]) -> list[Process | None]:
            looks.append(len(connections))
            return [Process(port, 0.0, "app") for (_, port), _ in connections]

    lines = [b"7.0.0.1 40 8788", b"a 127.0.0.1 41 8788", b"", b"b ::1 42 8788", b"c ::1 x 8788"]
    found = [decode(frame) for frame in answered(lines, Ports())]
    assert [(frame[1], frame[4][0]) for frame in found] == [("a", 41), ("b", 42)]
    assert looks == [2]


@pytest.mark.parametrize("error", [ValueError("broken"), OSError("no /proc")])
def test_a_look_that_fails_is_told(error: Exception) -> None:
    class Broken:
        def resolve_all(self, connections: Sequence[Connection]) -> list[Process | None]:
            raise error

    (frame,) = answered([b"a 127.0.0.1 41 8788"], Broken())
    assert decode(frame)[4:] == ["attribution", f"{type(error).__name__}: {error}"]
