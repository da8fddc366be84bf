"""Ends connections with the answer under way, once this proxy is to go: a program that keeps its connection open and
asks without pause would else keep an old proxy for ever, or be cut off in the middle of a later call."""

from __future__ import annotations

from mitmproxy import http


class Leaving:
    """The addon; `begun` is set when no more connections are taken."""

    def __init__(self) -> None:
        self.begun = False

    def responseheaders(self, flow: http.HTTPFlow) -> None:
        response = flow.response
        if self.begun and response and response.status_code != 101 and not flow.request.is_http2:
            response.headers["connection"] = "close"  # RFC 9110, 7.6.1: a hop's own business
