"""The recorder process: frames → exchanges → calls → rows. One writer, a transaction every 50 ms while calls come.

Forked by its host (recorder_host.py), or run as `python -m wiretally.agent.recorder`, with a RecorderPlan as a line of
JSON. It ends when the life pipe does: then supervisor and proxies are gone, and what they wrote has been read. Answers
one line of JSON on standard output: `{"ready": true, "pid": …}` or `{"error": "…"}`.
"""

from __future__ import annotations

import gc
import json
import logging
import os
import select
import signal
import sys
import time
from collections import ChainMap
from collections.abc import Callable
from pathlib import Path
from typing import Final, Protocol

from . import heap, journal, scheduling
from .alarms import AlarmTicker
from .assembly import Assembled, Assembler
from .callers import Callers
from .entry import Entry, Process
from .errors import WiretallyError
from .exchange import Frame, Kind, decode
from .locations import Home
from .observation import Observation, Observer, unreadable
from .plans import RecorderPlan
from .questions import Post
from .saving import Saver

FLUSH_SECONDS: Final = 0.05
GATHER_SECONDS: Final = 0.005
"""Between two looks while frames come: to be woken for each would cost proxy and recorder more than the frames do."""
PROGRESS_SECONDS: Final = 0.2
"""An open call's row changes at most this often."""
TICK_SECONDS: Final = 1.0
MAX_FRAMES: Final = 2000

log = logging.getLogger("recorder")


class Ticker(Protocol):
    """Something done about once a second in the recorder, such as evaluating alarms. May raise; that is counted."""

    def tick(self, now: float) -> None: ...


class Recorder:
    """Reads the journals until their writers are gone."""

    def __init__(self, plan: RecorderPlan, saver: Saver, observer: Observer) -> None:
        self._plan = plan
        self._saver = saver
        self._observer = observer
        answers = Post.parse(plan.lookout).answers if plan.lookout else None
        self._callers = Callers(answers, saver.told)
        self._readers = [journal.Reader(journal.Descriptors.parse(text)) for text in plan.journals]
        self._assemblers = [Assembler() for _ in self._readers]
        self._changed: dict[str, tuple[Assembler, Assembled]] = {}
        self._observations: dict[str, Observation] = {}
        self._saved_at: dict[str, float] = {}
        self._tickers: list[Ticker] = []
        self._leaving = self._littered = False
        self._stages: dict[int, Callable[[Frame], None]] = {
            Kind.CONNECTED: self._connected,
            Kind.REFUSED: self._refused,
            Kind.FAULT: self._fault,
        }

    def add(self, ticker: Ticker) -> None:
        self._tickers.append(ticker)

    def leave(self) -> None:
        """End soon, as a recorder that another follows: what is open stays open."""
        self._leaving = True

    def run(self) -> None:
        """Until the life pipe ends and the journals are empty."""
        flushed = ticked = 0.0
        alive = True
        while True:
            took = self._read()
            now = time.time()
            if ((self._changed or took) and now - flushed >= FLUSH_SECONDS) or self._saver.troubled:
                self._guarded(self.flush, now)
                flushed = now
            if now - ticked >= TICK_SECONDS:
                ticked = now
                self._guarded(self._tick, now)
            if self._leaving:
                self.flush(now)
                self._callers.close()
                return
            if not took:
                if not alive:
                    self._finish(now)
                    return
                due = min(flushed + FLUSH_SECONDS if self._changed else now + 1, ticked + TICK_SECONDS)
                seconds = max(0.001, min(due - now, 0.2 if len(self._readers) > 1 else 1.0))
                self._readers[0].sleep(seconds, self._plan.life)
            elif took < MAX_FRAMES:
                self._readers[0].gather(GATHER_SECONDS)
            alive = alive and not select.select([self._plan.life], [], [], 0)[0]

    def _guarded[**P](self, step: Callable[P, None], *args: P.args, **kwargs: P.kwargs) -> None:
        """Whatever fails in `step` is counted, and the recording goes on."""
        try:
            step(*args, **kwargs)
        except Exception as error:  # noqa: BLE001 a bug in one step must not stop the others
            self._saver.fault(f"recorder.{step.__name__}", error)

    def _read(self) -> int:
        """Take what has come; how many frames."""
        took = 0
        if self._saver.full:
            return 0  # what comes waits in the journal, and then in the proxy
        for reader, assembler in zip(self._readers, self._assemblers, strict=True):
            for raw in reader.frames(MAX_FRAMES):
                took += 1
                try:
                    self._take(assembler, decode(raw))
                except Exception as error:  # noqa: BLE001 one frame's fault must not stop the others
                    self._saver.fault("recorder.take", error)
        return took

    def _take(self, assembler: Assembler, frame: Frame) -> None:
        if stage := self._stages.get(frame[0]):
            stage(frame)
        elif frame[0] == Kind.GONE:
            self._end_all(assembler, frame[3])
        elif call := assembler.feed(frame):
            self._changed[frame[1]] = (assembler, call)

    def _end_all(self, assembler: Assembler, at: float) -> None:
        for call in assembler.gone(at):
            self._changed[call.exchange.uid] = (assembler, call)

    def _connected(self, frame: Frame) -> None:
        self._callers.connected(frame[1], (frame[4][0], frame[4][1]), frame[5])

    def _refused(self, frame: Frame) -> None:
        process = self._callers.of(frame[1], wait=True)
        self._saver.refusal(process, frame[5], frame[6])

    def _fault(self, frame: Frame) -> None:
        self._saver.count_fault(frame[4], frame[5])

    def flush(self, now: float) -> None:
        """Save what ended, and what is open and changed; then give the journals' room back."""
        self._littered = True
        positions = [reader.position for reader in self._readers]
        entries: list[Entry] = []
        for uid, (assembler, call) in list(self._changed.items()):
            if not call.begun:
                del self._changed[uid]
                continue
            is_recent = now - self._saved_at.get(uid, 0) < PROGRESS_SECONDS
            if is_recent and not call.ended and not call.new_messages:
                continue  # of messages the proxy keeps none past a response's end, so they are saved before the commit
            del self._changed[uid]
            entries += self._entries(uid, call)
            if call.ended:
                self._observations.pop(uid, None)
                self._saved_at.pop(uid, None)
                self._guarded(assembler.forget, uid)
            else:
                self._saved_at[uid] = now
                if self._callers.awaits(call.exchange.connection):
                    self._changed[uid] = (assembler, call)  # to be saved again, with its program
        self._saver.save(entries)
        for reader, assembler, position in zip(self._readers, self._assemblers, positions, strict=True):
            if not assembler.incomplete and not self._saver.holds:
                reader.commit(position)
            reader.counters[journal.SPOOLED] = self._saver.waiting
            reader.counters[journal.COMMITTED] = self._saver.saved
        self._callers.commit()

    def _entries(self, uid: str, call: Assembled) -> list[Entry]:
        process, session = None, self._plan.session
        try:
            if call.spoilt:
                raise call.spoilt
            process = self._program(call)
            session = (process and process.session) or session
            observation = self._observations.get(uid)
            if observation is None:
                observation = self._observations[uid] = self._observer.observe(call)
            return observation.entries(call, process, session)
        except Exception as error:  # noqa: BLE001 what can't be read is kept as it came, and said so
            self._saver.fault("recorder.entries", error)
            mask = self._observer.interpreter.redactor.body if self._observer.bodies else None
            return [unreadable(call, process, session, mask)]

    def _program(self, call: Assembled) -> Process | None:
        it, (proxy, base_url) = call.exchange, self._plan.doors
        try:
            port = {"proxy": proxy, "base_url": base_url}.get(it.door, it.port)  # in local capture the provider's
            return self._callers.of(it.connection, (it.peer, port), wait=call.ended)
        except Exception as error:  # noqa: BLE001 not to know the program must not cost a call its figures
            self._saver.fault("attribution", error)
            return None

    def _tick(self, now: float) -> None:
        if self._littered:
            self._littered = False
            gc.collect()  # between batches, when next to nothing is alive; amid one it looks at all of each call
            heap.give_back()
        for reader in self._readers:
            reader.beat()
        counters = [reader.counters for reader in self._readers]
        counters[0][journal.TROUBLE] = self._saver.faults
        self._saver.tend(
            now,
            {
                "dropped": str(sum(it[journal.DROPPED] for it in counters) + self._saver.lost),
                "waiting": str(sum(it[journal.WAITING] for it in counters) + self._saver.waiting),
                "open": str(sum(len(it.open) for it in self._assemblers)),
            },
            ChainMap(*(it.open for it in self._assemblers)),
        )
        for ticker in self._tickers:
            try:
                ticker.tick(now)
            except Exception as error:  # noqa: BLE001 an alarm's fault must not stop the recording
                self._saver.fault(type(ticker).__name__, error)

    def _finish(self, now: float) -> None:
        for assembler in self._assemblers:
            self._guarded(self._end_all, assembler, now)
        self._saved_at.clear()
        self._guarded(self.flush, now)
        self._callers.close()
        self._saver.close(self._plan.session, now)


