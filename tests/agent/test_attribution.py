"""Real sockets, real processes: who opened a connection is found, quickly, and only that one."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

import psutil
import pytest
from wiretally.agent import attribution
from wiretally.agent.attribution import Attributor

CONNECT = """
import socket, sys
peer = socket.create_connection((sys.argv[1], int(sys.argv[2])))
sys.stdin.read()
"""


@pytest.fixture
def attributor() -> Attributor:
    return Attributor(lambda text: text.replace("hunter2", "***"))


@contextmanager
def door(address: str = "127.0.0.1") -> Generator[socket.socket]:
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    with socket.create_server((address, 0), family=family) as listener:
        listener.settimeout(20)
        yield listener


@contextmanager
def client(folder: Path, listener: socket.socket, *extra: str) -> Generator[subprocess.Popen[bytes]]:
    host, port = listener.getsockname()[:2]
    (folder / "worker.py").write_text(CONNECT)
    command = [sys.executable, "worker.py", host, str(port), *extra]
    with subprocess.Popen(command, cwd=folder, stdin=subprocess.PIPE) as process:
        yield process
        assert process.stdin
        process.stdin.close()


@pytest.mark.parametrize("address", ["127.0.0.1", "::1"])
def test_the_process_behind_a_connection(attributor: Attributor, tmp_path: Path, address: str) -> None:
    (tmp_path / ".git").mkdir()
    (tmp_path / ".git" / "HEAD").write_text("ref: refs/heads/night\n")
    with door(address) as listener, client(tmp_path, listener, "--key", "x", "hunter2") as process:
        with listener.accept()[0] as accepted:
            found = attributor.resolve(accepted.getpeername()[:2], listener.getsockname()[1])
        assert found
        assert (found.pid, found.app, found.cwd, found.git_branch) == (
            process.pid, "worker.py", str(tmp_path), "night",
        )  # fmt: skip
        assert found.command.endswith(f"worker.py {address} {listener.getsockname()[1]} --key [redacted] ***")
        assert found.started_at == pytest.approx(psutil.Process(process.pid).create_time(), abs=0.05)


def test_a_key_in_a_command_line_is_masked_by_default(tmp_path: Path) -> None:
    key = "sk-proj-" + "a1" * 20
    with door() as listener, client(tmp_path, listener, key), listener.accept()[0] as accepted:
        found = Attributor().resolve(accepted.getpeername(), listener.getsockname()[1])
        assert found and key not in found.command and "redacted" in found.command


def test_a_folder_whose_name_is_not_utf8_is_told_as_text(attributor: Attributor, tmp_path: Path) -> None:
    folder = Path(os.fsdecode(os.fsencode(tmp_path) + b"/caf\xe9"))
    folder.mkdir()
    with door() as listener, client(folder, listener), listener.accept()[0] as accepted:
        found = attributor.resolve(accepted.getpeername(), listener.getsockname()[1])
    assert found and found.cwd == f"{tmp_path}/caf\N{REPLACEMENT CHARACTER}"


def test_an_ipv4_connection_from_a_dual_stack_socket(attributor: Attributor) -> None:
    with door() as listener, socket.socket(socket.AF_INET6) as ours:
        ours.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 0)
        ours.connect(("::ffff:127.0.0.1", listener.getsockname()[1]))
        with listener.accept()[0] as accepted:
            found = attributor.resolve(accepted.getpeername(), listener.getsockname()[1])
    assert found and found.pid == os.getpid()


def test_one_look_serves_many_connections_in_their_order(attributor: Attributor, tmp_path: Path) -> None:
    with door() as listener, client(tmp_path, listener) as first:
        theirs = listener.accept()[0]
        ours = [socket.create_connection(listener.getsockname()) for _ in range(20)]
        accepted = [theirs, *(listener.accept()[0] for _ in ours)]
        port = listener.getsockname()[1]
        pending = [(one.getpeername(), port) for one in accepted]
        pending.append((("127.0.0.1", 1), port))
        found = attributor.resolve_all(pending)
        assert [one and one.pid for one in found] == [first.pid, *[os.getpid()] * 20, None]
        started = time.perf_counter()
        for _ in range(20):
            attributor.resolve_all(pending)
        each = (time.perf_counter() - started) / 20
        for one in (*ours, *accepted):
            one.close()
    assert each < 0.1, f"{each * 1000:.1f} ms for one look"


def test_the_other_end_or_another_door_is_not_mistaken_for_the_client(attributor: Attributor) -> None:
    with door() as listener:
        address, port = listener.getsockname()
        with socket.create_connection((address, port)) as ours, listener.accept()[0] as accepted:
            assert attributor.resolve(accepted.getpeername(), port)
            assert attributor.resolve(accepted.getpeername(), port + 1) is None
            assert attributor.resolve(("127.0.0.2", ours.getsockname()[1]), port) is None
            assert attributor.resolve(("not an address", 1), port) is None


def test_a_client_that_has_gone_is_nobody(attributor: Attributor, tmp_path: Path) -> None:
    with door() as listener:
        with client(tmp_path, listener):
            accepted = listener.accept()[0]
        with accepted:
            assert attributor.resolve(accepted.getpeername(), listener.getsockname()[1]) is None


def test_a_process_that_becomes_another_program_is_named_anew(attributor: Attributor, tmp_path: Path) -> None:
    become = "sys.stdin.readline()\nimport os\nos.execv(sys.executable, [sys.executable, 'worker.py', *sys.argv[1:]])"
    (tmp_path / "worker.py").write_text(CONNECT)
    (tmp_path / "first.py").write_text(CONNECT.replace("sys.stdin.read()", become))
    with door() as listener:
        command = [sys.executable, "first.py", *map(str, listener.getsockname())]
        with subprocess.Popen(command, cwd=tmp_path, stdin=subprocess.PIPE) as process:
            names: list[str] = []
            for _ in range(2):
                with listener.accept()[0] as accepted:
                    found = attributor.resolve(accepted.getpeername(), listener.getsockname()[1])
                    names.append(found.app if found else "")
                assert process.stdin
                process.stdin.write(b"\n")
                process.stdin.flush()
            process.communicate()
    assert names == ["first.py", "worker.py"]


def test_a_program_that_lives_for_one_request_is_found_without_the_table_of_all_connections(
    attributor: Attributor, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(connections: object) -> dict[object, str]:
        raise AssertionError(f"the kernel was not asked about {connections} alone")

    monkeypatch.setattr(attribution, "_listed", refuse)
    with door() as listener:
        port = listener.getsockname()[1]
        for _ in range(20):
            with subprocess.Popen(["curl", "-s", f"http://127.0.0.1:{port}/"], stdout=subprocess.DEVNULL) as process:
                with listener.accept()[0] as accepted:
                    found = attributor.resolve(accepted.getpeername(), port)
                    accepted.recv(4096)
                    accepted.sendall(b"HTTP/1.1 204 No Content\r\n\r\n")
                assert found and (found.pid, found.app) == (process.pid, "curl")


def test_without_an_answer_of_the_kernels_the_table_is_read(
    attributor: Attributor, monkeypatch: pytest.MonkeyPatch
) -> None:
    def silent(*ends: object) -> str | None:
        raise PermissionError(f"no netlink here: {ends}")

    monkeypatch.setattr(attribution, "inode_of", silent)
    with door() as listener, socket.create_connection(listener.getsockname()), listener.accept()[0] as accepted:
        found = attributor.resolve(accepted.getpeername(), listener.getsockname()[1])
    assert found and found.pid == os.getpid()


def test_the_session_that_its_environment_names(
    attributor: Attributor, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("", "nightly run"):
        monkeypatch.setenv("WIRETALLY_SESSION", name)
        with door() as listener, client(tmp_path, listener):
            with listener.accept()[0] as accepted:
                found = attributor.resolve(accepted.getpeername()[:2], listener.getsockname()[1])
            assert found and found.session == name
