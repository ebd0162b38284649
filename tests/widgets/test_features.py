"""The table of all features: what a row says, and what is dropped where room is short."""

from __future__ import annotations

import pytest
from msgspec.structs import replace
from rich.cells import cell_len

from tests.widgets.samples import text_of
from tests.widgets.test_hostile import CORPUS
from widgets.features import FeatureRowModel, FeaturesModel, paint, rows_shown
from widgets.line import Role
from widgets.look import ASCII, UNICODE
from widgets.marks import State, Tone

DRAFTS = FeatureRowModel(
    state=State.BREACH,
    word="BREACH",
    feature="support-drafts",
    environment="production",
    stage="25 %",
    signals=(
        State.TOO_FEW,
        State.TOO_FEW,
        State.OK,
        State.BREACH,
        State.WATCH,
        State.OK,
        None,
    ),
    worst="error rate 36.8 %, 14 of 38",
    since="02:58",
    kill="ARMED ✓",
    tone=Tone.DANGER,
)
CALM = FeatureRowModel(State.OK, "OK", "kb-suggest", "staging", "100 %", (State.OK,) * 7, kill="NOT PROVEN")
TABLE = FeaturesModel(
    rows=(DRAFTS, *(replace(CALM, feature=f"calm-{number}") for number in range(4))),
    cursor=0,
    count="34 features",
    after="29 more, all OK",
    panel_title="support-drafts in production",
    panel=(
        "K would turn support-drafts-ai OFF in production; now ON at 25 %",
        "affects  25 % of users",
        "x",
        "y",
    ),
    legend=("C cost  L latency", "■ breach"),
)
SIZES = [(120, 36), (100, 26), (80, 20), (60, 12), (40, 8), (20, 4), (200, 60), (1, 1)]


def lines_of(model: FeaturesModel, width: int, height: int) -> list[str]:
    return text_of(paint(model, width, height, UNICODE))


def test_a_row_at_120_columns() -> None:
    lines = lines_of(TABLE, 120, 36)
    assert lines[1].rstrip() == (
        "           feature               environment stage     C L E R F T I   "
        "worst                          since  kill"
    )
    assert lines[2].rstrip() == (
        "▸■ BREACH  support-drafts        production  25 %      ○ ○ ● ■ ▲ ● ·   "
        "error rate 36.8 %, 14 of 38    02:58  ARMED ✓"
    )


def test_a_row_at_80_columns() -> None:
    lines = lines_of(TABLE, 80, 20)
    assert lines[1] == "           feature           environment stage  CLERFTI  worst       kill       "
    assert lines[2] == "▸■ BREACH  support-drafts    production  25 %   ○○●■▲●·  error rate… ARMED ✓    "


def test_state_environment_and_arming_stand_even_at_40_columns() -> None:
    line = lines_of(TABLE, 44, 20)[2]
    for words in ("■ BREACH", "support", "production", "ARMED ✓"):
        assert words in line


def test_the_panel_under_the_table_says_what_the_kill_key_would_do() -> None:
    lines = lines_of(TABLE, 80, 20)
    at = next(index for index, line in enumerate(lines) if line.startswith("─ support-drafts in production"))
    assert "under the cursor" in lines[at]
    assert lines[at + 1].strip() == "K would turn support-drafts-ai OFF in production; now ON at 25 %"


def test_few_lines_of_the_panel_may_take_two_each() -> None:
    long = (
        "feature[4]: flag.provider: no such provider 'unleesh'. Did you mean unleash? Mend it, then save it."
    )
    lines = lines_of(replace(TABLE, panel=(long,)), 80, 20)
    assert any(line.strip() == "it." or line.strip().endswith("save it.") for line in lines)


def test_short_of_height_the_legend_goes_first_then_the_panel_and_rows_stay() -> None:
    def has(height: int) -> tuple[bool, bool]:
        text = "\n".join(lines_of(TABLE, 80, height))
        return "L latency" in text, "K would turn" in text

    assert has(20) == (True, True)
    assert has(15) == (False, True)
    assert has(12) == (False, False)
    assert rows_shown(12) >= 5


@pytest.mark.parametrize("size", SIZES, ids=lambda size: f"{size[0]}x{size[1]}")
def test_every_size_is_filled(size: tuple[int, int]) -> None:
    width, height = size
    lines = lines_of(TABLE, width, height)
    assert len(lines) <= height
    assert {cell_len(line) for line in lines} <= {width}


def test_rows_beyond_the_screen_are_counted_above_and_below() -> None:
    lines = lines_of(replace(TABLE, before=12), 80, 20)
    assert "12 more above" in lines[0]
    assert any("… 29 more, all OK" in line for line in lines)


def test_the_letters_of_the_filter_stand_in_the_rule_with_a_cursor_while_they_are_typed() -> None:
    assert lines_of(replace(TABLE, letters="err", typing=True, count="3 of 34"), 80, 20)[0].startswith(
        "─ / err▏ ─"
    )
    assert lines_of(replace(TABLE, letters="err"), 80, 20)[0].startswith("─ / err ─")


def test_only_a_row_in_breach_is_drawn_in_the_accent() -> None:
    loud = [
        index
        for index, line in enumerate(paint(TABLE, 80, 20, UNICODE))
        if any(role is Role.DANGER for _, role in line)
    ]
    assert loud == [2]


def test_an_empty_table_says_why() -> None:
    empty = FeaturesModel(rows=(), empty="nothing has 'zz' in it; esc shows all")
    assert any("nothing has 'zz' in it" in line for line in lines_of(empty, 80, 20))


@pytest.mark.parametrize("text", CORPUS.values(), ids=CORPUS.keys())
@pytest.mark.parametrize("look", [UNICODE, ASCII], ids=["unicode", "ascii"])
def test_hostile_text_is_shown_and_shifts_no_column(text: str, look: object) -> None:
    row = FeatureRowModel(State.ERROR, text, text, text, text, (None,) * 7, text, text, text)
    model = FeaturesModel(
        (row, CALM), 0, 3, text, text, True, text, empty=text, panel_title=text, panel=(text,), legend=(text,)
    )
    for width, height in ((120, 36), (80, 20), (44, 10), (5, 5)):
        lines = text_of(paint(model, width, height, look))  # type: ignore[arg-type]
        assert {cell_len(line) for line in lines} <= {width}
        assert all(line.isprintable() for line in lines)
        assert look is not ASCII or all(line.isascii() for line in lines)
        if width >= 80:
            assert lines[3][11:21].strip() == "kb-suggest"
