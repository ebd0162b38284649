"""Whatever a model says and however small the place: every line is exactly as wide as the widget."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import Struct
from msgspec.structs import replace
from rich.cells import cell_len

from tests.widgets import samples
from widgets import (
    banner,
    checklist,
    findings,
    footer,
    gates,
    happenings,
    kill_dialog,
    ladder,
    message,
    runbook,
    signals,
    timeline,
    walk,
)
from widgets.findings import FindingsModel
from widgets.form import AdviceModel, QuestionModel, advice_lines, question_lines
from widgets.gates import GateRow, GatesModel
from widgets.happenings import HappeningRow, HappeningsModel
from widgets.line import Line, Role, cells, plain_text
from widgets.look import ASCII, UNICODE, Look
from widgets.marks import Mark
from widgets.runbook import RunbookModel
from widgets.walk import SeenRow, WalkModel

Paint = Callable[[Any, int, int, Look], tuple[Line, ...]]

CASES: list[tuple[Paint, Any]] = [
    (banner.paint, samples.BANNER),
    (signals.paint, samples.SIGNALS),
    (checklist.paint, samples.CHECKLIST),
    (timeline.paint, samples.TIMELINE),
    (ladder.paint, samples.LADDER),
    (ladder.paint, samples.LADDER_AFTER),
    (kill_dialog.paint, samples.DIALOG),
    (footer.paint, samples.FOOTER),
    (message.paint, samples.MESSAGE),
    (message.paint, replace(samples.MESSAGE, title="wait")),
    (findings.paint, FindingsModel(("journal: it cannot be read", "history: full"), "! all")),
    (
        gates.paint,
        GatesModel(
            "6 of 8",
            (
                GateRow(Mark.FAIL, "nightly eval", "last night did not run", keys="↵  w waive"),
                GateRow(Mark.PASS, "kill switch tested", "in production, 0.9 s", "Jonas Ek", "30 Nov"),
                GateRow(Mark.UNKNOWN, "signals answered", "0 of 7", apart=True),
            ),
            cursor=1,
            foot=("↵ says what to do",),
        ),
    ),
    (
        walk.paint,
        WalkModel(
            Mark.UNKNOWN,
            "on-call knows the runbook",
            "everybody has read it",
            "nobody should look for the flag",
            "3 of 4",
            (SeenRow(Mark.PASS, "Jonas Ek  version 7"), SeenRow(None, "runbooks/a.md")),
            where="gate 2 of 8",
            missing="Priya has not read it",
            fix="she reads it with 4",
            said="Jonas: ramp Thursday",
        ),
    ),
    (
        happenings.paint,
        HappeningsModel(
            (
                HappeningRow("Mon 23 Nov", "23:59:59", "note", "told Kim", "Mara"),
                HappeningRow("Tue 24 Nov", "03:00:12", "verdict", "error rate WATCH → BREACH", "console"),
            ),
            cursor=0,
            below=2,
        ),
    ),
    (
        lambda model, width, height, look: tuple(question_lines(model, width, look)[:height]),
        QuestionModel("attest", (("asked", "was it pulled?"), ("", "You vouch for it."))),
    ),
    (
        lambda model, width, height, look: tuple(advice_lines(model, width, look)[:height]),
        AdviceModel("2026-12-24 or 30d", wrong=True, column=4),
    ),
    (
        runbook.paint,
        RunbookModel("runbook", ((("Kill.", Role.PLAIN), (" Tell.", Role.DIM)),) * 30, 3, "true"),
    ),
]

# Letters of several scripts, wide and combining ones, and what a terminal would obey or hide.
_TEXT = st.text(
    st.one_of(
        st.sampled_from("abcdefgh ,.:%5[]/@=…→✓·漢字がｱ\u0301\u200b\u202e\x1b\x07\n\x9b\u200d\ufe0f👩💻🇫🇷é"),
        st.characters(),
    ),
    max_size=60,
)


def _with_texts(value: Any, texts: list[str]) -> Any:
    """The same model with every text in it replaced, in turn, by one of `texts`."""
    if isinstance(value, str):
        text = texts.pop(0)
        texts.append(text)
        return text
    if isinstance(value, tuple):
        return tuple(_with_texts(each, texts) for each in value)
    if isinstance(value, Struct):
        return replace(
            value, **{name: _with_texts(getattr(value, name), texts) for name in value.__struct_fields__}
        )
    return value


def _assert_exact(lines: tuple[Line, ...], width: int, height: int) -> None:
    assert len(lines) <= height
    for line in lines:
        assert cell_len(plain_text(line)) == width
        assert len(list(cells(line))) == width


@pytest.mark.parametrize("look", [UNICODE, ASCII], ids=["unicode", "ascii"])
@pytest.mark.parametrize(("paint", "model"), CASES)
def test_every_line_has_exactly_the_widgets_width_at_every_size(paint: Paint, model: Any, look: Look) -> None:
    for width in (*range(0, 12), *range(12, 201, 7), 80, 120):
        for height in (0, 1, 2, 3, 5, 8, 13, 20, 40):
            _assert_exact(paint(model, width, height, look), width, height)


@given(
    case=st.sampled_from(CASES),
    texts=st.lists(_TEXT, min_size=1, max_size=8),
    width=st.integers(1, 200),
    height=st.integers(0, 45),
    look=st.sampled_from([UNICODE, ASCII]),
)
def test_every_line_has_exactly_the_widgets_width_whatever_the_model_says(
    case: tuple[Paint, Any], texts: list[str], width: int, height: int, look: Look
) -> None:
    paint, model = case
    lines = paint(_with_texts(model, texts), width, height, look)
    _assert_exact(lines, width, height)
    for line in lines:
        shown = plain_text(line)
        assert shown.isprintable()
        assert not look.plain or shown.isascii()


@pytest.mark.parametrize(("paint", "model"), CASES)
def test_the_ascii_look_has_only_ascii(paint: Paint, model: Any) -> None:
    for width in (40, 80, 120):
        for height in (5, 15, 40):
            assert all(plain_text(line).isascii() for line in paint(model, width, height, ASCII))
