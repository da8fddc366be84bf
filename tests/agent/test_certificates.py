"""The authority is private, stays while it fits, and vouches for its hosts alone, whoever asks."""

from __future__ import annotations

import os
import shutil
import socket
import ssl
import subprocess
import threading
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import serialization
from mitmproxy.certs import CertStore
from wiretally.agent.certificates import DEFAULT_HOST, Authority, authority, certificate_file, read
from wiretally.agent.errors import UsageError, WiretallyError
from wiretally.agent.locations import Home


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home(tmp_path / "home")


def mode(path: Path) -> int:
    return path.stat().st_mode & 0o777


def test_key_and_folders_are_private_even_where_the_umask_hides_nothing(home: Home) -> None:
    former = os.umask(0)
    try:
        made = authority(home, [DEFAULT_HOST])
    finally:
        os.umask(former)
    assert (mode(home.path), mode(home.ca), mode(home.ca / "mitmproxy-ca.pem")) == (0o700, 0o700, 0o600)
    assert b"PRIVATE" not in made.certificate.read_bytes()
    assert sorted(path.name for path in home.ca.iterdir()) == ["mitmproxy-ca-cert.pem", "mitmproxy-ca.pem"]


def test_an_opened_key_file_is_closed_again(home: Home) -> None:
    authority(home, [DEFAULT_HOST])
    (home.ca / "mitmproxy-ca.pem").chmod(0o644)
    read(home)
    assert mode(home.ca / "mitmproxy-ca.pem") == 0o600


def test_the_same_hosts_keep_the_authority_and_others_make_a_new_one(home: Home) -> None:
    first = authority(home, ["b.example", DEFAULT_HOST])
    assert first.is_new and first.hosts == (DEFAULT_HOST, "b.example")
    again = authority(home, [DEFAULT_HOST, "B.example:443", DEFAULT_HOST])
    assert again == Authority(first.certificate, first.hosts, first.fingerprint, is_new=False)
    fewer = authority(home, [DEFAULT_HOST])
    assert fewer.is_new and fewer.hosts == (DEFAULT_HOST,) and fewer.fingerprint != first.fingerprint


@pytest.mark.parametrize("damage", [b"", b"not a key", b"-----BEGIN CERTIFICATE-----\nAA\n-----END CERTIFICATE-----\n"])
def test_a_damaged_authority_is_made_anew(home: Home, damage: bytes) -> None:
    first = authority(home, [DEFAULT_HOST])
    (home.ca / "mitmproxy-ca.pem").write_bytes(damage)
    assert read(home) is None
    second = authority(home, [DEFAULT_HOST])
    assert second.is_new and second.fingerprint != first.fingerprint


def test_the_copy_of_the_root_follows_the_signing_file(home: Home) -> None:
    first = authority(home, [DEFAULT_HOST])
    expected = first.certificate.read_bytes()
    first.certificate.unlink()
    assert authority(home, [DEFAULT_HOST]) == Authority(first.certificate, first.hosts, first.fingerprint, False)
    assert certificate_file(home).read_bytes() == expected


def test_the_key_of_the_trusted_root_is_kept_nowhere(home: Home) -> None:
    data = authority(home, [DEFAULT_HOST]).certificate.read_bytes()
    root = x509.load_pem_x509_certificate(data)
    kept = serialization.load_pem_private_key((home.ca / "mitmproxy-ca.pem").read_bytes(), None)
    assert kept.public_key() != root.public_key()


def test_both_certificates_are_constrained_critically(home: Home) -> None:
    authority(home, [DEFAULT_HOST, "*.openai.azure.com"])
    for certificate in x509.load_pem_x509_certificates((home.ca / "mitmproxy-ca.pem").read_bytes()):
        extension = certificate.extensions.get_extension_for_class(x509.NameConstraints)
        assert extension.critical
        assert extension.value.permitted_subtrees == [x509.DNSName(DEFAULT_HOST), x509.DNSName("openai.azure.com")]
        assert len(extension.value.excluded_subtrees or []) == 2


def test_a_host_given_as_an_address_is_the_only_address_allowed(home: Home) -> None:
    assert authority(home, [DEFAULT_HOST, "10.1.2.3", "[::1]:443"]).hosts == ("10.1.2.3", "::1", DEFAULT_HOST)
    assert authority(home, ["10.1.2.3", "::1", DEFAULT_HOST]).is_new is False


@pytest.mark.parametrize("host", ["", "  ", "a" * 64 + ".example"])
def test_a_host_that_is_none_is_refused_by_name(home: Home, host: str) -> None:
    with pytest.raises(UsageError, match="host '"):
        authority(home, [host])


def test_a_home_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(WiretallyError, match=str(tmp_path / "file")):
        authority(Home(tmp_path / "file" / "home"), [DEFAULT_HOST])


@dataclass(frozen=True)
class Impostor:
    """A TLS server with a certificate for `host` that mitmproxy's own store issued from our authority."""

    host: str
    port: int
    root: Path


