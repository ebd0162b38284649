"""A text that is scrolled."""

from __future__ import annotations

from msgspec.structs import replace

from tests.widgets.samples import text_of
from widgets.line import Line, Role
from widgets.look import UNICODE
from widgets.runbook import RunbookModel, last_top, paint

LINES: tuple[Line, ...] = tuple(
    ((f"{n}  ", Role.TITLE), ("Kill. Then tell.", Role.PLAIN)) for n in range(1, 31)
)
RUNBOOK = RunbookModel("runbook, support-drafts", LINES, note="true at 03:09")


def test_the_rule_says_what_is_read_and_where_one_is() -> None:
    assert text_of(paint(replace(RUNBOOK, top=4), 70, 4, UNICODE)) == [
        "─ runbook, support-drafts ──────────────── true at 03:09 · 5-7 of 30 ─",
        "5  Kill. Then tell.".ljust(70),
        "6  Kill. Then tell.".ljust(70),
        "7  Kill. Then tell.".ljust(70),
    ]


def test_one_cannot_scroll_past_either_end() -> None:
    assert text_of(paint(replace(RUNBOOK, top=-5), 60, 5, UNICODE))[1].startswith("1  Kill")
    assert text_of(paint(replace(RUNBOOK, top=999), 60, 5, UNICODE))[-1].startswith("30  Kill")
    assert last_top(30, 5) == 26
    assert last_top(3, 5) == 0


def test_a_text_that_fits_needs_no_position() -> None:
    [head, *_] = text_of(paint(replace(RUNBOOK, lines=LINES[:2]), 60, 5, UNICODE))
    assert "of 2" not in head


def test_a_line_that_is_too_long_is_cut_with_a_sign() -> None:
    long = replace(RUNBOOK, lines=((("tell everyone " * 10, Role.PLAIN), ("more", Role.DIM)),))
    assert text_of(paint(long, 40, 3, UNICODE))[1] == "tell everyone tell everyone tell everyo…"
