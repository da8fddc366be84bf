"""Commands behind a real agent: their status, their signals, their limits, and an agent that dies under them."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Generator
from pathlib import Path

import pytest
from wiretally.agent import lifecycle
from wiretally.agent.execution import session_name

from tests.local_agent import KEY, Place, place

CALL = """
import json, os, sys, urllib.request
def call(model="gpt-4o-mini"):
    body = json.dumps({"model": model, "messages": [{"role": "user", "content": "Hello"}]}).encode()
    headers = {"authorization": "Bearer " + os.environ["OPENAI_API_KEY"], "content-type": "application/json"}
    request = urllib.request.Request(os.environ["OPENAI_BASE_URL"] + "/chat/completions", body, headers)
    try:
        with urllib.request.urlopen(request) as answer: return answer.status
    except urllib.error.HTTPError as error: return error.code
"""


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Generator[Place]:
    """A home with an agent that was there before any command."""
    with place(tmp_path_factory.mktemp("shared")) as made:
        made.start()
        yield made


@pytest.fixture
def alone(tmp_path: Path) -> Generator[Place]:
    """A home without an agent."""
    with place(tmp_path) as made:
        yield made


def run(at: Place, *options: str, code: str) -> subprocess.CompletedProcess[str]:
    return at.wiretally("exec", "--base-url", *options, "--", sys.executable, "-c", CALL + code)


def wait_for(file: Path) -> str:
    deadline = time.monotonic() + 20
    while not (file.exists() and file.read_text()):
        assert time.monotonic() < deadline, f"{file} was not written"
        time.sleep(0.02)
    return file.read_text()


def test_output_and_status_are_the_commands(shared: Place) -> None:
    done = run(shared, code="print('out'); print('err', file=sys.stderr); sys.exit(7)")
    assert (done.returncode, done.stdout, done.stderr) == (7, "out\n", "err\n")


def test_a_command_ended_by_a_signal_ends_as_in_a_shell(shared: Place) -> None:
    assert run(shared, code="os.kill(os.getpid(), 9)").returncode == 128 + signal.SIGKILL


def test_a_signal_reaches_the_command(shared: Place, tmp_path: Path) -> None:
    ready = tmp_path / "ready"
    code = (
        "import signal, pathlib; signal.signal(15, lambda *_: sys.exit(42))\n"
        f"pathlib.Path({str(ready)!r}).write_text('x'); signal.pause()"
    )
    command = shared.command("exec", "--", sys.executable, "-c", CALL + code)
    with subprocess.Popen(command, env=shared.environ) as process:
        wait_for(ready)
        process.terminate()
        assert process.wait(20) == 42


def test_calls_carry_session_and_tags(shared: Place) -> None:
    options = ("--session", "nightly run", "--tag", "team=a,b", "--tag", "x=1 %")
    done = run(shared, *options, code="print(call(), os.environ['WIRETALLY_SESSION'])")
    assert done.stdout == "200 nightly run\n"
    (found,) = shared.calls("nightly run")
    assert found["tags"] == {"team": "a,b", "x": "1 %"}
    assert found["api_key"] == KEY[-4:]


@pytest.mark.parametrize(
    ("option", "limit", "code", "said"),
    [
        ("--max-calls", "1", "call(); call()", "made 2 calls, over --max-calls 1 by 1"),
        ("--max-errors", "0", "call('no-such-model')", "had 1 failed call, over --max-errors 0 by 1"),
        ("--max-cost", "0.000001", "call()", "over --max-cost $0.000001 by $"),
    ],
)
def test_a_limit_exceeded_is_exit_3_and_one_line(shared: Place, option: str, limit: str, code: str, said: str) -> None:
    done = run(shared, option, limit, code=code)
    assert done.returncode == 3
    assert said in done.stderr and len(done.stderr.splitlines()) == 1


def test_the_same_work_within_its_limits_keeps_its_own_status(shared: Place) -> None:
    limits = ("--max-calls", "2", "--max-errors", "0", "--max-cost", "1.00")
    done = run(shared, *limits, code="call(); call(); sys.exit(5)")
    assert (done.returncode, done.stderr) == (5, "")


def test_limits_hold_for_this_run_even_where_its_session_has_older_calls(shared: Place) -> None:
    for _ in range(2):
        done = run(shared, "--session", "twice", "--max-calls", "1", code="call()")
        assert (done.returncode, done.stderr) == (0, "")
    assert len(shared.calls("twice")) == 2


def test_stop_ends_a_command_that_goes_on_spending(shared: Place) -> None:
    began = time.monotonic()
    done = run(shared, "--stop", "--max-calls", "2", code="import time\nwhile True: call(); time.sleep(0.05)")
    assert done.returncode == 3
    assert "stopping the command: it made" in done.stderr and "the command ended with 143" in done.stderr
    assert time.monotonic() - began < 60


def test_an_agent_started_for_a_command_ends_with_it(alone: Place) -> None:
    done = run(alone, "--session", "only", code="print(call())")
    assert (done.stdout, done.stderr) == ("200\n", "")
    assert lifecycle.status(alone.home) is None
    assert [call["status"] for call in alone.calls("only")] == [200]


def test_an_agent_shared_by_two_commands_ends_with_the_last(alone: Place, tmp_path: Path) -> None:
    first, second, third = (tmp_path / name for name in ("first", "second", "third"))
    code = CALL + (
        f"import pathlib, time\npathlib.Path({str(first)!r}).write_text(str(call()))\n"
        f"while not pathlib.Path({str(third)!r}).exists(): time.sleep(.02)"
    )
    command = alone.command("exec", "--base-url", "--", sys.executable, "-c", code)
    with subprocess.Popen(command, env=alone.environ) as process:
        assert wait_for(first) == "200"
        begun = lifecycle.status(alone.home)
        done = run(alone, code=f"print(call()); import pathlib; pathlib.Path({str(second)!r}).touch()")
        still = lifecycle.status(alone.home)
        assert second.exists()
        third.touch()
        assert done.stdout == "200\n"
        assert begun and still and begun.supervisor_pid == still.supervisor_pid
        assert process.wait(30) == 0
    assert lifecycle.status(alone.home) is None
    assert len(alone.calls()) == 2


def test_an_agent_that_dies_under_a_command_is_started_again_on_the_same_ports(alone: Place, tmp_path: Path) -> None:
    first, go = tmp_path / "first", tmp_path / "go"
    code = (
        f"import pathlib, time\npathlib.Path({str(first)!r}).write_text(str(call()))\n"
        f"while not pathlib.Path({str(go)!r}).exists(): time.sleep(.02)\nprint(call())"
    )
    command = alone.command("exec", "--base-url", "--session", "s", "--", sys.executable, "-c", CALL + code)
    with subprocess.Popen(command, env=alone.environ, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        wait_for(first)
        before = lifecycle.status(alone.home)
        assert before
        os.kill(before.supervisor_pid, signal.SIGKILL)
        deadline = time.monotonic() + 20
        while not (after := lifecycle.status(alone.home)) or after.supervisor_pid == before.supervisor_pid:
            assert time.monotonic() < deadline
            time.sleep(0.05)
        go.touch()
        out, err = process.communicate(timeout=30)
    assert (out, process.returncode) == (b"200\n", 0)
    assert (after.port, after.base_url_port) == (before.port, before.base_url_port)
    assert b"died; started again on the same ports" in err
    assert lifecycle.status(alone.home) is None
    assert [call["status"] for call in alone.calls("s")] == [200, 200]


def test_a_killed_run_leaves_the_agent_to_its_command_and_no_longer(alone: Place, tmp_path: Path) -> None:
    first, second = tmp_path / "first", tmp_path / "second"
    code = CALL + (
        f"import pathlib\npathlib.Path({str(first)!r}).write_text(str(call()))\n"
        f"sys.stdin.read()\npathlib.Path({str(second)!r}).write_text(str(call()))"
    )
    command = alone.command("exec", "--base-url", "--", sys.executable, "-c", code)
    with subprocess.Popen(command, env=alone.environ, stdin=subprocess.PIPE) as process:
        assert wait_for(first) == "200"
        left = lifecycle.status(alone.home)
        process.kill()
        process.wait()
        time.sleep(2.5)  # it has looked at the lease
        assert process.stdin
        process.stdin.close()
        assert wait_for(second) == "200"
    assert left
    deadline = time.monotonic() + 20
    while lifecycle.is_alive(left.supervisor_pid):
        assert time.monotonic() < deadline
        time.sleep(0.05)
    assert [call["status"] for call in alone.calls()] == [200, 200]
    assert run(alone, code="print(call())").stdout == "200\n"
    assert lifecycle.status(alone.home) is None


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--", "no-such-program"], "wiretally: cannot run no-such-program: No such file or directory."),
        (["--tag", "x", "--", "true"], "wiretally: --tag x is not of the form KEY=VALUE."),
        (["--stop", "--", "true"], "wiretally: --stop needs a limit."),
    ],
)
def test_what_cannot_be_run_is_said_in_one_line(shared: Place, arguments: list[str], said: str) -> None:
    done = shared.wiretally("exec", *arguments)
    assert done.returncode == 2
    assert done.stderr.startswith(said) and len(done.stderr.splitlines()) == 1


def test_session_names_can_be_typed() -> None:
    assert session_name(["python", "-c", "x"]).startswith("python-c-2")
    assert session_name(["/srv/my tool/run", "it"]).startswith("run-2")
