from pathlib import Path

import pytest
from wiretally.tui.crash import CrashReport, written


def test_the_line_names_the_cause_and_the_log_which_holds_the_rest(tmp_path: Path) -> None:
    log = tmp_path / "tui.log"
    try:
        raise ValueError("a bug")
    except ValueError as error:
        said = written(error, log)
    assert said == f"wiretally: the screen failed: ValueError: a bug. The log is {log}; recording goes on."
    assert "raise ValueError" in log.read_text()
    assert log.stat().st_mode & 0o777 == 0o600


def test_a_log_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    said = written(ValueError("a bug"), tmp_path / "missing" / "tui.log")
    assert "could not be written" in said


def test_what_fails_while_the_screen_is_taken_down_is_told_and_logged(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    class Failing(CrashReport):
        crash_log = tmp_path / "tui.log"

        def on_mount(self) -> None:
            self.call_later(self.exit)

        def on_unmount(self) -> None:
            raise ValueError("on the way down")

    screen = Failing()
    screen.run(headless=True)
    assert screen.return_code == 1
    assert "the screen failed: ValueError: on the way down" in capsys.readouterr().err
    assert screen.crash_log.read_text().count("raise ValueError") == 1
