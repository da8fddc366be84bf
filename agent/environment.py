"""The variables that lead a program's OpenAI calls through the agent.

Its own file because `exec`, `env` and `doctor` must mean the same by it. Two doors: the proxy (any program that reads
HTTPS_PROXY; needs trust in our root, hence the CA variables) and the base URL (a client that reads OPENAI_BASE_URL;
no certificate). What the user had set is kept in force: an existing proxy becomes the agent's upstream proxy, existing
CA files are merged, NO_PROXY is added to.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import urlsplit

from .certificates import DEFAULT_HOST, authority, read
from .doors import LOCAL_NAMES, Doors, Labels, base_url, proxy_url
from .errors import UsageError
from .java_options import has_java, java_options
from .locations import Home
from .trust_bundle import REPLACING, bundle

PRELOAD = Path(__file__).with_name("node_preload.cjs")
BASE_URL_VARIABLES = ("OPENAI_BASE_URL", "OPENAI_API_BASE")
"""The official SDKs' variable, and the one of those that grew up with the SDK before 1.0 (LangChain, LiteLLM)."""


def variables(
    home: Home, doors: Doors, labels: Labels | None = None, environ: Mapping[str, str] | None = None
) -> dict[str, str]:
    """The variables for the proxy door. Makes the authority and the merged bundle where they are missing."""
    environ = os.environ if environ is None else environ
    ours = read(home) or authority(home, [DEFAULT_HOST])
    file = bundle(home, environ)
    root, merged = str(ours.certificate), str(file)
    proxy = proxy_url(doors, labels)
    result = both_cases(
        dict.fromkeys(("HTTPS_PROXY", "HTTP_PROXY", "WSS_PROXY"), proxy) | {"NO_PROXY": no_proxy(environ)}
    )
    if environ.get("ALL_PROXY") or environ.get("all_proxy"):
        result |= both_cases({"ALL_PROXY": proxy})
    result |= dict.fromkeys((*REPLACING, "GRPC_DEFAULT_SSL_ROOTS_FILE_PATH"), merged)
    result |= {
        "NODE_EXTRA_CA_CERTS": root if environ.get("NODE_EXTRA_CA_CERTS", root) == root else merged,
        "NODE_USE_ENV_PROXY": "1",
        "NODE_OPTIONS": node_options(environ.get("NODE_OPTIONS", "")),
        "DENO_CERT": root,
        "WIRETALLY_HOSTS": ",".join(ours.hosts),
    }
    if has_java(environ):
        excluded = result["NO_PROXY"].split(",")
        given = environ.get("JAVA_TOOL_OPTIONS", "")
        result["JAVA_TOOL_OPTIONS"] = java_options(given, (doors.host, doors.port), excluded, file)
    if former := upstream_proxy(doors, environ):
        result["WIRETALLY_UPSTREAM_PROXY"] = former
    if labels:
        result["WIRETALLY_SESSION"] = labels.session
    return result


def base_url_variables(
    doors: Doors, labels: Labels | None = None, environ: Mapping[str, str] | None = None
) -> dict[str, str]:
    """The variables for the base-URL door, which leads to the provider.

    Raises UsageError where the program is set to another service, for its key would go to the wrong one.
    """
    environ = os.environ if environ is None else environ
    for name in BASE_URL_VARIABLES:
        former = environ.get(name)
        if former and urlsplit(former).hostname != DEFAULT_HOST and not doors.own(former):
            raise UsageError(
                f"{name} is {former}, and the base-URL door leads to {DEFAULT_HOST}. "
                f"Leave --base-url out and start the agent with --host {urlsplit(former).hostname}, or unset {name}."
            )
    result = dict.fromkeys(BASE_URL_VARIABLES, base_url(doors, labels))
    # A proxy set for the provider must not stand between the program and the door.
    result |= both_cases({"NO_PROXY": no_proxy(environ)})
    if labels:
        result["WIRETALLY_SESSION"] = labels.session
    return result


def upstream_proxy(doors: Doors, environ: Mapping[str, str] | None = None) -> str | None:
    """The proxy the user had before, through which the agent has to call. None where there is none but ours.

    Raises UsageError for a kind of proxy that the agent can't call through.
    """
    environ = os.environ if environ is None else environ
    names = ["WIRETALLY_UPSTREAM_PROXY"]
    # In a shell led by `wiretally env` the other variables name an agent, perhaps one that is gone.
    if "WIRETALLY_HOSTS" not in environ and not is_excluded(DEFAULT_HOST, environ):
        names += ["https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"]
    found = next((name for name in names if environ.get(name) and not doors.own(environ[name])), None)
    if found is None:
        return None
    url = environ[found] if "://" in environ[found] else f"http://{environ[found]}"
    if urlsplit(url).scheme not in {"http", "https"}:
        raise UsageError(
            f"{found} is {environ[found]}: the agent can call through http and https proxies only. "
            "Set WIRETALLY_UPSTREAM_PROXY to one, or unset the variable to call directly."
        )
    return url


def no_proxy(environ: Mapping[str, str]) -> str:
    """What the user excludes from proxies, and this machine."""
    former = f"{environ.get('no_proxy', '')},{environ.get('NO_PROXY', '')}".split(",")
    return ",".join(dict.fromkeys([*(part.strip() for part in former if part.strip()), *LOCAL_NAMES]))


def is_excluded(host: str, environ: Mapping[str, str]) -> bool:
    """Is `host` to be called without a proxy?"""
    names = no_proxy(environ).split(",")
    return any(name == "*" or f".{host}".endswith(f".{name.lstrip('*.')}") for name in names)


def node_options(former: str) -> str:
    """NODE_OPTIONS with our preload, once. Node reads double quotes and backslashes as a shell would."""
    path = str(PRELOAD).replace("\\", "\\\\").replace('"', '\\"')
    ours = f'--require "{path}"'
    return former if ours in former else f"{former} {ours}".strip()


def both_cases(values: Mapping[str, str]) -> dict[str, str]:
    """Each name in capitals and in small letters: curl reads only `http_proxy`, others only the capitals."""
    return {spelling: value for name, value in values.items() for spelling in (name, name.lower())}
