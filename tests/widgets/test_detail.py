"""One signal in full: what comes first, what is dropped, and that nothing is lost where it does not fit."""

from __future__ import annotations

import pytest
from msgspec.structs import replace
from rich.cells import cell_len

from tests.widgets.samples import text_of
from tests.widgets.test_chart import CHART
from tests.widgets.test_hostile import CORPUS
from widgets.detail import DetailModel, QueryModel, last_top, paint
from widgets.line import Role
from widgets.look import ASCII, UNICODE
from widgets.marks import Tone
from widgets.table import ColumnModel, RowModel, TableModel

TABLE = TableModel(
    (
        ColumnModel("window"),
        ColumnModel("failed", right=True, rank=1),
        ColumnModel("answers", right=True, rank=1),
        ColumnModel("share", right=True),
        ColumnModel("Wilson 95 %", right=True, rank=2),
        ColumnModel("proof", right=True, rank=3),
        ColumnModel("line", right=True, rank=4),
        ColumnModel("verdict"),
    ),
    (
        RowModel(
            ("30 min", "14", "38", "36.8 %", "23.4 to 52.7 %", "1.8e+12", "4.5e+04", "■ past at 03:00:12"),
            Tone.DANGER,
        ),
        RowModel(("stage", "16", "241", "6.6 %", "4.1 to 10.5 %", "", "", "● OK")),
    ),
)
DETAIL = DetailModel(
    title="error rate: why BREACH",
    span="last 1 h",
    spans="g  [1 h]  3 h  1 d",
    chart=CHART,
    words=(
        "14 of 38 answers failed in the last 30 min. Healthy is under 1 %, that is 0 or 1 of 38.",
        "It will say BREACH until 5 windows in a row are inside with enough answers.",
    ),
    method="e-detector, p0 1 %",
    table=TABLE,
    pairs=(("by kind", "schema 13, time-out 1"),),
    source="prometheus · heard 03:11:04",
    queries=(
        QueryModel("bad", 'sum(increase(drafts_requests_total{outcome!="ok"}[30m]))', "14"),
        QueryModel("all", "sum(increase(drafts_requests_total[30m]))", "38"),
    ),
    steps=(("3", "Failures over 5 % for 5 min: kill."), ("4", "Then tell #support-drafts.")),
)

SIZES = [(120, 36), (100, 26), (80, 20), (60, 12), (40, 8), (20, 5), (200, 60), (1, 1), (10, 40)]


def rules(lines: list[str]) -> list[str]:
    return [line.strip("─ ").split(" ─")[0] for line in lines if line.startswith("─ ")]


def test_with_room_the_chart_stands_on_top_of_the_words_the_numbers_and_the_source() -> None:
    lines = text_of(paint(DETAIL, 120, 36, UNICODE))
    assert rules(lines) == ["error rate: why BREACH", "in words", "in numbers", "from"]
    assert lines[0].endswith("last 1 h · g  [1 h]  3 h  1 d ─")
    assert lines[1].startswith(" 50 % ┤")
    assert last_top(DETAIL, 120, 36, UNICODE) == 0


def test_short_of_room_the_words_come_first_and_the_rest_is_scrolled_to() -> None:
    lines = text_of(paint(DETAIL, 80, 20, UNICODE))
    assert lines[0].endswith(" 1-19 of 24 ─")
    assert lines[1].startswith("   14 of 38 answers failed")
    assert rules(lines)[:2] == ["error rate: why BREACH", "last 1 h"]
    end = last_top(DETAIL, 80, 20, UNICODE)
    assert end == 5
    last = text_of(paint(replace(DETAIL, top=end), 80, 20, UNICODE))
    assert last[0].startswith("─ error rate: why BREACH")
    assert "Then tell #support-drafts." in last[-1]


@pytest.mark.parametrize("size", SIZES, ids=lambda size: f"{size[0]}x{size[1]}")
def test_by_scrolling_every_line_is_reached_at_every_size(size: tuple[int, int]) -> None:
    width, height = size
    seen: set[str] = set()
    for top in range(last_top(DETAIL, width, height, UNICODE) + 1):
        lines = text_of(paint(replace(DETAIL, top=top), width, height, UNICODE))
        assert len(lines) <= height
        assert {cell_len(line) for line in lines} <= {width}
        seen.update(line.strip() for line in lines)
    if width >= 40 and height >= 5:
        text = " ".join(seen)
        for words in ("It will say BREACH", "36.8 %", "by kind", "sum(increase(", "Then tell"):
            assert words in text


