"""Each system's setting, read back as written. gsettings is the real one; tools of systems that are not here are stood
in for by small programs with the same command line, which keep what they are told."""

from __future__ import annotations

import shutil
import stat
import sys
from pathlib import Path

import pytest
from wiretally.agent.desktops import Desktop, Gnome, Kde, MacOs, Windows, ask, desktop
from wiretally.agent.errors import WiretallyError

KCONFIG = """
key = args[args.index("--key") + 1]
if "kread" in sys.argv[0]: print(state.get(key, ""))
elif args[-1] == "--delete": state.pop(key, None)
else: state[key] = args[-1]
"""
NETWORKSETUP = """
one = state.setdefault(args[1], {"Enabled": "No", "Server": "", "Port": "0"}) if len(args) > 1 else None
if args[0] == "-listallnetworkservices": print("An asterisk (*) marks\\nWi-Fi\\nUSB 10/100 LAN\\n*Old")
elif args[0] == "-getsecurewebproxy": print(*(f"{k}: {v}" for k, v in one.items()), sep="\\n")
elif args[0] == "-setsecurewebproxy": one.update(Server=args[2], Port=args[3], Enabled="Yes")
elif args[0] == "-setsecurewebproxystate": one["Enabled"] = "Yes" if args[2] == "on" else "No"
else: sys.exit(4)
"""
REG = """
key = args[args.index("/v") + 1]
if args[0] == "query":
    if key not in state: sys.exit("ERROR: unable to find the specified registry key or value.")
    kind, value = state[key]
    print(f"\\n{args[1]}\\n    {key}    {kind}    {hex(int(value)) if kind == 'REG_DWORD' else value}\\n")
elif args[0] == "add": state[key] = (args[args.index("/t") + 1], args[args.index("/d") + 1])
elif args[0] == "delete": del state[key]
"""
FRAME = """#!{python}
import json, pathlib, sys
file = pathlib.Path({state!r}); args = sys.argv[1:]
state = json.loads(file.read_text()) if file.exists() else {{}}
{body}
file.write_text(json.dumps(state))
"""


def stand_in(folder: Path, body: str, *names: str) -> None:
    for name in names:
        path = folder / name
        path.write_text(FRAME.format(python=sys.executable, state=str(folder / "state.json"), body=body))
        path.chmod(path.stat().st_mode | stat.S_IXUSR)


@pytest.fixture
def system(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Desktop:
    tools = tmp_path / "tools"
    tools.mkdir()
    kind: str = request.param
    if kind == "gnome":
        monkeypatch.setenv("GSETTINGS_BACKEND", "keyfile")
        monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
        return Gnome()
    stand_in(tools, KCONFIG, "kreadconfig6", "kwriteconfig6")
    stand_in(tools, NETWORKSETUP, "networksetup")
    stand_in(tools, REG, "reg")
    monkeypatch.setenv("PATH", str(tools))
    return {"kde": Kde("6"), "macos": MacOs(), "windows": Windows()}[kind]


SYSTEMS = [*(["gnome"] if shutil.which("gsettings") else []), "kde", "macos", "windows"]


@pytest.mark.parametrize("system", SYSTEMS, indirect=True)
def test_what_is_written_is_read_back_and_what_was_there_comes_back(system: Desktop) -> None:
    before = system.read()
    assert system.proxy(before) is None
    system.write(system.leading_to("127.0.0.1", 8787))
    assert system.proxy(system.read()) == "127.0.0.1:8787"
    system.write(system.leading_to("corporate.example", 3128))
    assert system.proxy(system.read()) == "corporate.example:3128"
    system.write(before)
    assert system.proxy(system.read()) is None
    system.write(before)
    if not isinstance(system, MacOs):  # networksetup can switch a proxy off, but not forget its address
        assert system.read() == before


@pytest.mark.parametrize("system", ["kde"], indirect=True)
@pytest.mark.parametrize(("platform", "name"), [("linux", "KDE"), ("darwin", "macOS"), ("win32", "Windows")])
def test_the_system_is_told_by_its_tools(
    system: Desktop, monkeypatch: pytest.MonkeyPatch, platform: str, name: str
) -> None:
    monkeypatch.setenv("XDG_CURRENT_DESKTOP", "KDE")
    found = desktop(platform)
    assert found and found.name == name and system.name == "KDE"


def test_a_system_without_any_of_the_tools_has_no_setting(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    assert [desktop(platform) for platform in ("linux", "darwin", "win32")] == [None, None, None]


def test_a_tool_that_fails_is_shown_with_what_it_said(tmp_path: Path) -> None:
    with pytest.raises(WiretallyError, match=r"`cat .*gone` failed: .*No such file"):
        ask("cat", str(tmp_path / "gone"))
    assert ask("cat", str(tmp_path / "gone"), may_fail=True) == ""
