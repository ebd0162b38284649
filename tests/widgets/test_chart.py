"""The chart of one signal: what stands where, at every size, and what it never hides."""

from __future__ import annotations

import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace
from rich.cells import cell_len

from tests.widgets.samples import text_of
from tests.widgets.test_hostile import CORPUS
from widgets.chart import ChartModel, EventModel, paint, plot_cells
from widgets.line import Role
from widgets.look import ASCII, UNICODE

CHART = ChartModel(
    bins=(0.0,) * 30 + (0.1, 0.2, 0.3, 0.4) + (0.5,) * 6,
    low=0.0,
    high=0.5,
    ticks=((0.0, "0 %"), (0.1, "10 %"), (0.2, "20 %"), (0.3, "30 %"), (0.4, "40 %"), (0.5, "50 %")),
    times=((0.0, "02:11"), (0.25, "02:26"), (0.5, "02:41"), (0.75, "02:56")),
    healthy_high=0.1,
    band="band: < 10 %",
    events=(EventModel(0.74, "alias moved 02:57"),),
)


def rows(model: ChartModel, width: int = 62, height: int = 12) -> list[str]:
    return text_of(paint(model, width, height, UNICODE))


def test_the_chart_as_it_is_drawn() -> None:
    assert rows(CHART) == [
        " 50 % ┤          alias moved 02:57 ┊    ██████                ",
        "      ┤                            ┊    ██████                ",
        " 40 % ┤                            ┊   ███████                ",
        "      ┤                            ┊   ███████                ",
        " 30 % ┤                            ┊  ████████                ",
        "      ┤                            ┊  ████████                ",
        " 20 % ┤                            ┊ █████████                ",
        "      ┤                            ┊ █████████                ",
        " 10 % ┤╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌┊██████████  band: < 10 %  ",
        "  0 % ┤▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁██████████                ",
        "      └┴────────┴─────────┴─────────┴─────────                ",
        "       02:11    02:26     02:41     02:56                     ",
    ]


def test_a_value_fills_the_rows_up_to_its_label() -> None:
    flat = replace(CHART, bins=(0.3,) * 40, events=(), healthy_high=None)
    drawn = rows(flat)
    column = 20
    filled = [row[column] for row in drawn[:10]]
    assert filled == [" "] * 4 + ["█"] * 6
    assert drawn[4].startswith(" 30 % ┤")


def test_the_edge_of_the_band_is_a_line_through_the_chart_with_its_words_beside_it() -> None:
    drawn = rows(replace(CHART, bins=(None,) * 20 + (0.01,) * 20, events=()))
    [edge] = [row for row in drawn if "band: < 10 %" in row]
    assert edge.startswith(" 10 % ┤")
    assert edge.count("╌") > 30


def test_both_edges_of_a_two_sided_band_are_drawn() -> None:
    drawn = rows(replace(CHART, bins=(0.01,) * 40, healthy_low=0.2, healthy_high=0.4, events=()))
    assert sum("╌╌╌" in row for row in drawn) == 2


def test_a_bin_outside_the_band_is_louder_than_one_inside() -> None:
    lines = paint(replace(CHART, events=()), 62, 12, UNICODE)
    bottom = lines[9]
    bars = [(text, role) for text, role in bottom if set(text) & set("▁▂▃▄▅▆▇█")]
    assert bars[0][1] is Role.DIM
    assert bars[-1][1] is Role.PLAIN


def test_no_data_is_a_gap_and_zero_is_not() -> None:
    model = replace(CHART, bins=(None, 0.0, None, 0.0), events=(), healthy_high=None, band="")
    bottom = rows(model, 47, 12)[9]
    plot = bottom[7:]
    assert plot[:10].strip() == ""  # before the first data the source was not there yet
    assert plot[10:20] == "▁" * 10
    assert plot[20:30] == "▫" * 10
    assert plot[30:40] == "▁" * 10


def test_where_there_is_no_data_at_all_it_says_so() -> None:
    for bins in ((), (None,) * 60):
        assert any("no data in this span" in row for row in rows(replace(CHART, bins=bins)))


@pytest.mark.parametrize("value", [0.6, 1e300, math.inf])
def test_a_value_over_the_scale_is_marked_at_the_top(value: float) -> None:
    drawn = rows(replace(CHART, bins=(0.0,) * 39 + (value,), events=(), band=""), 47, 12)
    assert drawn[0].endswith("↑")
    assert all(row.endswith("█") for row in drawn[1:10])


