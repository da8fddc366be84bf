"""Who asks, and may they: reads the session and tags an app carries in its proxy address or base URL, takes off what is
meant for wiretally alone, and refuses web pages that have no business at the base-URL door."""

from __future__ import annotations

import json
from typing import Final

from mitmproxy import connection, http, tls
from mitmproxy.proxy.mode_specs import LocalMode, ReverseMode

from . import scope

SENDER: Final = "wiretally_sender"
"""Under this key a flow's metadata carries its `scope.Sender`."""

ADMITTED: Final = "wiretally_admitted"
"""Under this key the metadata of a flow through the base-URL door says that whoever asks may."""

_OURS: Final = (b"proxy-authorization", b"x-wiretally-tag")
"""Headers meant for wiretally, which never leave."""


def refusal(status: int, code: str, message: str) -> http.Response:
    """An answer of wiretally's own, in the shape of OpenAI's errors, that SDKs do not retry."""
    error = {"error": {"message": f"wiretally: {message}", "type": "wiretally", "param": None, "code": code}}
    headers = {"content-type": "application/json", "x-should-retry": "false"}
    return http.Response.make(status, json.dumps(error), headers)


class Doors:
    """Comes first, so that what is recorded is what the app meant."""

    def __init__(self, listens_on: str) -> None:
        self._listens_on = listens_on
        self._senders: dict[str, scope.Sender] = {}

    def client_disconnected(self, client: connection.Client) -> None:
        self._senders.pop(client.id, None)

    def tls_clienthello(self, data: tls.ClientHelloData) -> None:
        """In local mode the app asked an address. Its host is the name it wants a certificate for, and no other."""
        client, server = data.context.client, data.context.server
        if isinstance(client.proxy_mode, LocalMode) and server.address and (name := data.client_hello.sni):
            server.address = (name, server.address[1])

    def http_connect(self, flow: http.HTTPFlow) -> None:
        if value := scope.header(flow.request.headers.fields, b"proxy-authorization"):
            self._senders[flow.client_conn.id] = scope.sender_of_proxy_authorization(value)

    def requestheaders(self, flow: http.HTTPFlow) -> None:
        request = flow.request
        fields = request.headers.fields
        sender = self._senders.get(flow.client_conn.id, scope.NOBODY)
        if isinstance(flow.client_conn.proxy_mode, ReverseMode):
            origin = scope.header(fields, b"origin")
            if not scope.may_ask(request.host_header or "", origin, listens_on=self._listens_on):
                flow.response = refusal(403, "foreign_page", "this door answers local programs only, not web pages")
                return
            flow.metadata[ADMITTED] = True
            sender, request.path = scope.sender_of_path(request.path)
            request.host_header = request.host if request.port in (80, 443) else f"{request.host}:{request.port}"
            fields = request.headers.fields
        elif value := scope.header(fields, b"proxy-authorization"):
            sender = scope.sender_of_proxy_authorization(value)
        tags = dict(sender.tags)
        for value in scope.every(fields, b"x-wiretally-tag"):
            tags.update(scope.parse_tags(value))
        if sender is not scope.NOBODY or tags:
            flow.metadata[SENDER] = scope.Sender(sender.session, tags)
            request.headers.fields = scope.without(fields, *_OURS)


class Guard:
    """Comes right after `Doors`. Where a bug kept that from judging who asks, what a web page may have sent is refused,
    by a rule of its own; what only a program sends passes."""

    def requestheaders(self, flow: http.HTTPFlow) -> None:
        if (
            flow.metadata.pop(ADMITTED, False)
            or flow.response
            or not isinstance(flow.client_conn.proxy_mode, ReverseMode)
        ):
            return
        if not scope.is_plainly_local(flow.request.headers.fields):
            flow.response = refusal(
                403, "foreign_page", "a fault of wiretally's own; until it is gone, no web page may ask"
            )
