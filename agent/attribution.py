"""Which program opened a connection. mitmproxy knows the peer's port, not its process.

Its own file because it asks the operating system, and must be quick: it has to look before a short-lived program exits.
One look at the socket table and the open files serves every connection waiting. Programs in another network
namespace (containers) or on another machine can't be seen: None.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from functools import cache
from ipaddress import IPv4Address, IPv6Address, ip_address
from pathlib import Path

from .copies import replace
from .entry import Process
from .git_branch import git_branch
from .programs import app_name, masked_command
from .redaction import Redactor
from .socket_owners import inode_of

type Address = tuple[str, int]
type Connection = tuple[Address, int]
"""A client's end, and the port of ours that it is connected to."""

PROC = Path("/proc")
SESSION = b"WIRETALLY_SESSION="
REMEMBERED = 64
"""Processes looked at first, because they called before."""


class Attributor:
    """Finds the process behind a connection. `mask` takes out of a command line what looks like a secret; by default
    the built-in rules do. What is a secret by the name of its option is masked in any case.
    Not thread-safe: one thread owns it.
    """

    def __init__(self, mask: Callable[[str], str] | None = None) -> None:
        self._mask = mask or Redactor(salt=b"").text  # the salt is for hashes of keys, which are not asked for here
        self._callers: dict[int, None] = {}
        self._running: set[int] = set()

    def resolve(self, peer: Address, door_port: int) -> Process | None:
        """The process whose end of the connection to our `door_port` is `peer`, or None."""
        return self.resolve_all([(peer, door_port)])[0]

    def resolve_all(self, connections: Sequence[Connection]) -> list[Process | None]:
        """The processes behind `connections` (peer, door port), in their order, from one look at the system."""
        if sys.platform == "linux":
            inodes = _inodes(connections)
            owners = self._owners(set(inodes.values()))
            pids = [owners.get(inodes.get(connection, "")) for connection in connections]
            found = {pid: self._read(pid) for pid in set(pids) if pid is not None}
        else:
            pids = _pids_by_psutil(connections)
            found = {pid: _read_by_psutil(pid, self._mask) for pid in set(pids) if pid is not None}
        return [None if pid is None else found[pid] for pid in pids]

    def _owners(self, inodes: set[str]) -> dict[str, int]:
        """Socket inode → process. Asked first are those begun since the last look, for they may be gone soonest; then
        those who called before; then all others, the youngest first."""
        owners: dict[str, int] = {}
        for pid in self._candidates() if inodes else ():
            for inode in _sockets(pid) & inodes:
                owners.setdefault(inode, pid)
                self._callers.pop(pid, None)
                self._callers[pid] = None
            if len(owners) == len(inodes):
                break
        for pid in list(self._callers)[:-REMEMBERED]:
            del self._callers[pid]
        return owners

    def _candidates(self) -> Iterator[int]:
        running = {int(name) for name in os.listdir("/proc") if name.isdigit()}  # noqa: PTH208  in half of Path's time
        new = running - self._running
        self._running = running
        known = [pid for pid in reversed(self._callers) if pid in running and pid not in new]
        yield from sorted(new, reverse=True)
        yield from known
        yield from sorted(running.difference(new, known), reverse=True)

    def _read(self, pid: int) -> Process | None:
        """Everything about a process. Read each time: the same process may have become another program."""
        folder = PROC / str(pid)
        try:
            stat = (folder / "stat").read_text("utf-8", "replace")
            arguments = (folder / "cmdline").read_bytes().decode("utf-8", "replace").rstrip("\0").split("\0")
        except OSError:
            return None  # it is gone
        name, _, fields = stat.partition("(")[2].rpartition(")")
        started_at = _boot_time() + int(fields.split()[19]) / os.sysconf("SC_CLK_TCK")
        try:
            cwd = os.fsencode((folder / "cwd").readlink()).decode("utf-8", "replace")
        except OSError:
            cwd = ""  # another user's process
        found = _process(pid, started_at, (arguments if any(arguments) else [name], cwd), self._mask)
        return replace(found, session=_session(folder))


def _session(folder: Path) -> str:
    """The session that the process was started in by `exec`. Nothing else is taken from its environment."""
    try:
        variables = (folder / "environ").read_bytes().split(b"\0")
    except OSError:
        return ""  # another user's process
    named = next((it for it in variables if it.startswith(SESSION)), b"")
    return named.removeprefix(SESSION).decode("utf-8", "replace")


