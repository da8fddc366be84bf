"""The password that other machines need. Its own file because mitmproxy's addon for it brings LDAP along, which a proxy
without a password has no use for."""

from __future__ import annotations

from mitmproxy import http
from mitmproxy.addons import proxyauth

from . import scope


class Password(proxyauth.ProxyAuth):
    """Asks whoever comes from another machine for the password. Programs on this one need none, as with an agent that
    listens on loopback: `exec` puts session and tags in its place. The base-URL door is on loopback alone."""

    def authenticate_http(self, f: http.HTTPFlow) -> bool:
        client = f.client_conn
        if not proxyauth.is_http_proxy(f) or scope.is_same_machine(client.peername[0], client.sockname[0]):
            f.metadata["proxyauth"] = ("", "")
            return True
        f.response = proxyauth.make_auth_required_response(is_proxy=True)  # should what follows fail, nobody is let in
        if is_known := super().authenticate_http(f):
            f.response = None
        return is_known
