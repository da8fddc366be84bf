"""An agent is found by its file and its answer, and by nothing less."""

from __future__ import annotations

import json
import socket
import threading
from pathlib import Path

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