def test_a_top_beyond_the_end_is_the_end() -> None:
    end = last_top(DETAIL, 80, 20, UNICODE)
    assert paint(replace(DETAIL, top=10_000), 80, 20, UNICODE) == paint(
        replace(DETAIL, top=end), 80, 20, UNICODE
    )


def test_the_numbers_have_columns_and_the_least_wanted_go_first() -> None:
    def heads(width: int) -> str:
        """The heading, single spaced."""
        for top in range(40):
            for line in text_of(paint(replace(DETAIL, top=top), width, 30, UNICODE)):
                if line.strip().startswith("window"):
                    return " ".join(line.split())
        return ""

    assert heads(120) == "window failed answers share Wilson 95 % proof line verdict"
    assert heads(83) == "window failed answers share Wilson 95 % proof verdict"
    assert heads(74) == "window failed answers share Wilson 95 % verdict"
    assert heads(58) == "window failed answers share verdict"
    assert heads(42) == "window share verdict"


def test_numbers_stand_under_each_other_by_their_last_digit() -> None:
    lines = text_of(paint(DETAIL, 120, 36, UNICODE))
    [head] = [line for line in lines if line.strip().startswith("window")]
    [first] = [line for line in lines if line.strip().startswith("30 min")]
    [second] = [line for line in lines if line.strip().startswith("stage")]
    end = head.index("answers") + len("answers")
    assert first[:end].endswith("38")
    assert second[:end].endswith("241")


def test_only_the_verdict_that_is_harm_is_drawn_in_the_accent() -> None:
    loud = [text for line in paint(DETAIL, 120, 36, UNICODE) for text, role in line if role is Role.DANGER]
    assert [text.strip() for text in loud] == ["■ past at 03:00:12"]


def test_a_long_query_goes_on_in_the_next_line_beside_its_answer() -> None:
    long = QueryModel("bad", "sum(rate(" + "a_metric_with_a_name " * 12 + "))", "14")
    lines = text_of(paint(replace(DETAIL, queries=(long,)), 120, 40, UNICODE))
    at = next(index for index, line in enumerate(lines) if line.startswith("   bad"))
    assert lines[at].rstrip().endswith("14")
    assert "a_metric_with_a_name" in lines[at + 1]


def test_without_a_chart_it_says_what_is_being_waited_for() -> None:
    for size in ((120, 36), (80, 20)):
        lines = text_of(paint(replace(DETAIL, chart=None, waiting="the chart is being made"), *size, UNICODE))
        assert any("the chart is being made" in line for line in lines)


def test_a_signal_of_which_little_is_known_has_no_empty_sections() -> None:
    bare = DetailModel(title="cost: why NO DATA", words=("Waiting for the source's first answer.",))
    assert rules(text_of(paint(bare, 120, 36, UNICODE))) == ["cost: why NO DATA", "in words"]


@pytest.mark.parametrize("text", CORPUS.values(), ids=CORPUS.keys())
@pytest.mark.parametrize("look", [UNICODE, ASCII], ids=["unicode", "ascii"])
def test_hostile_text_is_shown_and_shifts_nothing(text: str, look: object) -> None:
    table = TableModel((ColumnModel(text), ColumnModel(text, right=True)), (RowModel((text, text)),))
    model = DetailModel(
        title=text,
        span=text,
        spans=text,
        words=(text, text * 8),
        method=text,
        waiting=text,
        table=table,
        pairs=((text, text),),
        source=text,
        queries=(QueryModel(text, text * 8, text),),
        steps=((text, text),),
    )
    for width, height in ((120, 36), (80, 20), (30, 10), (3, 3)):
        lines = text_of(paint(model, width, height, look))  # type: ignore[arg-type]
        assert {cell_len(line) for line in lines} <= {width}
        assert all(line.isprintable() for line in lines)
        assert look is not ASCII or all(line.isascii() for line in lines)
