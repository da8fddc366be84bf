"""A port and a home belong to one agent."""

from __future__ import annotations

from pathlib import Path

import pytest
from wiretally.agent.claims import listen, lock
from wiretally.agent.errors import WiretallyError
from wiretally.agent.locations import Home


def test_a_taken_port_is_named_with_the_option_that_changes_it() -> None:
    with listen("127.0.0.1", 0, "--port") as door:
        port = door.getsockname()[1]
        with pytest.raises(WiretallyError, match=rf"cannot listen on 127.0.0.1:{port}: .*--port"):
            listen("127.0.0.1", port, "--port")


def test_an_address_of_another_machine_is_named() -> None:
    with pytest.raises(WiretallyError, match=r"cannot listen on 192\.0\.2\.1:0"):
        listen("192.0.2.1", 0, "--port")


def test_a_home_is_locked_until_it_is_let_go(tmp_path: Path) -> None:
    home = Home(tmp_path).make()
    with lock(home), pytest.raises(WiretallyError, match="already runs"):
        lock(home)
    lock(home).close()
