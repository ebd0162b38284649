"""The footer fits the width, and says why a key does nothing."""

from __future__ import annotations

from tests.widgets.samples import FOOTER, text_of
from widgets.footer import FooterModel, KeyModel, paint
from widgets.line import Role
from widgets.look import UNICODE


def _line(model: FooterModel, width: int) -> str:
    return text_of(paint(model, width, 1, UNICODE))[0]


def test_at_80_columns_it_reads_as_drawn() -> None:
    assert _line(FOOTER, 80) == (
        " K kill  4 runbook  ↵ why  5 timeline  n note  c card            ? help  q quit "
    )


def test_groups_stand_farther_apart_than_keys() -> None:
    model = FooterModel(((KeyModel("K", "kill"),), (KeyModel("2", "checklist"), KeyModel("4", "runbook"))))
    assert _line(model, 40).rstrip() == " K kill   2 checklist  4 runbook"


def test_short_of_room_the_least_important_keys_go_and_help_and_quit_stay() -> None:
    assert _line(FOOTER, 60) == " K kill  4 runbook  5 timeline  c card       ? help  q quit "
    assert _line(FOOTER, 40) == " K kill  c card          ? help  q quit "
    assert _line(FOOTER, 20) == "     ? help  q quit "


def test_a_key_that_does_nothing_here_is_dim_and_says_why() -> None:
    off = KeyModel("K", "kill", enabled=False, reason="read-only", rank=9)
    model = FooterModel(((off, KeyModel("n", "note")),), FOOTER.right)
    [line] = paint(model, 60, 1, UNICODE)
    assert text_of((line,))[0].startswith(" K kill (read-only)  n note ")
    assert line[1] == ("K kill (read-only)  ", Role.DIM)


def test_a_reason_goes_before_its_key() -> None:
    off = KeyModel("K", "kill", enabled=False, reason="read-only", rank=9)
    assert _line(FooterModel(((off,),), FOOTER.right), 30) == " K kill        ? help  q quit "
