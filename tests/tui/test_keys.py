from textual.binding import Binding
from wiretally.tui.keys import KEYS, bindings, by_group, footer


def test_no_key_does_two_things_in_one_place() -> None:
    for places in (("app", "list"), ("inspector",)):
        taken = [name for key in KEYS if key.place in places for name in key.keys.split(",")]
        assert len(taken) == len(set(taken)), sorted(name for name in taken if taken.count(name) > 1)


def test_ids_are_unique_and_everything_is_explained() -> None:
    assert len({key.id for key in KEYS}) == len(KEYS)
    assert all(key.label and key.tooltip and key.group and key.shown for key in KEYS)
    assert sum(len(keys) for keys in by_group().values()) == len(KEYS)


def test_bindings_carry_id_and_tooltip() -> None:
    made = [binding for binding in bindings("list") if isinstance(binding, Binding)]
    assert {binding.id for binding in made} == {key.id for key in KEYS if key.place == "list"}
    assert all(binding.tooltip for binding in made)


def test_the_footer_names_the_inspectors_keys_alone_over_the_inspector() -> None:
    assert {key.place for key in footer(("app", "list"))} == {"app", "list"}
    assert [key.id for key in footer(("inspector", "app")) if key.place == "app"] == ["help", "palette"]
