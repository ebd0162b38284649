"""Histories on a fixed scale: their shape alone tells whether the band was left."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from widgets.history import HistoryModel, one_row, two_rows
from widgets.look import ASCII, UNICODE


def test_one_row_is_the_value_on_the_whole_scale() -> None:
    model = HistoryModel((0, 0.5, 1, 1.5, 2, 2.5, 3, 3.5, 4, 99), 0, 4, None, 1)
    assert one_row(model, 10, UNICODE) == "▁▁▂▃▄▅▆▇██"
    assert one_row(model, 10, ASCII) == "..:-==+*##"


def test_a_small_wobble_stays_small() -> None:
    assert one_row(HistoryModel((0.1, -0.1, 0.2, 0.0), -25, 25, -10, 10), 4, UNICODE) == "▄▄▄▄"


def test_the_upper_row_is_empty_while_the_band_holds() -> None:
    upper, lower = two_rows(HistoryModel((0.2, 0.9, 1.0), 0, 4, None, 1), 3, UNICODE)
    assert upper == "   "
    assert lower == "▂▇█"


def test_over_the_band_the_lower_row_is_full_and_the_upper_rises() -> None:
    upper, lower = two_rows(HistoryModel((0.2, 1.2, 2.5, 40), 0, 4, None, 1), 4, UNICODE)
    assert upper == " ▁▄█"
    assert lower == "▂███"


def test_under_the_band_the_lower_row_is_empty_and_the_upper_says_how_far() -> None:
    upper, lower = two_rows(HistoryModel((0.85, 0.80, 0.76), 0.76, 0.92, 0.817, None), 3, UNICODE)
    assert upper == " ▂█"
    assert lower == "▃  "


def test_a_bin_without_data_is_a_gap_but_time_before_the_first_data_is_not() -> None:
    model = HistoryModel((None, None, 1, None, 1, None), 0, 4, None, 2)
    assert one_row(model, 8, UNICODE) == "    ▂▫▂▫"
    assert two_rows(model, 6, UNICODE) == ("      ", "  ▄▫▄▫")


def test_bins_that_share_a_cell_are_their_mean_but_a_breach_among_them_is_not_averaged_away() -> None:
    calm = HistoryModel((0.0, 2.0) * 4, 0, 4, None, 3)
    assert one_row(calm, 4, UNICODE) == "▂▂▂▂"
    spike = HistoryModel((0.0,) * 7 + (4.0,), 0, 4, None, 3)
    assert one_row(spike, 4, UNICODE) == "▁▁▁█"


@given(
    bins=st.lists(st.none() | st.floats(), max_size=200).map(tuple),
    low=st.floats(-1e6, 1e6),
    span=st.floats(0, 1e6),
    edges=st.tuples(st.none() | st.floats(allow_nan=False), st.none() | st.floats(allow_nan=False)),
    cells=st.integers(1, 60),
)
def test_every_history_has_exactly_its_cells(
    bins: tuple[float | None, ...],
    low: float,
    span: float,
    edges: tuple[float | None, float | None],
    cells: int,
) -> None:
    model = HistoryModel(bins, low, low + span, *edges)
    for look in (UNICODE, ASCII):
        assert len(one_row(model, cells, look)) == cells
        assert [len(row) for row in two_rows(model, cells, look)] == [cells, cells]
