from __future__ import annotations

import threading
import time
from collections.abc import Callable, Generator
from contextlib import contextmanager
from functools import partial
from typing import Any

from textual.message import Message
from wiretally.agent.locations import Home
from wiretally.agent.queries import calls
from wiretally.agent.queries.reader import Reader
from wiretally.agent.store import Store
from wiretally.tui.feed import Feed
from wiretally.tui.messages import Answered, FeedFailed, Watch

from ..agent.made import entry


@contextmanager
def running(feed: Feed) -> Generator[None]:
    thread = threading.Thread(target=feed.run)
    thread.start()
    try:
        yield
    finally:
        feed.stop()
        thread.join(30)
        assert not thread.is_alive()


def until(true: Callable[[], object], seconds: float = 30.0) -> None:
    deadline = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.005)


def count_watch(name: str = "count", **more: Any) -> Watch:
    return Watch(name, calls.count, lambda answer: None, **more)


def answers(posted: list[Message], name: str = "count") -> list[object]:
    return [message.answer for message in posted if isinstance(message, Answered) and message.watch.name == name]


def test_a_commit_of_another_connection_is_answered_within_a_moment(place: Home, store: Store) -> None:
    posted: list[Message] = []
    feed = Feed("test", partial(Reader, place.database), posted.append)
    feed.watch(count_watch(every=0.0))
    with running(feed):
        until(lambda: answers(posted) == [0])
        store.save([entry(1)])
        begun = time.monotonic()
        until(lambda: answers(posted)[-1:] == [1])
        assert time.monotonic() - begun < 3.0


def test_one_that_looks_seldom_answers_a_new_question_at_once(place: Home, store: Store) -> None:
    store.save([entry(1)])
    posted: list[Message] = []
    feed = Feed("test", partial(Reader, place.database), posted.append, poll=60.0)
    with running(feed):
        feed.watch(count_watch())
        until(lambda: answers(posted) == [1])


def test_nothing_is_asked_while_nothing_changes(place: Home, store: Store) -> None:
    del store
    posted: list[Message] = []
    feed = Feed("test", partial(Reader, place.database), posted.append)
    feed.watch(count_watch(every=0.0))
    with running(feed):
        until(lambda: answers(posted))
        time.sleep(0.3)
        assert answers(posted) == [0]


def test_answers_keep_their_distance_and_the_last_state_is_never_missed(place: Home, store: Store) -> None:
    posted: list[Message] = []
    feed = Feed("test", partial(Reader, place.database), posted.append)
    feed.watch(count_watch(every=0.3))
    begun = time.monotonic()
    with running(feed):
        until(lambda: answers(posted) == [0])
        for number in range(20):
            store.save([entry(number)])
            time.sleep(0.01)
        until(lambda: answers(posted)[-1] == 20)
        assert len(answers(posted)) - 1 <= (time.monotonic() - begun) / 0.3


def test_a_watch_asked_once_is_asked_once_and_a_replaced_one_is_not_current(place: Home, store: Store) -> None:
    posted: list[Message] = []
    feed = Feed("test", partial(Reader, place.database), posted.append)
    first, second = count_watch(), count_watch()
    feed.watch(first)
    feed.watch(second)
    assert feed.is_current(second)
    assert not feed.is_current(first)
    feed.watch(count_watch("once", once=True))
    with running(feed):
        until(lambda: answers(posted, "once"))
        store.save([entry(1)])
        until(lambda: answers(posted)[-1:] == [1])
        assert len(answers(posted, "once")) == 1


def test_while_paused_changes_ask_nothing_and_afterwards_all_is_shown(place: Home, store: Store) -> None:
    posted: list[Message] = []
    feed = Feed("test", partial(Reader, place.database), posted.append)
    feed.watch(count_watch(every=0.0))
    with running(feed):
        until(lambda: answers(posted) == [0])
        feed.pause(True)
        store.save([entry(1)])
        time.sleep(0.2)
        assert answers(posted) == [0]
        feed.pause(False)
        until(lambda: answers(posted)[-1] == 1)


def test_a_missing_database_is_told_and_found_when_it_comes(place: Home) -> None:
    posted: list[Message] = []
    feed = Feed("test", partial(Reader, place.database), posted.append)
    feed.watch(count_watch())
    with running(feed):
        until(lambda: any(isinstance(message, FeedFailed) and message.missing for message in posted))
        Store(place.database).close()
        until(lambda: answers(posted) == [0])
        until(lambda: isinstance(posted[-1], FeedFailed) and posted[-1].problem == "")


def test_a_question_that_fails_is_told_and_the_feed_lives_on(place: Home, store: Store) -> None:
    posted: list[Message] = []
    feed = Feed("test", partial(Reader, place.database), posted.append)
    attempts: list[int] = []

    def ask(reader: Reader) -> int:
        attempts.append(1)
        if len(attempts) == 1:
            raise ValueError("no such thing")
        return calls.count(reader)

    feed.watch(Watch("count", ask, lambda answer: None))
    store.save([entry(1)])
    with running(feed):
        until(lambda: answers(posted) == [1])
    problems = [message.problem for message in posted if isinstance(message, FeedFailed)]
    assert problems[0] == "ValueError: no such thing"
    assert problems[-1] == ""


def test_a_question_that_nobody_waits_for_any_more_is_cut_short(place: Home, store: Store) -> None:
    store.save([entry(1)])
    endless = "with recursive n(i) as (select 1 union all select i + 1 from n) select count(*) from n where i < 0"
    posted: list[Message] = []
    asked = threading.Event()

    def ask(reader: Reader) -> object:
        asked.set()
        return reader.value(endless)

    feed = Feed("test", partial(Reader, place.database), posted.append)
    feed.watch(Watch("count", ask, lambda answer: None))
    with running(feed):
        assert asked.wait(5)
        feed.watch(count_watch())
        until(lambda: answers(posted) == [1])
        assert not [message for message in posted if isinstance(message, FeedFailed)]
        asked.clear()
        feed.watch(Watch("count", ask, lambda answer: None))
        assert asked.wait(5)  # and leaving the block stops the feed in the midst of it


def test_a_bug_in_a_question_that_nobody_waits_for_is_told_all_the_same(place: Home, store: Store) -> None:
    del store
    posted: list[Message] = []
    feed = Feed("test", partial(Reader, place.database), posted.append)

    def ask(reader: Reader) -> object:
        del reader
        feed.unwatch("count")
        raise ValueError("a bug of ours")

    feed.watch(Watch("count", ask, lambda answer: None))
    with running(feed):
        until(lambda: any(isinstance(message, FeedFailed) and message.problem for message in posted))
    (told,) = (message for message in posted if isinstance(message, FeedFailed) and message.problem)
    assert told.problem == "ValueError: a bug of ours"
    assert isinstance(told.bug, ValueError)


def test_with_the_screen_gone_the_feed_ends_though_nobody_stopped_it(place: Home) -> None:
    gone = threading.Event()
    feed = Feed("test", partial(Reader, place.database), lambda message: None, lambda: not gone.is_set())
    thread = threading.Thread(target=feed.run)
    thread.start()
    gone.set()
    thread.join(5)
    assert not thread.is_alive()
