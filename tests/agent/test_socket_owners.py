"""The kernel names the socket at the client's end of a real connection."""

from __future__ import annotations

import socket
import sys
from ipaddress import ip_address
from pathlib import Path

import pytest
from wiretally.agent.socket_owners import inode_of

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="sock_diag is Linux's")


@pytest.mark.parametrize("host", ["127.0.0.1", "::1"])
def test_the_clients_end_of_a_connection(host: str) -> None:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.create_server((host, 0), family=family) as listener:
        port: int = listener.getsockname()[1]
        with socket.create_connection((host, port)) as client, listener.accept()[0]:
            mine: int = client.getsockname()[1]
            inode = inode_of(ip_address(host), mine, (ip_address(host), port))
            assert str(Path(f"/proc/self/fd/{client.fileno()}").readlink()) == f"socket:[{inode}]"
            assert inode_of(ip_address(host), mine, (ip_address(host), 1)) is None


def test_a_closed_connection_has_no_owner() -> None:
    host = ip_address("127.0.0.1")
    with socket.create_server((str(host), 0)) as listener:
        port: int = listener.getsockname()[1]
        with socket.create_connection((str(host), port)) as client:
            mine: int = client.getsockname()[1]
            accepted = listener.accept()[0]
        with accepted:
            assert inode_of(host, mine, (host, port)) is None
