from importlib import import_module
from pkgutil import walk_packages

from textual.binding import Binding, BindingsMap
from textual.dom import DOMNode
from wiretally import tui
from wiretally.tui.keys import KEYS, bindings, by_group, clashes, configured, footer, places_of


def test_no_key_does_two_things_in_one_place() -> None:
    assert clashes(configured({}), {key.id: key.keys for key in KEYS}) == []


def test_keys_are_set_by_id_and_what_is_wrong_with_one_is_said() -> None:
    chosen = {"pause": "?, ctrl+h", "yes": "j", "pauze": "p", "follow": ""}
    keys = configured(chosen)
    assert (keys["pause"].keys, keys["pause"].shown, keys["pause"].all_shown) == ("question_mark,ctrl+h", "?", "? ^h")
    assert keys["yes"].all_shown == "j"
    assert keys["follow"].keys == "f"
    assert keys["quit"] in KEYS
    assert clashes(keys, chosen) == [
        "pause = '?' is what help is on",
        "there is no key 'pauze'; the help lists them",
        "follow is set to nothing; it stays on f",
    ]


def test_every_key_of_the_screen_is_of_the_table() -> None:
    """No class of ours binds a key of its own, so all of them are in the help, in the docs and to be set."""
    for module in (name for _, name, _ in walk_packages(tui.__path__, "wiretally.tui.")):
        for kind in vars(import_module(module)).values():
            if isinstance(kind, type) and kind.__module__ == module and issubclass(kind, DOMNode):
                own = BindingsMap(vars(kind).get("BINDINGS", ()))
                ids = {binding.id for found in own.key_to_bindings.values() for binding in found}
                assert ids <= {key.id for key in KEYS}, kind


def test_ids_are_unique_and_everything_is_explained() -> None:
    assert len({key.id for key in KEYS}) == len(KEYS)
    assert all(key.label and key.tooltip and key.group and key.shown for key in KEYS)
    assert sum(len(keys) for keys in by_group().values()) == len(KEYS)


def test_bindings_carry_id_and_tooltip() -> None:
    made = [binding for binding in bindings("list") if isinstance(binding, Binding)]
    assert {binding.id for binding in made} == {key.id for key in KEYS if key.place == "list"}
    assert all(binding.tooltip for binding in made)


def test_the_footer_names_sorting_where_a_table_can_be_sorted() -> None:
    assert "table.sort" in {key.id for key in footer(places_of("cost"))}
    assert "table.sort" not in {key.id for key in footer(places_of("alarms"))}


def test_the_footer_names_the_inspectors_keys_alone_over_the_inspector() -> None:
    assert {key.place for key in footer(("app", "list"))} == {"app", "list"}
    assert [key.id for key in footer(("inspector", "app")) if key.place == "app"] == ["help", "palette"]
