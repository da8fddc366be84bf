"""What `exec` and `env` set, and what they keep of the user's own."""

from __future__ import annotations

from pathlib import Path

import pytest
from wiretally.agent.certificates import DEFAULT_HOST, authority
from wiretally.agent.doors import Doors, Labels, base_url
from wiretally.agent.environment import PRELOAD, base_url_variables, node_options, upstream_proxy, variables
from wiretally.agent.errors import UsageError
from wiretally.agent.locations import Home

DOORS = Doors(port=8787, base_url_port=8788)


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home(tmp_path / "home")


def test_every_variable_of_the_proxy_door(home: Home) -> None:
    values = variables(home, DOORS, environ={})
    root, merged = str(authority(home, [DEFAULT_HOST]).certificate), str(home.ca / "bundle.pem")
    assert values == {
        **dict.fromkeys(("HTTPS_PROXY", "https_proxy", "HTTP_PROXY", "http_proxy"), "http://127.0.0.1:8787"),
        **dict.fromkeys(("WSS_PROXY", "wss_proxy"), "http://127.0.0.1:8787"),
        **dict.fromkeys(("NO_PROXY", "no_proxy"), "localhost,127.0.0.1,::1"),
        **dict.fromkeys(("SSL_CERT_FILE", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "AWS_CA_BUNDLE"), merged),
        "GRPC_DEFAULT_SSL_ROOTS_FILE_PATH": merged,
        "NODE_EXTRA_CA_CERTS": root,
        "NODE_USE_ENV_PROXY": "1",
        "NODE_OPTIONS": f'--require "{PRELOAD}"',
        "DENO_CERT": root,
        "WIRETALLY_HOSTS": DEFAULT_HOST,
    }
    assert Path(root).is_file() and Path(merged).is_file() and PRELOAD.is_file()


def test_what_the_user_had_is_merged(home: Home) -> None:
    had = {"NO_PROXY": "intranet, localhost", "ALL_PROXY": "http://old:1", "HTTPS_PROXY": "http://corporate:3128"}
    values = variables(home, DOORS, environ={**had, "NODE_OPTIONS": "--max-old-space-size=512"})
    assert values["NO_PROXY"] == values["no_proxy"] == "intranet,localhost,127.0.0.1,::1"
    assert values["ALL_PROXY"] == values["all_proxy"] == "http://127.0.0.1:8787"
    assert values["WIRETALLY_UPSTREAM_PROXY"] == "http://corporate:3128"
    assert values["NODE_OPTIONS"].startswith("--max-old-space-size=512 --require ")


def test_setting_them_twice_changes_nothing(home: Home) -> None:
    once = variables(home, DOORS, environ={"HTTPS_PROXY": "http://corporate:3128", "NO_PROXY": "x"})
    assert variables(home, DOORS, environ=once) == once


def test_the_base_url_door_needs_no_certificate(home: Home) -> None:
    values = base_url_variables(DOORS, Labels("s"), {"https_proxy": "http://corporate:3128"})
    assert values["OPENAI_BASE_URL"] == values["OPENAI_API_BASE"] == "http://127.0.0.1:8788/wiretally/s/-/v1"
    assert values["WIRETALLY_SESSION"] == "s"
    assert not any("CERT" in name or "BUNDLE" in name for name in values)
    assert "127.0.0.1" in values["no_proxy"]


def test_a_program_set_to_another_service_is_not_sent_to_the_provider() -> None:
    with pytest.raises(UsageError, match=r"OPENAI_BASE_URL is https://llm\.example/v1.*--host llm\.example"):
        base_url_variables(DOORS, environ={"OPENAI_BASE_URL": "https://llm.example/v1"})
    for harmless in (f"https://{DEFAULT_HOST}/v1", "http://127.0.0.1:8788/v1", ""):
        assert base_url_variables(DOORS, environ={"OPENAI_BASE_URL": harmless})["OPENAI_BASE_URL"] == base_url(DOORS)


@pytest.mark.parametrize(
    ("environ", "expected"),
    [
        ({}, None),
        ({"HTTPS_PROXY": "http://127.0.0.1:8787"}, None),
        ({"HTTPS_PROXY": "http://s:t@localhost:8787", "ALL_PROXY": "http://corporate:1"}, "http://corporate:1"),
        ({"HTTPS_PROXY": "corporate:3128"}, "http://corporate:3128"),
        ({"HTTPS_PROXY": "http://127.0.0.1:3128"}, "http://127.0.0.1:3128"),
        ({"HTTPS_PROXY": "http://127.0.0.1:9999", "WIRETALLY_HOSTS": DEFAULT_HOST}, None),
        ({"HTTPS_PROXY": "http://corporate:1", "NO_PROXY": "intranet,.openai.com"}, None),
        ({"HTTPS_PROXY": "http://corporate:1", "NO_PROXY": "*"}, None),
        ({"HTTPS_PROXY": "http://corporate:1", "NO_PROXY": "xopenai.com"}, "http://corporate:1"),
        ({"WIRETALLY_UPSTREAM_PROXY": "http://chosen:1", "HTTPS_PROXY": "http://other:1"}, "http://chosen:1"),
    ],
)
def test_the_users_proxy_is_called_through_but_never_ourselves(environ: dict[str, str], expected: str | None) -> None:
    assert upstream_proxy(DOORS, environ) == expected


def test_a_proxy_the_agent_cannot_call_through_is_named() -> None:
    with pytest.raises(UsageError, match="ALL_PROXY is socks5://tor:9050"):
        upstream_proxy(DOORS, {"ALL_PROXY": "socks5://tor:9050"})


def test_node_options_take_the_preload_once() -> None:
    assert node_options(node_options("--inspect")) == node_options("--inspect")
