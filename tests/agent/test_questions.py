"""Questions reach whoever stands at the post, and asking never waits."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest
from wiretally.agent import journal
from wiretally.agent.questions import BUSY, Asker, Post


@pytest.fixture
def post() -> Iterator[Post]:
    made = Post.make()
    yield made
    for descriptor in made.all():
        os.close(descriptor)


def test_a_post_travels_as_text(post: Post) -> None:
    assert Post.parse(str(post)) == post
    assert {*post.for_proxy(), *post.for_lookout()} == {*post.all()}


def test_a_question_is_a_line_and_waits_until_it_is_answered(post: Post) -> None:
    asker, lookout = Asker(post), journal.Writer(post.answers)
    assert not asker.waits
    asker.ask("a-b", ["::1", 5], 8787)
    assert asker.waits
    lookout.counters[BUSY] = 1
    assert os.read(post.questions, 65536) == b"a-b ::1 5 8787\n"
    assert asker.waits
    lookout.counters[BUSY] = 0
    assert not asker.waits
    lookout.close()


def test_where_nobody_reads_nobody_is_waited_for(post: Post) -> None:
    asker = Asker(post)
    for number in range(10_000):
        asker.ask(f"{number:036d}", ("127.0.0.1", 40_000), 8788)
    assert not asker.waits
    lines = os.read(post.questions, 1 << 20).splitlines(keepends=True)
    assert all(line.endswith(b" 127.0.0.1 40000 8788\n") for line in lines)
