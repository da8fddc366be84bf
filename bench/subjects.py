"""What is measured: wiretally's agent and plain mitmdump, each started afresh on the same upstream, and their doors."""

from __future__ import annotations

import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Generator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import psutil
from wiretally.agent import lifecycle
from wiretally.agent.certificates import certificate_file
from wiretally.agent.locations import Home
from wiretally.agent.queries.reader import Reader

from .processor import processor_seconds

HOST = "api.openai.com"
BIN = Path(sys.executable).parent


@dataclass(frozen=True, slots=True)
class Upstream:
    """A running `bench.upstream`. `authority` is None where it speaks plain HTTP."""

    port: int
    authority: Path | None

    @property
    def url(self) -> str:
        return f"http{'s' if self.authority else ''}://127.0.0.1:{self.port}"


@dataclass(frozen=True, slots=True)
class Subject:
    """A running proxy. `proxied_url` is what to call through the proxy door, where it has one, trusting `authority`."""

    name: str
    base_url: str
    processes: tuple[psutil.Process, ...]
    proxy_port: int = 0
    proxied_url: str = ""
    authority: Path = Path()
    home: Home | None = None

    def memory(self) -> int:
        """Bytes of its own: resident, what several processes share counted once."""
        return sum(process.memory_full_info().pss for process in self.processes)

    def relay_seconds(self) -> float:
        """CPU time that the process which relays has taken so far: what bounds throughput on an idle machine."""
        relays = [process for process in self.processes if "wiretally.agent.proxy" in process.cmdline()]
        return processor_seconds(relays or self.processes)

    def recorded(self) -> int:
        """Calls in the database that have ended; 0 for who keeps none."""
        if self.home is None or not self.home.database.exists():
            return 0
        with Reader(self.home.database) as reader:
            return int(reader.value("select count(*) from calls where state <> 'open'"))

    def wait_for(self, calls: int, seconds: float = 120) -> float:
        """Wait until so many calls are recorded; the seconds it took. Raises TimeoutError."""
        started = time.monotonic()
        while self.recorded() < calls:
            if time.monotonic() - started > seconds:
                raise TimeoutError(f"{self.recorded()} of {calls} calls are recorded after {seconds:.0f} s")
            time.sleep(0.2)
        return time.monotonic() - started


@contextmanager
def upstream(folder: Path, *, tls: bool = True) -> Generator[Upstream]:
    """The provider, in a process of its own."""
    options = ["--certificates", str(folder)] if tls else []
    with subprocess.Popen(
        [sys.executable, "-m", "bench.upstream", *options], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout and process.stdin
        try:
            yield Upstream(int(process.stdout.readline()), folder / "upstream-ca.pem" if tls else None)
        finally:
            process.terminate()
            process.wait(10)


@contextmanager
def wiretally(to: Upstream, flags: tuple[str, ...] = (), history: Path | None = None) -> Generator[Subject]:
    """The agent as `wiretally agent --detach` starts it, recording everything into a home of its own, which begins with
    a copy of the database `history` where one is given."""
    with TemporaryDirectory(prefix="wiretally-bench-") as folder:
        home = Home(Path(folder))
        if history:
            shutil.copyfile(history, home.database)
            home.database.chmod(0o600)
        target = f"{HOST}={to.url if to.authority is None else f'127.0.0.1:{to.port}'}"
        trust = ["--upstream-ca", str(to.authority)] if to.authority else []
        options = ["--port", "0", "--base-url-port", "0", "--upstream", target, *trust, *flags]
        try:
            agent = lifecycle.start_detached(home, options)
            supervisor = psutil.Process(agent.supervisor_pid)
            yield Subject(
                "wiretally",
                f"http://127.0.0.1:{agent.base_url_port}",
                (supervisor, *supervisor.children(recursive=True)),
                agent.port,
                f"https://{HOST}",
                certificate_file(home),
                home,
            )
        finally:
            lifecycle.stop(home)
            _see_off(home)


def _see_off(home: Home) -> None:
    """Wait for those of the home's processes whose agent was ended while it started, which they notice themselves."""
    left = list[psutil.Process]()
    for process in psutil.process_iter():
        with suppress(psutil.Error):
            if process.environ().get("WIRETALLY_HOME") == str(home.path):
                left.append(process)
    for process in psutil.wait_procs(left, 10)[1]:
        with suppress(psutil.NoSuchProcess):
            process.kill()


@contextmanager
def mitmdump(to: Upstream, options: tuple[str, ...] = ()) -> Generator[Subject]:
    """`mitmdump -q` with both doors."""
    with TemporaryDirectory(prefix="mitmdump-bench-") as folder:
        proxy_port, base_port = free_port(), free_port()
        trust = ["--set", f"ssl_verify_upstream_trusted_ca={to.authority}"] if to.authority else []
        modes = ["--mode", f"regular@{proxy_port}", "--mode", f"reverse:{to.url}@{base_port}"]
        command = [str(BIN / "mitmdump"), "-q", "--set", f"confdir={folder}", *modes, *trust]
        for option in options:
            command += ["--set", option]
        with subprocess.Popen(command, stdin=subprocess.DEVNULL) as process:
            try:
                for port in (proxy_port, base_port):
                    _wait_until_open(port)
                yield Subject(
                    " ".join(("mitmdump -q", *options)),
                    f"http://127.0.0.1:{base_port}",
                    (psutil.Process(process.pid),),
                    proxy_port,
                    to.url,
                    Path(folder) / "mitmproxy-ca-cert.pem",
                )
            finally:
                process.terminate()
                process.wait(10)


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _wait_until_open(port: int) -> None:
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.05)
    raise TimeoutError(f"nobody listens on port {port}")
