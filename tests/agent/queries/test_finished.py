"""A call that ended is told once: not while it is open, not again when somebody remarks on it."""

from __future__ import annotations

from pathlib import Path

import pytest
from wiretally.agent import edits
from wiretally.agent.queries import finished
from wiretally.agent.queries.finished import Finished, samples
from wiretally.agent.queries.reader import Reader
from wiretally.agent.queries.where import Where
from wiretally.agent.store import Store

from .. import made


def test_each_call_is_told_once_when_it_ends(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(finished, "PAGE", 2)  # so that pages join
    store = Store(tmp_path / "wiretally.db")
    early = made.entry(1)
    store.save([made.entry(0), made.opened(early)])
    with Reader(store.path) as reader:
        feed = Finished(reader)
        assert feed.ids() == []
        waiting = made.entry(2)
        store.save([made.opened(waiting)])
        assert feed.ids() == []
        store.save([early])
        edits.note(store.path, 1, "seen before", "up")
        assert feed.ids() == [2]
        edits.note(store.path, 2, "told already")
        store.save([waiting, *(made.entry(number) for number in range(3, 8))])
        assert sorted(feed.ids()) == list(range(3, 9))
        assert feed.ids() == []
    store.close()


def test_samples_hold_what_counts(tmp_path: Path) -> None:
    store = Store(tmp_path / "wiretally.db")
    store.save([made.entry(1, state="failed", retry_count=1), made.entry(2, model="other", ratelimit=None)])
    with Reader(store.path) as reader:
        first, second = samples(reader, [1, 2])
        assert (first.failed, first.retried, first.tokens) == (True, True, 1001 + 51)
        assert (first.started, first.ended) == (round((made.START + 1) * 1000), round((made.START + 1) * 1000) + 501)
        assert (first.headroom, first.limit) == (99.9, ("gpt-5-mini", "k1"))
        assert (second.failed, second.headroom) == (False, None)
        assert samples(reader, [1, 2], Where("c.model = ?", ("other",))) == [second]
    store.close()
