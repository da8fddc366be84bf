"""The merged bundle holds what the user trusted and our root, and follows its sources."""

from __future__ import annotations

import ssl
from pathlib import Path

import pytest
from wiretally.agent.certificates import DEFAULT_HOST, authority
from wiretally.agent.locations import Home
from wiretally.agent.trust_bundle import bundle


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home(tmp_path / "home")


def roots(path: Path) -> set[bytes]:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.load_verify_locations(path)
    return set(context.get_ca_certs(binary_form=True))


def company(tmp_path: Path, name: str) -> Path:
    """A company's own root: any certificate does, here that of another home."""
    return authority(Home(tmp_path / name), ["company.example"]).certificate


def test_without_a_choice_of_the_user_it_is_the_systems_list_and_ours(home: Home) -> None:
    merged = roots(bundle(home, {}))
    ours = roots(authority(home, [DEFAULT_HOST]).certificate)
    assert ours < merged
    assert len(merged) > 50


def test_what_the_user_named_is_kept_and_doubles_are_written_once(home: Home, tmp_path: Path) -> None:
    first, second = company(tmp_path, "first"), company(tmp_path, "second")
    chosen = {"SSL_CERT_FILE": str(first), "REQUESTS_CA_BUNDLE": str(first), "NODE_EXTRA_CA_CERTS": str(second)}
    path = bundle(home, chosen)
    assert roots(path) == roots(first) | roots(second) | roots(authority(home, [DEFAULT_HOST]).certificate)
    assert path.read_bytes().count(b"BEGIN CERTIFICATE") == 3


def test_a_file_that_only_adds_does_not_replace_the_systems_list(home: Home, tmp_path: Path) -> None:
    extra = company(tmp_path, "extra")
    assert roots(bundle(home, {})) | roots(extra) == roots(bundle(home, {"NODE_EXTRA_CA_CERTS": str(extra)}))


def test_in_a_shell_already_led_by_wiretally_the_first_choice_stays(home: Home, tmp_path: Path) -> None:
    first = company(tmp_path, "first")
    path = bundle(home, {"SSL_CERT_FILE": str(first)})
    before = path.read_bytes()
    assert bundle(home, {"SSL_CERT_FILE": str(path), "CURL_CA_BUNDLE": str(path)}) == path
    assert path.read_bytes() == before


def test_it_is_written_anew_only_where_a_source_or_the_authority_changed(home: Home, tmp_path: Path) -> None:
    source = tmp_path / "source.pem"
    source.write_bytes(company(tmp_path, "first").read_bytes())
    chosen = {"SSL_CERT_FILE": str(source)}
    path = bundle(home, chosen)
    made = path.stat().st_ino
    assert bundle(home, chosen).stat().st_ino == made
    source.write_bytes(company(tmp_path, "second").read_bytes())
    assert roots(source) < roots(bundle(home, chosen))
    renewed = authority(home, [DEFAULT_HOST, "other.example"])
    assert roots(renewed.certificate) < roots(bundle(home, chosen))


def test_a_file_that_is_not_there_is_passed_over(home: Home, tmp_path: Path) -> None:
    assert roots(bundle(home, {"SSL_CERT_FILE": str(tmp_path / "gone.pem")})) == roots(bundle(home, {}))
