"""Which socket is the client's end of a connection, asked of the kernel about that one connection (sock_diag). Its own
file because it speaks netlink; reading the whole table of connections instead takes long where there are thousands.
"""

from __future__ import annotations

import socket
import struct
from ipaddress import IPv4Address, IPv6Address

NETLINK_SOCK_DIAG = 4
SOCK_DIAG_BY_FAMILY = 20
NLM_F_REQUEST = 1
ALL_STATES = 0xFFFFFFFF
NO_COOKIE = 0xFFFFFFFF
SECONDS = 0.2
"""The kernel answers at once; where it does not, the table of connections is read."""

_HEAD = struct.Struct("=IHHII")  # nlmsghdr: length, type, flags, sequence, port
_ASKED = struct.Struct("=BBBxI")  # inet_diag_req_v2: family, protocol, extensions, states
_ENDS = struct.Struct("!HH16s16s")  # inet_diag_sockid: ports and addresses of both ends
_REST = struct.Struct("=III")  # its interface and cookie
_INODE = 16 + 4 + 48 + 16
"""Where an inet_diag_msg has the inode: after the heads, both ends, and four counters (expiry, queues, user)."""


def inode_of(client: IPv4Address | IPv6Address, port: int, door: tuple[IPv4Address | IPv6Address, int]) -> str | None:
    """The inode of the socket at `client`:`port` that is connected to `door`, None where there is none.

    Raises OSError where the kernel does not answer (a sandbox without netlink, say).
    """
    family = socket.AF_INET if client.version == 4 else socket.AF_INET6
    ends = _ENDS.pack(port, door[1], client.packed.ljust(16, b"\0"), door[0].packed.ljust(16, b"\0"))
    body = _ASKED.pack(family, socket.IPPROTO_TCP, 0, ALL_STATES) + ends + _REST.pack(0, NO_COOKIE, NO_COOKIE)
    head = _HEAD.pack(_HEAD.size + len(body), SOCK_DIAG_BY_FAMILY, NLM_F_REQUEST, 1, 0)
    with socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, NETLINK_SOCK_DIAG) as kernel:
        kernel.settimeout(SECONDS)
        kernel.send(head + body)
        answer = kernel.recv(4096)
    if len(answer) < _INODE + 4 or _HEAD.unpack_from(answer)[1] != SOCK_DIAG_BY_FAMILY:
        return None
    inode = int(struct.unpack_from("=I", answer, _INODE)[0])
    return str(inode) if inode else None
