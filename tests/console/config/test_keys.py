"""Keys can be moved, but the kill and the way out can always be found."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from console.config import load
from console.config.keyboard import NAMED, read_key, shown, types
from console.config.keys import rebind
from console.tui.actions import ACTIONS, TYPED_ON, Action

FEATURE = """
[[feature]]
key = "drafts"
environment = "production"
[feature.flag]
provider = "unleash"
url = "http://127.0.0.1:4242"
token = "env:T"
key = "k"
"""
IDS = sorted({action.id for action in ACTIONS})


def bind(**wanted: str) -> tuple[tuple[Action, ...], tuple[str, ...]]:
    return rebind(ACTIONS, {name: (key,) for name, key in wanted.items()}, typed_on=TYPED_ON)


def keys(actions: tuple[Action, ...], name: str, screen: str) -> set[str]:
    return {
        key for action in actions if action.id == name and screen in action.screens for key in action.keys
    }


def test_keys_are_read_as_people_write_them(tmp_path: Path) -> None:
    path = tmp_path / "console.toml"
    path.write_text('[keys]\nnote = ["N", "F6"]\nspan = "]"\nhelp = "Ctrl+P"\ninto = "esc"\n' + FEATURE)
    config = load(path)
    assert config.faults == ()
    assert config.keys == {
        "note": ("N", "f6"),
        "span": ("right_square_bracket",),
        "help": ("ctrl+p",),
        "into": ("escape",),
    }


def test_without_wishes_everything_stays_where_it_was() -> None:
    assert bind() == (ACTIONS, ())


def test_an_action_moves_to_the_key_that_was_wanted_and_is_printed_so() -> None:
    actions, refused = bind(note="f6")
    assert refused == ()
    (note,) = [action for action in actions if action.id == "note"]
    assert (note.keys, note.shown) == (("f6",), "F6")


def test_two_actions_can_change_places() -> None:
    actions, refused = bind(checklist="5", timeline="2")
    assert refused == ()
    assert keys(actions, "checklist", "signals") == {"5"}
    assert keys(actions, "timeline", "signals") == {"2"}


@pytest.mark.parametrize(("name", "fixed", "more"), [("kill", "K", "f9"), ("quit", "q", "f10")])
def test_the_kill_and_the_way_out_keep_their_keys_beside_new_ones(name: str, fixed: str, more: str) -> None:
    actions, refused = bind(**{name: more})
    assert refused == ()
    assert keys(actions, name, "signals") == {fixed, more}
    assert next(action for action in actions if action.id == name).shown == fixed


@pytest.mark.parametrize(
    ("wanted", "words"),
    [
        ({"kil": "f9"}, ["`kil`", "Did you mean `kill`?"]),
        ({"note": "q"}, ["`note` cannot be on q", "always is `quit`"]),
        ({"note": "K"}, ["`note` cannot be on K", "always is `kill`"]),
        ({"kill": "k"}, ["`kill` cannot be on k", "capitals"]),
        ({"kill": "question_mark"}, ["`kill` cannot be on ?"]),
        ({"note": "N"}, ["`note` cannot be on N", "this does not"]),
        ({"note": "2"}, ["`note` cannot be on 2, which is `checklist` on the screen of"]),
        ({"requests": "x"}, ["`requests`", "letters are typed", "F2"]),
    ],
)
def test_what_cannot_be_had_is_refused_with_a_sentence_and_stays(
    wanted: dict[str, str], words: list[str]
) -> None:
    actions, (sentence,) = bind(**wanted)
    assert actions == ACTIONS
    assert sentence.startswith("console.toml: [keys] ")
    for word in words:
        assert word in sentence


def test_a_clash_takes_one_wish_and_leaves_the_others() -> None:
    actions, refused = bind(note="f6", refresh="f6", arming="f7")
    assert len(refused) == 1
    assert keys(actions, "note", "signals") == {"f6"}
    assert keys(actions, "refresh", "signals") == {"r"}
    assert keys(actions, "arming", "signals") == {"f7"}


def test_help_on_a_letter_leaves_the_letters_to_where_they_are_typed() -> None:
    actions, refused = bind(help="v")
    assert refused == ()
    assert keys(actions, "help", "signals") == {"v"}
    assert "v" not in keys(actions, "help", "dialog")
    assert keys(actions, "help", "dialog") == {"f1"}


@given(
    st.dictionaries(
        st.sampled_from([*IDS, "zebra"]),
        st.lists(st.sampled_from([*"abkKqQR219?]", *NAMED, "ctrl+p", "alt+k"]), min_size=1, max_size=2).map(
            lambda given: tuple(read_key(key, "keys", "x") for key in given)
        ),
        max_size=8,
    )
)
def test_whatever_is_wanted_no_key_does_two_things_and_none_is_lost(
    wanted: dict[str, tuple[str, ...]],
) -> None:
    actions, refused = rebind(ACTIONS, wanted, typed_on=TYPED_ON)
    doing: dict[tuple[str, str], str] = {}
    for action in actions:
        for screen in action.screens:
            for key in action.keys:
                assert doing.setdefault((screen, key), action.id) == action.id
    before = {(action.id, screen) for action in ACTIONS for screen in action.screens if action.keys}
    after = {(action.id, screen) for action in actions for screen in action.screens if action.keys}
    assert before <= after, "what could be done can still be done"
    for action in ACTIONS:
        if action.id in ("kill", "quit") and action.keys:
            for screen in action.screens:
                assert doing[screen, action.keys[0]] == action.id
    assert len(refused) <= len(wanted)
    for sentence in refused:
        assert sentence.isprintable()


@pytest.mark.parametrize("key", [*"az09AZ?!]~", "space", "f2", "enter", "ctrl+p", "pageup"])
def test_a_key_that_is_shown_is_read_back(key: str) -> None:
    named = read_key(key, "keys", "x")
    assert named == (key if key.isalnum() or len(key) > 1 else named)
    assert types(named) is (len(key) == 1 or key == "space")
    if len(key) == 1 or key.startswith("f"):
        assert read_key(shown(named), "keys", "x") == named


def test_the_names_of_signs_are_those_of_the_screen() -> None:
    from textual.keys import _character_to_key

    for character in map(chr, range(33, 127)):
        assert read_key(character, "keys", "x") == _character_to_key(character)
