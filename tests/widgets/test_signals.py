"""The seven signals in each of their forms."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from tests.widgets.samples import ERRORS, SIGNALS, text_of
from widgets.line import Role
from widgets.look import ASCII, UNICODE
from widgets.marks import State
from widgets.signals import SignalsModel, paint


def test_at_80_columns_each_signal_has_two_lines_in_their_columns() -> None:
    lines = text_of(paint(SIGNALS, 80, 15, UNICODE))
    assert len(lines) == 15
    assert lines[:7] == [
        "─ signals ─────────────────────────────────────────────── last 60 min        n ─",
        " ■ BREACH  error rate    36.8 %  ━━━━┃╌╌╌╌╌╌╌╌▶ < 1 %     ▁▁▁▁▁▁▁▁████    14/38 ",
        "           schema 13, time-out 1; all on answers after 02:58           03:11:04 ",
        " ▲ WATCH   thumbs-down    9.1 %  ━━━━━━◆┃╌╌╌╌╌╌ < 10 %    ▃▃▃▃▃▃▃▃▃▃▄▄   22/241 ",
        "           upper bound 13 %: in band, not proven; rated 31 %           03:11:02 ",
        " ○ TOO FEW latency p95    4.6 s  ╌╌╌┃━━━╋◆━┃╌╌╌ ±10 %     ▄▄▄▄▄▄▄▄▄▄▄▄  241/400 ",
        "           needs 159 more answers, ~2 h at this rate                   03:11:04 ",
    ]
    assert lines[13:] == [
        " ● OK      injection    9 tries                 shape                  0 passed ",
        "           6 leak, 3 role play: shape as before; 3 sources             03:11:01 ",
    ]


def test_beside_the_checklist_each_signal_has_four_lines_with_two_rows_of_history() -> None:
    lines = text_of(paint(SIGNALS, 77, 29, UNICODE))
    assert len(lines) == 29
    assert lines[:9] == [
        "─" * 77,
        " ■ BREACH  error rate         36.8 %  14 of 38 answers, 30 min  since 02:58  ",
        "     0 ━━━━━━━┃╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌▶ 4 %                          ▂█████████  ",
        "       healthy < 1 %                         ▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄██████████  ",
        "       schema 13, time-out 1; all on answers after 02:58           03:11:04  ",
        " ▲ WATCH   thumbs-down         9.1 %  22 of 241 answers, today  since 03:06  ",
        "     0 ━━━━━━━━━━━━◆━┃╌╌╌╌╌╌╌╌╌╌╌╌╌ 20 %                                     ",
        "       healthy < 10 %                        ▆▆▆▆▆▆▆▆▆▆▆▆▆▆▆▆▆▆▆▆▆▆▆▆▇▇▇▇▇▇  ",
        "       upper bound 13 %: in band, not proven; rated 31 %           03:11:02  ",
    ]
    assert lines[9:12] == [
        " ○ TOO FEW latency p95         4.6 s  241 of 400 answers        since 00:00  ",
        "   -25 ╌╌╌╌╌╌╌┃━━━━━╋━◆━━━┃╌╌╌╌╌╌╌ +25 %                                     ",
        "       healthy ±10 % of 4.4 s; p50 1.9 s     ▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄  ",
    ]


@pytest.mark.parametrize(
    ("width", "height", "lines_each"),
    [(80, 15, 2), (77, 29, 4), (200, 29, 4), (76, 29, 2), (60, 15, 2), (52, 15, 1), (80, 14, 1), (80, 8, 1)],
)
def test_the_richest_form_that_fits_is_drawn(width: int, height: int, lines_each: int) -> None:
    assert len(paint(SIGNALS, width, height, UNICODE)) == 7 * lines_each + 1


def test_narrower_than_80_first_the_history_goes_then_the_gauge_then_the_second_line() -> None:
    def has(width: int) -> tuple[bool, bool, bool]:
        shown = "\n".join(text_of(paint(SIGNALS, width, 15, UNICODE)))
        return "▁▁" in shown, "━━" in shown, "schema" in shown

    assert has(80) == (True, True, True)
    assert has(70) == (False, True, True)
    assert has(60) == (False, False, True)
    assert has(45) == (False, False, False)


def test_state_value_and_count_stand_even_at_40_columns() -> None:
    first = text_of(paint(SIGNALS, 40, 8, UNICODE))[1]
    assert first == " ■ BREACH  error rate    36.8 %   14/38 "


def test_with_fewer_rows_than_signals_those_in_band_go_first() -> None:
    lines = text_of(paint(SIGNALS, 80, 4, UNICODE))
    assert [line[3:10].strip() for line in lines] == ["BREACH", "WATCH", "TOO FEW", "TOO FEW"]


def test_only_a_breach_is_drawn_in_the_accent_and_only_its_first_line() -> None:
    lines = paint(SIGNALS, 80, 15, UNICODE)
    loud = [index for index, line in enumerate(lines) if any(role is Role.DANGER for _, role in line)]
    assert loud == [1]


def test_each_state_has_its_own_glyph_and_word() -> None:
    model = SignalsModel(tuple(replace(ERRORS, state=state) for state in State))
    for look in (UNICODE, ASCII):
        heads = [line[1:10].strip() for line in text_of(paint(model, 80, 9, look))[1:]]
        assert len({head[0] for head in heads}) == len(State)
        assert [head[2:] for head in heads] == [state.value for state in State]


def test_a_cursor_stands_before_the_selected_signal_in_every_form() -> None:
    chosen = replace(SIGNALS, selected=1)
    for width, height in ((80, 15), (77, 29), (80, 8)):
        marked = [line for line in text_of(paint(chosen, width, height, UNICODE)) if line.startswith("▸")]
        assert len(marked) == 1
        assert "thumbs-down" in marked[0]


def test_a_title_or_a_value_that_is_too_long_leaves_the_other_columns_alone() -> None:
    long = replace(ERRORS, title="a title that is much too long", value="123,456.7 %", count="123456/123456")
    [_, line, *_] = text_of(paint(SignalsModel((long,)), 80, 3, UNICODE))
    assert line[32:47] == text_of(paint(SIGNALS, 80, 15, UNICODE))[1][32:47]
    assert "123,456.7 %" in line
    assert line.endswith("… ")


def test_with_fewer_rows_than_signals_the_one_under_the_cursor_stands_whatever_its_state() -> None:
    calm = SIGNALS.signals.index(next(one for one in SIGNALS.signals if one.state is State.OK))
    lines = text_of(paint(replace(SIGNALS, selected=calm), 80, 3, UNICODE))
    assert sum(line.startswith("▸● OK") for line in lines) == 1
    assert any("BREACH" in line for line in lines)