@pytest.mark.parametrize("value", [-0.1, -math.inf])
def test_a_value_under_the_scale_is_marked_at_the_bottom(value: float) -> None:
    drawn = rows(replace(CHART, bins=(0.0,) * 39 + (value,), events=(), band=""), 47, 12)
    assert drawn[9].endswith("↓")


def test_a_breach_among_many_bins_is_not_averaged_away() -> None:
    bins = (0.0,) * 1000 + (0.5,) + (0.0,) * 1000
    assert "█" in rows(replace(CHART, bins=bins, events=()))[0]


def test_an_event_is_a_dotted_line_with_its_label_on_a_free_place() -> None:
    drawn = rows(CHART)
    column = drawn[0].index("┊")
    assert all(row[column] in "┊█▁▂▃▄▅▆▇" for row in drawn[:10])
    assert "alias moved 02:57" in drawn[0]


def test_events_at_one_place_have_a_row_each_and_hide_no_bar() -> None:
    crowd = tuple(EventModel(0.7 + at / 100, f"event {at}") for at in range(4))
    drawn = rows(replace(CHART, events=crowd))
    for at in range(4):
        assert any(f"event {at}" in row for row in drawn)
    with_none = rows(replace(CHART, events=()))
    for before, after in zip(with_none, drawn, strict=True):
        assert [c for c in before if c in "▂▃▄▅▆▇█"] == [c for c in after if c in "▂▃▄▅▆▇█"]


def test_an_event_outside_the_span_is_not_drawn() -> None:
    for at in (-0.01, 1.01, math.nan, math.inf):
        assert not any("┊" in row for row in rows(replace(CHART, events=(EventModel(at, "x"),))))


def test_short_of_room_the_words_of_the_band_go_first_then_the_labels() -> None:
    assert any("band:" in row for row in rows(CHART, 62))
    narrow = rows(CHART, 30)
    assert not any("band:" in row for row in narrow)
    assert narrow[0].startswith(" 50 % ┤")
    assert rows(CHART, 12)[0].startswith("│")


def test_as_many_bins_are_asked_for_as_there_are_columns() -> None:
    assert plot_cells(CHART, 62, 12, UNICODE) == 62 - 7 - 16
    assert plot_cells(replace(CHART, band=""), 62, 12, UNICODE) == 62 - 7


def test_in_ascii_nothing_else_is_drawn() -> None:
    for line in text_of(paint(CHART, 62, 12, ASCII)):
        assert line.isascii()


@pytest.mark.parametrize("text", CORPUS.values(), ids=CORPUS.keys())
@pytest.mark.parametrize("look", [UNICODE, ASCII], ids=["unicode", "ascii"])
def test_hostile_labels_shift_nothing(text: str, look: object) -> None:
    model = replace(
        CHART,
        ticks=((0.0, text), (0.5, text)),
        times=((0.5, text),),
        band=text,
        events=(EventModel(0.3, text), EventModel(0.9, text)),
        empty=text,
    )
    for chart in (model, replace(model, bins=())):
        for width, height in ((120, 16), (62, 12), (20, 5)):
            lines = text_of(paint(chart, width, height, look))  # type: ignore[arg-type]
            assert [cell_len(line) for line in lines] == [width] * height
            assert all(line.isprintable() for line in lines)


@settings(max_examples=60)
@given(
    bins=st.lists(st.none() | st.floats(), max_size=80).map(tuple),
    low=st.floats(),
    high=st.floats(),
    edges=st.tuples(st.none() | st.floats(), st.none() | st.floats()),
    events=st.lists(st.builds(EventModel, st.floats(), st.text(max_size=20)), max_size=5).map(tuple),
    size=st.tuples(st.integers(1, 200), st.integers(1, 60)),
)
def test_every_size_is_filled_whatever_the_data(
    bins: tuple[float | None, ...],
    low: float,
    high: float,
    edges: tuple[float | None, float | None],
    events: tuple[EventModel, ...],
    size: tuple[int, int],
) -> None:
    width, height = size
    model = replace(
        CHART, bins=bins, low=low, high=high, healthy_low=edges[0], healthy_high=edges[1], events=events
    )
    lines = text_of(paint(model, width, height, UNICODE))
    assert [cell_len(line) for line in lines] == [width] * height


def test_the_words_of_a_band_that_has_a_floor_stand_beside_its_lower_edge() -> None:
    model = replace(
        CHART, bins=(0.25,) * 40, events=(), healthy_low=0.2, healthy_high=0.4, band="band: ≥ 20 %"
    )
    assert next(row for row in rows(model) if "band:" in row).startswith(" 40 % ┤")
    assert next(row for row in rows(replace(model, floor=True)) if "band:" in row).startswith(" 20 % ┤")
