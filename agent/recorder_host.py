"""The recorder's host: has loaded all that a recorder needs, and forks one when it is told to, within milliseconds, and
the lookout beside it.

Its own process because what was killed can't start the next one, and starting Python afresh takes half a second in
which calls are not stored. Run by the supervisor; it reads a RecorderPlan a line on standard input and forks a recorder
for it. On standard output that says how it starts; `{"ended": STATUS}` follows when it is gone, and the next plan may
come. A host that dies takes both along, for a journal has one reader and one writer.
"""

from __future__ import annotations

import ctypes
import gc
import json
import os
import signal
import sys
from contextlib import suppress

from . import heap, recorder, scheduling, tokens
from .lookout import watch
from .plans import RecorderPlan
from .pricing import load_prices
from .questions import Post

PR_SET_PDEATHSIG = 1  # prctl(2)
MOST_LOOKOUTS = 10
"""How often one that dies is replaced while one recorder lives; then the recorder looks itself."""


class Host:
    """Forks a recorder for each plan, and the lookout that stays while they come and go."""

    def __init__(self) -> None:
        self._pid = os.getpid()
        self._recorder = self._lookout = 0

    def serve(self) -> int:
        """Until no plan can come any more. Returns in the forked processes too, with their exit status."""
        while line := sys.stdin.buffer.readline():
            post, lookouts = RecorderPlan(**json.loads(line)).lookout, MOST_LOOKOUTS
            while True:
                if post and not self._lookout and lookouts:
                    lookouts -= 1
                    self._lookout = _fork()
                    if not self._lookout:
                        watch(Post.parse(post), self._pid)
                        return 0
                if not self._recorder:
                    self._recorder = _fork()
                    if not self._recorder:
                        return recorder.record(line, self._pid)
                if self._recorder_ended():
                    break
        if self._lookout:
            os.kill(self._lookout, signal.SIGKILL)
            os.wait()
        return 0

    def _recorder_ended(self) -> bool:
        """Wait for one of them to end. Was it the recorder?"""
        gone, status = os.wait()
        if gone == self._lookout:
            print(f"the lookout ended with {os.waitstatus_to_exitcode(status)}; starting another", file=sys.stderr)
            self._lookout = 0
            return False
        self._recorder = 0
        print(json.dumps({"ended": os.waitstatus_to_exitcode(status)}), flush=True)
        return True

    def pass_on(self, number: int, _frame: object) -> None:
        """A signal that is meant for the recorder."""
        if self._recorder:
            os.kill(self._recorder, number)


def _fork() -> int:
    """The child's process id; 0 in the child, which dies with this host."""
    if pid := os.fork():
        return pid
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)  # the plans are the host's to read
    os.close(nothing)
    signal.signal(signal.SIGHUP, signal.SIG_DFL)
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    return 0


def main() -> int:
    """The host, and within the processes that it forks the recorders and the lookout."""
    scheduling.let_others_first()
    load_prices()
    with suppress(tokens.VocabularyMissing, OSError):  # a call that has to be estimated says so
        # A recorder that began to load it at the first stream would hear of no connection for half a second.
        tokens.encoding(tokens.vocabulary_of(None))
    host = Host()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, signal.SIG_IGN)
    signal.signal(signal.SIGHUP, host.pass_on)
    gc.collect()
    heap.give_back()  # what loading took for a moment
    gc.freeze()  # what is never looked at for cycles is never copied either
    return host.serve()


if __name__ == "__main__":
    ended = main()
    sys.stdout.flush()
    os._exit(ended)  # what they did is stored and closed; Python would take apart all that was loaded, piece by piece
