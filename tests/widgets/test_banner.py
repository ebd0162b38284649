"""The banner at many widths: what may go, goes in order; what may not, never does."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from tests.widgets.samples import BANNER, text_of
from widgets.banner import paint
from widgets.line import Role
from widgets.look import ASCII, UNICODE
from widgets.marks import State, Tone


def test_at_80_columns_the_banner_reads_as_drawn() -> None:
    assert text_of(paint(BANNER, 80, 3, UNICODE)) == [
        "▌PRODUCTION▐ support-drafts   flag support-drafts-ai  ON  25 %     Tue 03:11:08 ",
        " ■ BREACH  error rate 36.8 %: 14 of 38 answers failed, since 02:58       K kill ",
        " ARMED ✓ 03:09 · 2 levers · drilled 6 days ago   on call Mara Voss · also Jonas ",
    ]


def test_at_120_columns_the_long_forms_are_used() -> None:
    assert text_of(paint(BANNER, 120, 3, UNICODE)) == [
        "▌PRODUCTION▐ Support draft replies   flag support-drafts-ai  ON  stage 25 % (day 2 of 2)"
        "             Tue 03:11:08 -0500 ",
        " ■ BREACH  error rate 36.8 %: 14 of 38 answers failed, since 02:58"
        "                                               K kill ",
        " ARMED ✓ proven 03:09 · lever 1 unleash, lever 2 command · drilled 6 days ago"
        "    on call Mara Voss · also Jonas (evals) ",
    ]


def test_a_mode_stands_beside_the_environment_and_the_gaps_close_for_it() -> None:
    held = replace(BANNER, modes=("HELD",))
    assert text_of(paint(held, 80, 1, UNICODE)) == [
        "▌PRODUCTION▐▌HELD▐ support-drafts  flag support-drafts-ai  ON 25 % Tue 03:11:08 "
    ]
    read_only = replace(BANNER, modes=("READ-ONLY",))
    assert text_of(paint(read_only, 80, 1, UNICODE)) == [
        "▌PRODUCTION▐▌READ-ONLY▐ support-drafts  flag support-drafts-ai ON 25 % 03:11:08 "
    ]


def test_the_speed_of_an_embedded_world_stands_in_the_first_line() -> None:
    demo = replace(BANNER, environment="DEMO", real_users=False, extra="x 60", flag_detail=("25 %",))
    [line] = paint(demo, 80, 1, UNICODE)
    assert text_of((line,)) == [
        "▌DEMO▐ support-drafts   flag support-drafts-ai  ON  25 %   x 60    Tue 03:11:08 "
    ]
    assert line[0] == ("▌DEMO▐", Role.PLAYGROUND)


def test_real_users_give_the_environment_its_own_look() -> None:
    [line] = paint(BANNER, 80, 1, UNICODE)
    assert line[0] == ("▌PRODUCTION▐", Role.ENVIRONMENT)


@pytest.mark.parametrize("modes", [(), ("READ-ONLY",), ("HELD", "REPLAY")])
def test_environment_state_arming_and_clock_are_never_dropped(modes: tuple[str, ...]) -> None:
    for width in range(40, 201):
        first, second, third = text_of(paint(replace(BANNER, modes=modes), width, 3, UNICODE))
        assert "▌PRODUCTION▐" in first
        assert " ON " in first
        assert first.endswith("03:11:08 ") or first.endswith("03:11:08 -0500 ")
        assert second.startswith(" ■ BREACH  error rate 36.8 %")
        assert third.startswith(" ARMED ✓")


def test_who_else_goes_before_the_drill_the_drill_before_who_is_on_call() -> None:
    seen = [text_of(paint(BANNER, width, 3, UNICODE))[2] for width in range(120, 39, -1)]
    gone = {
        word: next(index for index, line in enumerate(seen) if word not in line)
        for word in ("also Jonas", "drilled", "on call")
    }
    assert gone["also Jonas"] <= gone["drilled"] <= gone["on call"]


def test_the_title_goes_before_the_flag_key() -> None:
    for width in range(120, 39, -1):
        [line] = text_of(paint(BANNER, width, 1, UNICODE))
        if "support-drafts-ai" not in line:
            assert "support-drafts " not in line


def test_the_verdict_line_is_the_accent_only_when_told() -> None:
    loud = paint(BANNER, 80, 3, UNICODE)[1]
    assert {role for text, role in loud if text.strip()} == {Role.DANGER}
    calm = replace(BANNER, state=State.OK, word="", verdict="all seven in band", verdict_tone=Tone.PLAIN)
    line = paint(calm, 80, 3, UNICODE)[1]
    assert {role for _, role in line} == {Role.PLAIN}
    assert text_of((line,))[0].startswith(" ● all seven in band")


def test_a_hint_gives_way_to_the_verdict() -> None:
    lines = text_of(paint(BANNER, 70, 3, UNICODE))
    assert "since 02:58" in lines[1]
    assert "K kill" not in lines[1]


def test_without_unicode_the_words_say_the_same() -> None:
    assert text_of(paint(BANNER, 80, 3, ASCII)) == [
        "[PRODUCTION] support-drafts   flag support-drafts-ai  ON  25 %     Tue 03:11:08 ",
        " # BREACH  error rate 36.8 %: 14 of 38 answers failed, since 02:58       K kill ",
        " ARMED + 03:09 . 2 levers . drilled 6 days ago   on call Mara Voss . also Jonas ",
    ]
