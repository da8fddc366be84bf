from pathlib import Path

from wiretally.tui.crash import written


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
