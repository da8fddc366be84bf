"""The names people use for their programs, and no secret in a command line."""

from __future__ import annotations

import pytest
from wiretally.agent.programs import LONGEST_COMMAND, MASK, app_name, masked_command


@pytest.mark.parametrize(
    ("command", "name"),
    [
        ("python worker.py --verbose", "worker.py"),
        ("/usr/bin/python3.12 -u -X dev /srv/app/worker.py", "worker.py"),
        ("python -m pkg", "pkg"),
        ("python -m pkg.__main__ run", "pkg"),
        ("python -W error -m uvicorn main:app", "uvicorn"),
        ("python -c print(1)", "python -c"),
        ("python3", "python3"),
        ("/venv/bin/python /venv/bin/pytest -q", "pytest"),
        ("python /srv/tool/__main__.py", "tool"),
        ("node server.js", "server.js"),
        ("node --require ./pre.cjs --enable-source-maps /srv/dist/index.mjs", "index.mjs"),
        ("node -e 1", "node -e"),
        ("node /srv/node_modules/.bin/next dev", "next"),
        ("node /usr/lib/node_modules/@openai/codex/bin/codex.js", "@openai/codex"),
        ("node /srv/node_modules/tsx/dist/cli.mjs watch a.ts", "tsx"),
        ("java -Xmx1g -cp a.jar:b.jar com.example.Main x", "Main"),
        ("java -jar /srv/service.jar", "service.jar"),
        ("java -ea Ask.java", "Ask.java"),
        ("bash /srv/run.sh", "run.sh"),
        ("-bash", "bash"),
        ("ruby -Ilib bin/ask.rb", "ask.rb"),
        ("deno run --allow-net ask.ts", "ask.ts"),
        ("dotnet /srv/Bot.dll", "Bot.dll"),
        ("curl -s https://api.openai.com", "curl"),
        ("/srv/bin/codex --model gpt-5", "codex"),
        (r"C:\Python313\python.exe C:\bots\ask.py", "ask.py"),
    ],
)
def test_app_name(command: str, name: str) -> None:
    assert app_name(command.split(" ")) == name


@pytest.mark.parametrize(
    ("title", "name"), [("next-server (v15.1.0)", "next-server"), ("gunicorn: worker [app]", "gunicorn"), ("", "")]
)
def test_a_title_that_a_program_wrote_itself(title: str, name: str) -> None:
    assert app_name([title]) == name


@pytest.mark.parametrize(
    ("arguments", "shown"),
    [
        (["a", "--api-key", "hunter2", "-v"], f"a --api-key {MASK} -v"),
        (["a", "--api-key=hunter2"], f"a --api-key={MASK}"),
        (["env", "OPENAI_API_KEY=hunter2", "a"], f"env OPENAI_API_KEY={MASK} a"),
        (["curl", "-H", "Authorization: Bearer x", "u"], f"curl -H Authorization: {MASK} u"),
        (["curl", "-Hx: y", "--header", "api-key:x"], f"curl -Hx: y --header api-key: {MASK}"),
        (["a", "--token", "--verbose", "x"], "a --token --verbose x"),
        (["a", "--model=gpt-5", "key"], "a --model=gpt-5 key"),
        (["a", "two\nlines\t"], "a two lines"),
    ],
)
def test_values_of_options_that_name_a_secret_are_masked(arguments: list[str], shown: str) -> None:
    assert masked_command(arguments) == shown


def test_a_whole_program_on_the_command_line_is_cut() -> None:
    assert len(masked_command(["python", "-c", "x" * 100_000])) == LONGEST_COMMAND
