"""The tail of the timeline."""

from __future__ import annotations

from msgspec.structs import replace

from tests.widgets.samples import TIMELINE, text_of
from widgets.look import UNICODE
from widgets.timeline import paint


def test_rows_stand_in_their_columns_under_a_rule() -> None:
    assert text_of(paint(TIMELINE, 80, 5, UNICODE)) == [
        "─ timeline ───────────────────────────────────────────────────────────── 5 all ─",
        "  02:57:40  provider   model alias resolves to a new snapshot               log ",
        "  03:00:12  verdict    error rate WATCH → BREACH                        console ",
        "  03:09:02  arming     proven again: token may write, no approval gate  console ",
        "  03:10:50  look       Mara Voss opened signals                             ssh ",
    ]


def test_the_newest_rows_are_the_ones_that_stay() -> None:
    lines = text_of(paint(TIMELINE, 80, 3, UNICODE))
    assert [line[2:10] for line in lines[1:]] == ["03:09:02", "03:10:50"]


def test_the_rule_meets_the_border_above_it() -> None:
    [head] = text_of(paint(replace(TIMELINE, title="", hint="", joint=77), 120, 1, UNICODE))
    assert head == "─" * 77 + "┴" + "─" * 42


def test_a_text_that_is_too_long_is_cut_before_its_source() -> None:
    [_, line, *_] = text_of(paint(TIMELINE, 60, 5, UNICODE))
    assert line == "  02:57:40  provider   model alias resolves to a new…   log "


def test_in_a_narrow_place_the_source_gives_way_to_the_text() -> None:
    lines = text_of(paint(TIMELINE, 50, 5, UNICODE))
    assert not lines[3].rstrip().endswith("console")
    assert "proven again" in lines[3]
