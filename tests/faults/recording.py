"""A recorder on a thread of the test's own process, so that its parts can be broken."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable
from typing import Any, Final

from wiretally.agent import journal
from wiretally.agent.exchange import Kind
from wiretally.agent.locations import Home
from wiretally.agent.observation import Observer
from wiretally.agent.outbox import Outbox
from wiretally.agent.plans import RecorderPlan
from wiretally.agent.recorder import Recorder
from wiretally.agent.saving import Saver

from . import provider

AT: Final = 1_790_000_000.0
"""When every call begins."""
ASKED: Final = b'{"model":"gpt-4o-mini","messages":[{"role":"user","content":"Hello"}]}'


def _head(kind: str) -> tuple[Any, ...]:
    return AT, 200, "OK", "HTTP/1.1", [(b"content-type", kind.encode()), (b"x-request-id", b"req_1")], 1.0, 1.0


class Recording:
    """A recorder on a thread of this process, so that its parts can be broken."""

    def __init__(self, home: Home) -> None:
        self.home = home
        made = journal.create(journal.PAGE * 64)
        life_read, self._life = os.pipe()
        plan = RecorderPlan([str(made)], str(home.path), life_read, "first", [8787, 8788], fresh=True)
        self.saver = Saver(home, plan)
        self.recorder = Recorder(plan, self.saver, Observer(home, plan, self.saver.fault))
        self.outbox = Outbox(journal.Writer(made), keep_bytes=1_000_000)
        self._thread = threading.Thread(target=self.recorder.run)

    def run(self, feed: Callable[[Recording], None] | None = None) -> None:
        """Feed it a JSON call and a stream, or what `feed` does, and let it end."""
        self._thread.start()
        if feed is None:
            for number, kind in enumerate(("application/json", "text/event-stream")):
                self._call(f"call-{number}", kind)
                threading.Event().wait(0.3)
        else:
            feed(self)
        os.close(self._life)
        self._thread.join(20)
        assert not self._thread.is_alive()

    def begin(self, uid: str, path: str, body: bytes, *headers: tuple[bytes, bytes]) -> None:
        """A request as it goes out."""
        fields = [(b"authorization", b"Bearer sk-proj-0123456789abcdef"), *headers]
        self.outbox.put(
            Kind.BEGIN, uid, AT, "base_url", "c1", ["127.0.0.1", 5], "POST", "https", "api.openai.com", 443, path,
            "HTTP/1.1", fields, None, {}, body, len(body), AT,
        )  # fmt: skip

    def answer(self, uid: str, kind: str, body: bytes) -> None:
        """A whole answer as it comes back."""
        self.outbox.put(Kind.ANSWER, uid, *_head(kind), body, len(body), AT + 1)

    def _call(self, uid: str, kind: str) -> None:
        put = self.outbox.put
        self.begin(uid, "/v1/chat/completions", ASKED)
        if kind == "text/event-stream":
            put(Kind.HEAD, uid, *_head(kind))
            words = [provider.event(1, f"word{word} ") for word in range(3)]
            for word, event in enumerate([*words, provider.event(1, None, "stop"), b"data: [DONE]\n\n"]):
                put(Kind.DATA, uid, AT + word, event, len(event))
                threading.Event().wait(0.06)
            put(Kind.END, uid, AT + 6, "answered", None)
        else:
            self.answer(uid, kind, provider.completion(1).partition(b"\r\n\r\n")[2])
