"""Providers behind TLS: with certificates that must not be trusted, with none at all, and over HTTP/2."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import AsyncGenerator, Callable
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

import h2.config
import h2.connection
import h2.events
import h2.exceptions
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from . import provider
from .misbehaving import BODY, EVENT, sized

type Server = h2.connection.H2Connection

HEADERS: Final = [(":status", "200"), ("content-type", "application/json")]
STREAM_HEADERS: Final = [(":status", "200"), ("content-type", "text/event-stream")]
INTERNAL_ERROR: Final = 2
"""The error code of a provider that failed (RFC 9113, 7)."""


@dataclass(frozen=True, slots=True)
class Signer:
    """A certificate authority to throw away."""

    key: ec.EllipticCurvePrivateKey
    certificate: x509.Certificate


def _certificate(name: str, key: ec.EllipticCurvePrivateKey, days: int, signer: Signer | None) -> x509.Certificate:
    """For `name`, good until `days` from now; self-signed without a `signer`."""
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(signer.certificate.subject if signer else subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=30))
        .not_valid_after(now + timedelta(days=days))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
        .add_extension(x509.BasicConstraints(ca=signer is None, path_length=None), critical=True)
    )
    return made.sign(signer.key if signer else key, hashes.SHA256())


def authority(folder: Path) -> tuple[Signer, Path]:
    """An authority, and the file to trust it by."""
    key = ec.generate_private_key(ec.SECP256R1())
    signer = Signer(key, _certificate("Test authority", key, 10, None))
    path = folder / "trusted.pem"
    path.write_bytes(signer.certificate.public_bytes(serialization.Encoding.PEM))
    return signer, path


def context(
    folder: Path, name: str, signer: Signer | None, *, days: int = 10, alpn: str = "http/1.1"
) -> ssl.SSLContext:
    """A server's TLS with a certificate for `name`."""
    key = ec.generate_private_key(ec.SECP256R1())
    pem = serialization.Encoding.PEM
    path = folder / f"{name}.pem"
    path.write_bytes(
        key.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
        + _certificate(name, key, days, signer).public_bytes(pem)
    )
    made = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    made.load_cert_chain(path)
    made.set_alpn_protocols([alpn])
    return made


def _answers(server: Server, stream: int) -> None:
    server.send_headers(stream, HEADERS)
    server.send_data(stream, BODY, end_stream=True)


def _goes_away(server: Server, stream: int) -> None:
    server.close_connection(error_code=2, last_stream_id=0)


def _goes_away_within_a_stream(server: Server, stream: int) -> None:
    server.send_headers(stream, STREAM_HEADERS)
    server.send_data(stream, EVENT)
    server.close_connection(error_code=2, last_stream_id=stream)


def _goes_away_after_the_answer(server: Server, stream: int) -> None:
    _answers(server, stream)
    server.close_connection()


def _resets_the_stream(server: Server, stream: int) -> None:
    server.send_headers(stream, STREAM_HEADERS)
    server.send_data(stream, EVENT)
    server.reset_stream(stream, INTERNAL_ERROR)


def _resets_before_the_head(server: Server, stream: int) -> None:
    server.reset_stream(stream, INTERNAL_ERROR)


def _sends_early_hints(server: Server, stream: int) -> None:
    server.send_headers(stream, [(":status", "103"), ("link", "</a>")])
    _answers(server, stream)


def _sends_trailers(server: Server, stream: int) -> None:
    server.send_headers(stream, STREAM_HEADERS)
    server.send_data(stream, EVENT + b"data: [DONE]\n\n")
    server.send_headers(stream, [("x-checksum", "1")], end_stream=True)


H2: Final[dict[str, Callable[[Server, int], None]]] = {
    "answers": _answers,
    "goes away": _goes_away,
    "goes away within a stream": _goes_away_within_a_stream,
    "goes away after the answer": _goes_away_after_the_answer,
    "resets the stream": _resets_the_stream,
    "resets before the head": _resets_before_the_head,
    "sends early hints": _sends_early_hints,
    "sends trailers": _sends_trailers,
}


async def _speak_h2(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Do as each request's path says."""
    server = h2.connection.H2Connection(h2.config.H2Configuration(client_side=False))
    server.initiate_connection()
    asked: dict[int, str] = {}
    while True:
        with suppress(h2.exceptions.ProtocolError):
            writer.write(server.data_to_send())
        await writer.drain()
        if not (data := await reader.read(65536)):
            return
        for event in server.receive_data(data):
            if isinstance(event, h2.events.RequestReceived):
                path = dict(event.headers)[b":path"].decode()
                asked[event.stream_id] = path.partition("?")[0].removeprefix("/v1/h2/").replace("_", " ")
            if isinstance(event, h2.events.StreamEnded):
                H2[asked[event.stream_id]](server, event.stream_id)
            if isinstance(event, h2.events.DataReceived):
                server.acknowledge_received_data(event.flow_controlled_length, event.stream_id)


async def _answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await provider.read_request(reader)
    writer.write(sized(BODY))
    await writer.drain()


async def _refuse_tls(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Answers a TLS greeting as a web server without TLS does."""
    await reader.read(65536)
    writer.write(sized(b"{}", status=b"HTTP/1.1 400 Bad Request"))
    await writer.drain()


HOSTS: Final = (
    "trusted.example", "wrong.example", "self.example", "expired.example", "plain.example", "refused.example",
    "h2.example",
)  # fmt: skip


@asynccontextmanager
async def running(folder: Path) -> AsyncGenerator[tuple[dict[str, str], Path]]:
    """All of `HOSTS`, as `{host: upstream}`, and the file to trust their authority by."""
    signer, trusted = authority(folder)
    contexts = {
        "trusted.example": context(folder, "trusted.example", signer),
        "wrong.example": context(folder, "another.example", signer),
        "self.example": context(folder, "self.example", None),
        "expired.example": context(folder, "expired.example", signer, days=-1),
        "plain.example": None,
        "h2.example": context(folder, "h2.example", signer, alpn="h2"),
    }
    upstreams: dict[str, str] = {}
    async with AsyncExitStack() as stack:
        for host, tls in contexts.items():
            script = {"h2.example": _speak_h2, "plain.example": _refuse_tls}.get(host, _answer)
            made = await stack.enter_async_context(provider.running(script, tls))
            upstreams[host] = f"https://127.0.0.1:{made.port}"
        upstreams["refused.example"] = f"https://127.0.0.1:{_closed_port()}"
        yield upstreams, trusted


def _closed_port() -> int:
    """A port that nobody listens on."""
    import socket

    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return free.getsockname()[1]
