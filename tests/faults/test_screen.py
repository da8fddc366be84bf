"""Bugs of our own planted in every function of the screen: it lives on and says so, or ends with one line for the
user and the cause logged once. The functions are found in the modules themselves."""

from __future__ import annotations

import inspect
import os
import pkgutil
import random
import time
from collections.abc import Generator
from contextlib import contextmanager, suppress
from importlib import import_module
from inspect import CO_COROUTINE, CO_GENERATOR
from types import FunctionType, ModuleType
from typing import Any, Final, cast

import pytest
import wiretally.tui
from wiretally.agent.locations import Home
from wiretally.agent.store import Store
from wiretally.tui.app import Options, WiretallyApp
from wiretally.tui.keys import KEYS

from ..agent.made import START, entry, traffic
from ..tui.screen_text import screen_text
from .planted import MET, SAYS
from .reliability import LIVES, Result, record

SAMPLE: Final = min(5 * LIVES, 40)
"""How many of the functions a run tries: the same each time, so that what fails is found again."""

NOT_THE_SCREEN: Final = ("wiretally.tui.web", "wiretally.tui.crash")
"""They run in another process, or are what ends a crash."""

NETS: Final = frozenset(("errands:Errands._run", "feed:Feed.run", "feed:Feed._tell"))
"""What catches the others' failures."""


def _modules() -> Generator[ModuleType]:
    for found in pkgutil.walk_packages(wiretally.tui.__path__, "wiretally.tui."):
        if not found.name.startswith(NOT_THE_SCREEN):
            yield import_module(found.name)


def _functions() -> dict[str, FunctionType]:
    """Every function and method of the screen that can be broken: not those whose code refers to a `super()` cell."""
    found: dict[str, FunctionType] = {}
    for module in _modules():
        owners: list[Any] = [module, *(it for _, it in inspect.getmembers(module, inspect.isclass))]
        for owner in owners:
            if owner is not module and owner.__module__ != module.__name__:
                continue
            for it in cast(dict[str, Any], vars(owner)).values():
                function: Any = it.fget if isinstance(it, property) else it
                if isinstance(function, FunctionType) and function.__module__ == module.__name__:
                    found[f"{module.__name__.removeprefix('wiretally.tui.')}:{function.__qualname__}"] = function
    return {
        name: it
        for name, it in found.items()
        if not it.__code__.co_freevars and not (name in NETS or "<lambda>" in name)
    }


FUNCTIONS: Final = _functions()
NAMED: Final = os.environ.get("WIRETALLY_FAULT_SCREEN", "").split()
CHOSEN: Final = sorted(NAMED or random.Random(LIVES).sample(sorted(FUNCTIONS), SAMPLE))


def _broken(*args: object, **kwargs: object) -> None:
    from tests.faults.planted import meet  # among another module's globals

    meet()


def _broken_generator(*args: object, **kwargs: object) -> Generator[None]:
    from tests.faults.planted import meet

    meet()
    yield


async def _broken_coroutine(*args: object, **kwargs: object) -> None:
    from tests.faults.planted import meet

    meet()


@contextmanager
def _planted(function: FunctionType) -> Generator[None]:
    """Break it wherever it is referred to: its code is exchanged."""
    code = function.__code__
    kinds = {CO_GENERATOR: _broken_generator, CO_COROUTINE: _broken_coroutine, 0: _broken}
    kind = next(kind for flag, kind in kinds.items() if not flag or code.co_flags & flag)
    function.__code__ = cast(FunctionType, kind).__code__
    try:
        yield
    finally:
        function.__code__ = code
        vars(function).pop("_param_count", None)  # what Textual has noted of the broken one


PAUSE: Final = "a pause for what is read meanwhile"


def _walk() -> list[str]:
    """Every key there is, but those that end the screen: on the list, in each tab, in the Inspector."""
    keys = {
        place: [key.keys.split(",")[0] for key in KEYS if key.place == place] for place in ("app", "list", "inspector")
    }
    ends = {"q", "ctrl+q", "ctrl+p", "question_mark", "slash", "escape", "W"}
    walk = [key for key in keys["list"] if key not in {*ends, "enter", "tab", "shift+tab"}]
    walk += [
        "slash",
        "m",
        "o",
        "d",
        "enter",
        "escape",
        "escape",
        "question_mark",
        "escape",
        "ctrl+p",
        "s",
        "escape",
        "W",
        "escape",
    ]
    walk += [key for key in keys["app"] if key not in ends]
    walk += ["1", "enter", *(key for key in keys["inspector"] if key not in ends), "slash", "a", "enter", "n", "escape"]
    return [*walk, PAUSE, "escape", "escape"]


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Home:
    """A home with calls of every sort."""
    home = Home(tmp_path_factory.mktemp("screen") / "home").make()
    store = Store(home.database)
    store.save([*traffic(40), *(entry(number) for number in range(100, 120))])
    store.close()
    return home


async def _watched(app: WiretallyApp) -> bool:
    """Walk through the screen; whether it told of the bug on the way. Raises what ended it."""
    told = False
    async with app.run_test(size=(120, 36)) as pilot:
        await pilot.pause(0.3)
        for key in _walk():
            await (pilot.pause(0.3) if key == PAUSE else pilot.press(key))
            told = told or _tells(app)
        await pilot.pause(0.3)
        end = time.monotonic() + 20
        while MET and not (told := told or _tells(app)) and time.monotonic() < end:
            await pilot.pause(0.1)  # what a thread met last is on its way
        return told


def _tells(app: WiretallyApp) -> bool:
    """On the screen, or in a toast on its way there."""
    with suppress(Exception):  # a screen that is ending
        notices: Any = app
        return SAYS in screen_text(app) or any(SAYS in notice.message for notice in notices._notifications)
    return False


@pytest.mark.parametrize("name", CHOSEN)
async def test_a_bug_in_the_screen_is_survived_or_ends_in_one_line(
    place: Home, name: str, capfd: pytest.CaptureFixture[str]
) -> None:
    log = place.path / "tui.log"
    log.unlink(missing_ok=True)
    MET.clear()
    app = WiretallyApp(Options(place, clock=lambda: START + 1000.0))
    told, ending = False, None
    with _planted(FUNCTIONS[name]):
        try:
            told = await _watched(app)
        except Exception as error:  # noqa: BLE001 whatever it is, it must be what was planted
            ending = error
    if ending is not None:
        assert SAYS in repr(ending), ending
        assert log.read_text().count(f"RuntimeError: {SAYS}") == 1
        said = f"wiretally: the screen failed: RuntimeError: {SAYS}. The log is {log}; recording goes on."
        printed = capfd.readouterr().err  # by the process: at its end the app has sys.stderr for itself
        assert "".join(printed.splitlines()) == said  # as wide as this terminal is
    elif MET:
        assert told, f"{name} failed {len(MET)} times, and nobody was told"
        assert log.read_text().count(f"RuntimeError: {SAYS}") == 1
    if MET:
        record(Result("bug planted in a function of the screen", 1, 0))