def _process(pid: int, started_at: float, run: tuple[Sequence[str], str], mask: Callable[[str], str]) -> Process:
    arguments, cwd = run
    command = mask(masked_command(arguments))
    return Process(pid, started_at, mask(app_name(arguments)), command, cwd, git_branch(cwd))


def _inodes(connections: Iterable[Connection]) -> dict[Connection, str]:
    """The socket inode of each connection's client end: asked of the kernel one by one, else found in its tables."""
    found: dict[Connection, str] = {}
    untold: list[Connection] = []
    for connection in connections:
        (host, port), door = connection
        try:
            address = ip_address(host.partition("%")[0])
            inode = inode_of(address, port, (address, door))
        except (OSError, ValueError):
            untold.append(connection)
            continue
        if inode is not None:
            found[connection] = inode
        elif not address.is_loopback:
            untold.append(connection)  # it came to another address of ours than its own
    return found | _listed(untold) if untold else found


def _listed(connections: Iterable[Connection]) -> dict[Connection, str]:
    """The same from the kernel's tables of all connections."""
    wanted = {(local, f"{door:04X}"): (peer, door) for peer, door in connections for local in _spellings(peer)}
    found: dict[Connection, str] = {}
    for table in ("tcp", "tcp6"):
        try:
            lines = (PROC / "self/net" / table).read_text("ascii").splitlines()[1:]
        except OSError:
            continue  # a kernel without IPv6
        for line in lines:
            fields = line.split(None, 10)
            connection = wanted.get((fields[1], fields[2][-4:]))
            if connection is not None and fields[9] != "0":  # 0: closed, its process no longer holds it
                found[connection] = fields[9]
        if len(found) == len(wanted):
            break
    return found


def _spellings(peer: Address) -> Iterator[str]:
    """`peer` as the kernel writes it: hex of each 32-bit word in the machine's byte order; IPv4 also as IPv6."""
    try:
        address = ip_address(peer[0].partition("%")[0])
    except ValueError:
        return
    if isinstance(address, IPv6Address) and address.ipv4_mapped:
        address = address.ipv4_mapped
    if isinstance(address, IPv4Address):
        yield f"{_words(address.packed)}:{peer[1]:04X}"
        address = IPv6Address(b"\0" * 10 + b"\xff\xff" + address.packed)
    yield f"{_words(address.packed)}:{peer[1]:04X}"


def _words(packed: bytes) -> str:
    words = (packed[start : start + 4] for start in range(0, len(packed), 4))
    return "".join(f"{int.from_bytes(word, sys.byteorder):08X}" for word in words)


def _sockets(pid: int) -> set[str]:
    """The inodes of all sockets a process holds; none where it is gone or another user's."""
    inodes: set[str] = set()
    with suppress(OSError), os.scandir(f"/proc/{pid}/fd") as files:
        for file in files:
            with suppress(OSError):  # closed meanwhile
                # A Path for each open file of the machine would take three times as long.
                target = os.readlink(file.path)  # noqa: PTH115
                if target.startswith("socket:["):
                    inodes.add(target[8:-1])
    return inodes


@cache
def _boot_time() -> float:
    line = next(line for line in (PROC / "stat").read_text().splitlines() if line.startswith("btime"))
    return float(line.split()[1])


def _pids_by_psutil(connections: Sequence[Connection]) -> list[int | None]:
    """As above where there is no /proc: every process of this user is asked for its connections."""
    import psutil

    wanted = set(connections)
    owners: dict[Connection, int] = {}
    for process in psutil.process_iter():
        try:
            open_ones = process.net_connections("tcp")
        except psutil.Error:
            continue  # gone, or another user's
        for one in open_ones:
            if one.raddr and (key := ((one.laddr.ip, one.laddr.port), one.raddr.port)) in wanted:
                owners[key] = process.pid
        if len(owners) == len(wanted):
            break
    return [owners.get(connection) for connection in connections]


def _read_by_psutil(pid: int, mask: Callable[[str], str]) -> Process | None:
    import psutil

    try:
        process = psutil.Process(pid)
        with process.oneshot():
            arguments = process.cmdline() or [process.name()]
            found = _process(pid, process.create_time(), (arguments, process.cwd()), mask)
            return replace(found, session=process.environ().get("WIRETALLY_SESSION", ""))
    except psutil.Error:
        return None
