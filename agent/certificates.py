"""The authority that vouches for intercepted hosts, and for nothing else.

Its own file because it is the one place where a key is made. Two certificates: a root, which the user trusts and
whose key is thrown away as soon as it has signed once, and an issuing authority below it, with whose key mitmproxy
signs. Both carry critical name constraints. One constrained root alone would not do: Java reads no constraints from a
certificate it trusts, only from those below it.

The files have mitmproxy's names, so `confdir` may point at `Home.ca`: `mitmproxy-ca.pem` holds key, issuing authority
and root, and is the truth; `mitmproxy-ca-cert.pem` is the root once more, for those who trust it.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from ipaddress import IPv4Network, IPv6Network, ip_network
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from .errors import UsageError, WiretallyError
from .locations import Home
from .whole_file import replace_file

DEFAULT_HOST = "api.openai.com"
LIFETIME = timedelta(days=5 * 365)
RENEW_BEFORE = timedelta(days=30)
EVERY_ADDRESS = (ip_network("0.0.0.0/0"), ip_network("::/0"))


@dataclass(frozen=True, slots=True)
class Authority:
    """`certificate` is the root's file (PEM). `fingerprint` is its SHA-256, upper case hex in pairs with colons.

    `is_new` says that it was made by this call, so nobody trusts it yet.
    """

    certificate: Path
    hosts: tuple[str, ...]
    fingerprint: str
    is_new: bool


def authority(home: Home, hosts: Iterable[str]) -> Authority:
    """The authority for exactly `hosts`: the one in `home` if it still fits, else a new one in its place."""
    wanted = tuple(sorted({_host_name(host) for host in hosts}))
    if (kept := read(home)) is not None and kept.hosts == wanted:
        return kept
    home.make()
    try:
        replace_file(_signing_file(home), _new_authority(wanted), 0o600)
        replace_file(certificate_file(home), _root(_signing_file(home)).public_bytes(serialization.Encoding.PEM), 0o644)
    except OSError as error:
        raise WiretallyError(
            f"cannot write the certificate authority to {home.ca}: {error.strerror}. Make the folder writable."
        ) from error
    return _authority(home, _root(_signing_file(home)), is_new=True)


def read(home: Home) -> Authority | None:
    """The authority in `home`, or None where there is none that can be used (missing, damaged, about to expire)."""
    file = _signing_file(home)
    try:
        data = file.read_bytes()
        key = serialization.load_pem_private_key(data, None)
        issuing, root = x509.load_pem_x509_certificates(data)
        issuing.verify_directly_issued_by(root)
    except (OSError, ValueError, TypeError):
        return None
    if issuing.public_key() != key.public_key() or root.not_valid_after_utc < datetime.now(UTC) + RENEW_BEFORE:
        return None
    if file.stat().st_mode & 0o077:
        file.chmod(0o600)
    pem = root.public_bytes(serialization.Encoding.PEM)
    if not (copy := certificate_file(home)).exists() or copy.read_bytes() != pem:
        replace_file(copy, pem, 0o644)
    return _authority(home, root, is_new=False)


def certificate_file(home: Home) -> Path:
    """Where the root's certificate lies (PEM); it may not exist yet."""
    return home.ca / "mitmproxy-ca-cert.pem"


def _signing_file(home: Home) -> Path:
    return home.ca / "mitmproxy-ca.pem"


def _root(file: Path) -> x509.Certificate:
    return x509.load_pem_x509_certificates(file.read_bytes())[1]


def _authority(home: Home, root: x509.Certificate, *, is_new: bool) -> Authority:
    constraints = root.extensions.get_extension_for_class(x509.NameConstraints).value
    hosts = tuple(sorted(_written(name) for name in constraints.permitted_subtrees or ()))
    return Authority(certificate_file(home), hosts, root.fingerprint(hashes.SHA256()).hex(":").upper(), is_new)


def _host_name(host: str) -> str:
    """`host` as the constraints have it: no port, no wildcard (a constraint takes in what is below), lower case."""
    bare = host.strip().lower().removeprefix("*.").rstrip(".")
    if bare.startswith("["):
        bare = bare[1:].partition("]")[0]
    elif bare.count(":") == 1:
        bare = bare.partition(":")[0]
    if not bare:
        raise UsageError(f"host {host!r} has no name. Give a host name such as {DEFAULT_HOST}.")
    try:
        return bare.encode("idna").decode() if _address(bare) is None else bare
    except UnicodeError as error:
        raise UsageError(f"host {host!r} is not a host name: {error}. Give one such as {DEFAULT_HOST}.") from error


def _address(host: str) -> IPv4Network | IPv6Network | None:
    try:
        return ip_network(host)
    except ValueError:
        return None


def _written(name: x509.GeneralName) -> str:
    """The host as it was asked for; a single address stands in a certificate as a network of one."""
    return str(name.value).removesuffix("/32").removesuffix("/128")


def _constraints(hosts: tuple[str, ...]) -> x509.NameConstraints:
    """`hosts` and no other. An address is allowed only where it was asked for by itself."""
    addresses = [x509.IPAddress(address) for host in hosts if (address := _address(host)) is not None]
    names = [x509.DNSName(host) for host in hosts if _address(host) is None]
    # With no permitted address every one is excluded; a permitted one shuts out the others by itself.
    excluded = None if addresses else [x509.IPAddress(network) for network in EVERY_ADDRESS]
    return x509.NameConstraints([*names, *addresses], excluded)


def _new_authority(hosts: tuple[str, ...]) -> bytes:
    """Key, issuing authority and root as PEM. The root's key ends with this function."""
    root_key, key = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())
    root_name, name = (_name(role, public.public_key()) for role, public in (("root", root_key), ("issuer", key)))
    constraints = _constraints(hosts)
    root = _certificate((root_name, root_key.public_key()), (root_name, root_key), constraints, depth=1)
    issuing = _certificate((name, key.public_key()), (root_name, root_key), constraints, depth=0)
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    return private + b"".join(one.public_bytes(serialization.Encoding.PEM) for one in (issuing, root))


def _name(role: str, key: ec.EllipticCurvePublicKey) -> x509.Name:
    """A name of its own for each authority ever made, so that a store holding an older one can't mix them up."""
    short = x509.SubjectKeyIdentifier.from_public_key(key).digest.hex()[:8]
    attributes = ((NameOID.ORGANIZATION_NAME, "wiretally"), (NameOID.COMMON_NAME, f"wiretally {role} {short}"))
    return x509.Name([x509.NameAttribute(oid, value) for oid, value in attributes])


def _certificate(
    subject: tuple[x509.Name, ec.EllipticCurvePublicKey],
    issuer: tuple[x509.Name, ec.EllipticCurvePrivateKey],
    constraints: x509.NameConstraints,
    depth: int,
) -> x509.Certificate:
    now = datetime.now(UTC)
    usage = x509.KeyUsage(False, False, False, False, False, key_cert_sign=True, crl_sign=True, encipher_only=False,
                          decipher_only=False)  # fmt: skip
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject[0])
        .public_key(subject[1])
        .issuer_name(issuer[0])
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=2))
        .not_valid_after(now + LIFETIME)
        .add_extension(x509.BasicConstraints(ca=True, path_length=depth), critical=True)
        .add_extension(constraints, critical=True)
        .add_extension(usage, critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(subject[1]), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(issuer[1].public_key()), critical=False)
    )
    return builder.sign(issuer[1], hashes.SHA256())