class Orphaned:
    """Lets a recorder end whose host is gone: another is on its way, and a journal has one reader."""

    def __init__(self, recorder: Recorder, host: int) -> None:
        self._recorder = recorder
        self._host = host

    def tick(self, now: float) -> None:
        del now
        if os.getppid() != self._host:
            self._recorder.leave()


def main() -> int:
    """The process, started by itself."""
    scheduling.let_others_first()
    return record(sys.stdin.buffer.readline(), os.getppid())


def record(line: bytes, host: int) -> int:
    """Record by the plan in `line` until it is over. 1 with an error line where the database can't be used.

    `host` is the process that started this one.
    """
    logging.basicConfig(level=logging.WARNING, format="%(asctime)s recorder %(levelname)s %(message)s")
    logging.raiseExceptions = False
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, signal.SIG_IGN)  # it ends when everybody who writes is gone
    try:
        if not line:
            raise WiretallyError("the recorder was started without a plan; start `wiretally agent` instead.")
        plan = RecorderPlan(**json.loads(line))
        home = Home(Path(plan.home))
        saver = Saver(home, plan)
        observer = Observer(home, plan, saver.fault, saver.earlier)
        recorder = Recorder(plan, saver, observer)
        alarms = AlarmTicker(home, observer.settings, saver.fault)
        recorder.add(alarms)
        recorder.add(Orphaned(recorder, host))
    except (WiretallyError, OSError) as error:
        print(json.dumps({"error": str(error)}), flush=True)
        return 1
    signal.signal(signal.SIGHUP, lambda _number, _frame: recorder.leave())
    print(json.dumps({"ready": True, "pid": os.getpid()}), flush=True)
    gc.freeze()
    gc.disable()  # until a batch is stored: what it is made of is freed by counting references (see _tick)
    recorder.run()
    alarms.tick(time.time())
    alarms.close()
    return 0


if __name__ == "__main__":
    sys.exit(main())
