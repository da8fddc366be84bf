"""The proof: an agent of its own on free ports and in a home of its own, and real clients calling through it.

Everything stays on loopback, and no client can slip past unnoticed: the name they call (`.invalid`, RFC 2606) is known
to no resolver, only to the agent. What they got is compared with what the agent recorded.
"""

from __future__ import annotations

import os
import subprocess
import tempfile
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from .. import environment, lifecycle
from ..certificates import DEFAULT_HOST
from ..doors import Doors, Labels
from ..errors import WiretallyError
from ..locations import Home
from ..queries.calls import page
from ..queries.reader import Reader
from ..queries.where import Where
from .answerer import answering
from .clients import Client, clients
from .findings import Finding, ok, skipped

HOST = "selftest.wiretally.invalid"
CLIENT_SECONDS = 90.0
"""A first `go run` compiles the standard library."""
AT_ONCE = 4
SETTLE_SECONDS = 10.0


@dataclass(frozen=True, slots=True)
class Check:
    """What one client said of one check."""

    name: str
    state: str
    detail: str


def prove(environ: Mapping[str, str] | None = None) -> list[Finding]:
    """Findings for every client that can run here; one that failed if the agent itself can't start."""
    environ = dict(os.environ if environ is None else environ)
    with tempfile.TemporaryDirectory(prefix="wiretally-doctor-") as folder, answering() as port:
        home = Home(Path(folder))
        upstream = f"http://127.0.0.1:{port}"
        flags = ["--port", "0", "--base-url-port", "0", "--host", HOST, "--no-index"]
        flags += ["--upstream", f"{HOST}={upstream}", "--upstream", f"{DEFAULT_HOST}={upstream}"]
        tried = clients()
        try:
            with lifecycle.temporary(home, flags, _without_proxies(environ)) as agent:
                said = _try_all(tried, [_led(client, home, agent.doors, environ) for client in tried])
        except WiretallyError as error:
            return [Finding("self-test agent", "failed", str(error), "no client can be tried", "wiretally agent")]
        recorded = _recorded(home)
        return [
            finding for client, checks in zip(tried, said, strict=True) for finding in _judge(client, checks, recorded)
        ]


def _try_all(tried: list[Client], environs: list[dict[str, str]]) -> list[list[Check]]:
    """What each client said. Where the doctor is told to end, those that have not begun are left out."""
    pool = ThreadPoolExecutor(AT_ONCE)
    try:
        return list(pool.map(_try, tried, environs))
    finally:
        pool.shutdown(wait=False, cancel_futures=True)


def _without_proxies(environ: Mapping[str, str]) -> dict[str, str]:
    """Settings of the user that would lead the test's agent, or the check of one client, elsewhere."""
    return {
        name: value
        for name, value in environ.items()
        if not name.upper().endswith("_PROXY") and not name.startswith(("WIRETALLY_", "OPENAI_"))
    }


def _led(client: Client, home: Home, doors: Doors, environ: Mapping[str, str]) -> dict[str, str]:
    """The client's whole environment."""
    inherited = _without_proxies(environ)
    labels = Labels(client.name)
    if client.base_url:
        led = environment.base_url_variables(doors, labels, inherited)
        url = led["OPENAI_BASE_URL"]
    else:
        led = environment.variables(home, doors, labels, inherited)
        url = f"https://{HOST}/v1"
    return {**inherited, **led, "WIRETALLY_TEST_URL": url}


def _try(client: Client, environ: dict[str, str]) -> list[Check]:
    try:
        done = subprocess.run(
            client.command,
            env=environ,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=CLIENT_SECONDS,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        return [Check("start", "failed", str(error))]
    checks = [Check(*line.split("\t", 2)) for line in done.stdout.splitlines() if line.count("\t") == 2]
    if checks:
        return checks
    said = done.stderr.strip().splitlines() or [f"exit status {done.returncode}"]
    return [Check("start", "failed", said[-1])]


def _recorded(home: Home) -> dict[str, list[str]]:
    """The apps that calls were attributed to, by session (one a client)."""
    apps: dict[str, list[str]] = {}
    with Reader(home.database) as reader:
        for row in page(reader, Where(), limit=500).rows:
            apps.setdefault(row.session, []).append(row.app or "an unknown program")
    return apps


def _judge(client: Client, checks: list[Check], recorded: Mapping[str, list[str]]) -> list[Finding]:
    findings: list[Finding] = []
    for check in checks:
        name = f"{client.name}: {check.name}"
        if check.state == "skipped":
            findings.append(skipped(client.name, check.detail))
        elif check.state == "ok":
            findings.append(ok(name, check.detail))
        else:
            findings.append(Finding(name, "failed", check.detail, *_advice(client, check.detail)))
    passed = [check for check in checks if check.state == "ok"]
    apps = recorded.get(client.name, [])
    if passed and len(apps) < len(passed):
        what = f"{len(apps)} of {len(passed)} calls were recorded"
        findings.append(
            Finding(f"{client.name}: recorded", "failed", what, "the agent lost calls", "wiretally db verify")
        )
    elif passed:
        findings.append(ok(f"{client.name}: recorded", f"{len(apps)} calls, by {', '.join(sorted(set(apps)))}"))
    return findings


def _advice(client: Client, said: str) -> tuple[str, str]:
    """Why it failed, and what to do, from what a client said."""
    text = said.lower()
    if any(word in text for word in ("certificate", "issuer", "self-signed", "ssl", "x509")):
        why = "it does not trust wiretally's authority from the variables: it has a list of its own"
        return why, "wiretally exec --base-url -- CMD"
    if any(word in text for word in ("resolve", "getaddrinfo", "enotfound", "no such host", "not known")):
        return "it did not use the proxy named by HTTPS_PROXY", "wiretally exec --base-url -- CMD"
    return f"{client.name} could not do this through the agent", "wiretally exec --base-url -- CMD"
