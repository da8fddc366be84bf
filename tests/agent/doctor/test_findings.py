"""Only a failure is a failure."""

from wiretally.agent.doctor.findings import Finding, is_sound, ok, skipped


def test_warnings_and_skips_are_sound_and_a_failure_is_not() -> None:
    fine = [ok("a", "x"), skipped("b", "y"), Finding("c", "warning", "w", "why", "cure")]
    assert is_sound(fine) and is_sound([])
    assert not is_sound([*fine, Finding("d", "failed", "z", "why", "cure")])