@contextmanager
def serve(home: Home, host: str) -> Generator[Impostor]:
    store = CertStore.from_store(home.ca, "mitmproxy", 2048)
    entry = store.get_cert(host, [x509.DNSName(host)])
    chain = home.path / f"{host}.pem"
    key = store.default_privatekey.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    chain.write_bytes(key + entry.cert.to_pem() + b"".join(one.to_pem() for one in entry.chain_certs))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(chain)
    listener = socket.create_server(("127.0.0.1", 0))

    def answer() -> None:
        while True:
            try:
                client, _ = listener.accept()
            except OSError:
                return
            try:
                client.settimeout(10)
                with context.wrap_socket(client, server_side=True) as secure:
                    secure.recv(65536)
                    secure.sendall(b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\nconnection: close\r\n\r\nok")
            except OSError:  # the client refused; what it says is looked at on its side
                client.close()

    thread = threading.Thread(target=answer)
    thread.start()
    try:
        yield Impostor(host, listener.getsockname()[1], certificate_file(home))
    finally:
        listener.shutdown(socket.SHUT_RDWR)
        listener.close()
        thread.join()


NODE = """
const tls = require('tls'); const [host, port] = process.argv.slice(1);
const socket = tls.connect({ host: '127.0.0.1', port, servername: host }, () => socket.end());
socket.on('error', (error) => { console.error(error.message); process.exit(1); });
"""
GO = """
package main
import ("crypto/tls"; "fmt"; "os")
func main() {
  c, err := tls.Dial("tcp", "127.0.0.1:"+os.Args[2], &tls.Config{ServerName: os.Args[1]})
  if err != nil { fmt.Println(err); os.Exit(1) }
  c.Close()
}
"""
JAVA = """
import javax.net.ssl.*; import java.net.*;
public class Probe { public static void main(String[] a) throws Exception {
  Socket raw = new Socket("127.0.0.1", Integer.parseInt(a[1]));
  SSLSocket s = (SSLSocket) ((SSLSocketFactory) SSLSocketFactory.getDefault()).createSocket(raw, a[0], 443, true);
  SSLParameters p = s.getSSLParameters(); p.setEndpointIdentificationAlgorithm("HTTPS"); s.setSSLParameters(p);
  try { s.startHandshake(); } catch (SSLException e) { System.out.println(e); System.exit(1); }
  s.close();
} }
"""


def run(command: list[str], **environ: str) -> tuple[bool, str]:
    done = subprocess.run(
        command, capture_output=True, text=True, timeout=300, check=False, input="", env={**os.environ, **environ}
    )
    return done.returncode == 0, done.stdout + done.stderr


def ask_python(server: Impostor) -> tuple[bool, str]:
    context = ssl.create_default_context(cafile=str(server.root))
    try:
        with socket.create_connection(("127.0.0.1", server.port)) as raw:
            context.wrap_socket(raw, server_hostname=server.host).close()
    except ssl.SSLError as error:
        return False, str(error)
    return True, ""


def ask_openssl(server: Impostor) -> tuple[bool, str]:
    target = ["-connect", f"127.0.0.1:{server.port}", "-servername", server.host, "-verify_hostname", server.host]
    return run(["openssl", "s_client", *target, "-CAfile", str(server.root), "-verify_return_error"])


def ask_curl(server: Impostor) -> tuple[bool, str]:
    url, to = f"https://{server.host}:{server.port}/", f"{server.host}:{server.port}:127.0.0.1"
    return run(["curl", "--noproxy", "*", "-sS", "--cacert", str(server.root), "--resolve", to, url])


def ask_node(server: Impostor) -> tuple[bool, str]:
    return run(["node", "-e", NODE, server.host, str(server.port)], NODE_EXTRA_CA_CERTS=str(server.root))


def ask_go(server: Impostor) -> tuple[bool, str]:
    program = server.root.parent / "probe.go"
    program.write_text(GO)
    return run(["go", "run", str(program), server.host, str(server.port)], SSL_CERT_FILE=str(server.root))


def ask_java(server: Impostor) -> tuple[bool, str]:
    store, program = server.root.parent / "trust.p12", server.root.parent / "Probe.java"
    program.write_text(JAVA)
    if not store.exists():
        options = ["-storepass", "changeit", "-keystore", str(store), "-alias", "root", "-file", str(server.root)]
        assert run(["keytool", "-importcert", "-noprompt", "-storetype", "PKCS12", *options])[0]
    trust = [f"-Djavax.net.ssl.trustStore={store}", "-Djavax.net.ssl.trustStorePassword=changeit"]
    return run(["java", *trust, str(program), server.host, str(server.port)])


CLIENTS = {
    "python": ask_python,
    "openssl": ask_openssl,
    "curl": ask_curl,
    "node": ask_node,
    "go": ask_go,
    "java": ask_java,
}


@pytest.mark.parametrize("client", [name for name in CLIENTS if name == "python" or shutil.which(name)])
def test_a_certificate_of_ours_is_believed_for_the_host_and_for_no_other(home: Home, client: str) -> None:
    authority(home, [DEFAULT_HOST])
    with serve(home, DEFAULT_HOST) as server:
        believed, said = CLIENTS[client](server)
    assert believed, said
    with serve(home, "bank.example") as server:
        believed, said = CLIENTS[client](server)
    assert not believed
    assert any(reason in said.lower() for reason in ("permitted subtree", "not permitted", "name constraints")), said
