"""Apps are started as a developer's machine would have them."""

from pathlib import Path

from wiretally.agent.doors import Doors
from wiretally.agent.locations import Home
from wiretally.agent.simulation import crew

OUTER = {
    "PATH": "/bin",
    "OPENAI_API_KEY": "sk-real",
    "OPENAI_BASE_URL": "https://elsewhere/v1",
    "https_proxy": "http://x",
}


def test_every_app_has_its_script() -> None:
    assert {path.stem for path in crew.SOURCES.glob("[a-z]*.py")} == {app.name for app in crew.APPS}


def test_variables_lead_to_the_agent_and_keep_the_users_key_out(tmp_path: Path) -> None:
    seen = {app.name: crew.variables(app, Home(tmp_path), Doors(1111, 2222), OUTER) for app in crew.APPS}
    assert seen["worker"]["HTTPS_PROXY"] == seen["worker"]["https_proxy"] == "http://127.0.0.1:1111"
    assert Path(seen["worker"]["SSL_CERT_FILE"]).exists()
    assert "OPENAI_BASE_URL" not in seen["worker"]
    assert seen["chat_ui"]["OPENAI_BASE_URL"] == "http://127.0.0.1:2222/v1"
    assert "HTTPS_PROXY" not in seen["chat_ui"]
    assert all("sk-real" not in values.values() and values["PATH"] == "/bin" for values in seen.values())


def test_an_app_runs_in_a_folder_on_its_branch_and_ends_when_told(tmp_path: Path) -> None:
    app = crew.APPS[1]
    running = crew.start(app, {"OPENAI_API_KEY": "sk-test", "OPENAI_BASE_URL": "http://127.0.0.1:9/v1"}, tmp_path)
    assert running.process.poll() is None
    assert (tmp_path / app.name / ".git" / "HEAD").read_text() == f"ref: refs/heads/{app.branch}\n"
    running.stop()
    assert running.process.returncode is not None
