"""An agent is found by its file and its answer, and by nothing less."""

from __future__ import annotations

import json
import socket
import subprocess
import sys
import threading
import time
from pathlib import Path

import psutil
import pytest
from wiretally.agent import lifecycle
from wiretally.agent.locations import Home


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home(tmp_path).make()


def test_no_agent_is_none(home: Home) -> None:
    assert lifecycle.status(home) is None
    assert not lifecycle.stop(home)
    assert not lifecycle.reload(home)


@pytest.mark.parametrize("text", ["", "{", "{}", '{"control_port": 1, "token": "x"}', '{"control_port": "x"}'])
def test_a_file_left_by_a_dead_agent_is_no_agent(home: Home, text: str) -> None:
    home.agent_file.write_text(text)
    assert lifecycle.status(home) is None


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere nobody leaves it so")
def test_what_has_ended_and_nobody_reaps_is_not_alive() -> None:
    """As in a container whose first process is an app."""
    script = "sleep 60 & echo $!; exec sleep 60"
    with subprocess.Popen(["/bin/sh", "-c", script], stdout=subprocess.PIPE, text=True) as parent:
        try:
            assert parent.stdout
            orphan = psutil.Process(int(parent.stdout.readline()))
            assert lifecycle.is_alive(orphan.pid)
            deadline = time.monotonic() + 30
            while psutil.Process(parent.pid).name() != "sleep":  # a shell would reap it
                assert time.monotonic() < deadline
                time.sleep(0.01)
            orphan.kill()
            while orphan.status() != psutil.STATUS_ZOMBIE:
                assert time.monotonic() < deadline
                time.sleep(0.01)
            assert not lifecycle.is_alive(orphan.pid)
        finally:
            parent.kill()


def test_a_stranger_on_the_control_port_is_no_agent(home: Home) -> None:
    with socket.create_server(("127.0.0.1", 0)) as stranger:
        home.agent_file.write_text(json.dumps({"control_port": stranger.getsockname()[1], "token": "x"}))

        def answer() -> None:
            connection, _ = stranger.accept()
            with connection:
                connection.recv(100)
                connection.sendall(b"HTTP/1.1 400 Bad Request\r\n\r\n")

        thread = threading.Thread(target=answer)
        thread.start()
        assert lifecycle.status(home) is None
        thread.join(5)
