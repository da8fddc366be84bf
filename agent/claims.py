"""What only one agent can have: a home's lock, and a port."""

from __future__ import annotations

import errno
import fcntl
import socket
from typing import IO

from .errors import WiretallyError
from .locations import Home


def listen(host: str, port: int, option: str) -> socket.socket:
    """A listening socket. Raises WiretallyError where the port is taken or the address not ours."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    door = socket.socket(family, socket.SOCK_STREAM)
    door.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        door.bind((host, port))
        door.listen(1024)
    except OSError as error:
        door.close()
        cure = f"Stop what uses it, or choose another with {option}."
        if isinstance(error, socket.gaierror) or error.errno == errno.EADDRNOTAVAIL:
            cure = "Choose an address of this machine with --listen-host."
        raise WiretallyError(f"cannot listen on {host}:{port}: {error.strerror}. {cure}") from error
    door.setblocking(False)
    return door


def lock(home: Home) -> IO[str]:
    """Hold the home's lock: one agent a home. Raises WiretallyError where another agent has it."""
    home.lock.touch(0o600)
    file = home.lock.open("a")
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        file.close()
        raise WiretallyError(
            f"an agent already runs on {home.path}. See `wiretally agent status`, or `wiretally agent stop` it."
        ) from error
    return file
