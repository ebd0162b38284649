"""The gauge keeps a value on its true side of an edge, whatever the rounding."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from widgets.gauge import GaugeModel, gauge
from widgets.look import ASCII, UNICODE


def test_below_an_upper_edge() -> None:
    model = GaugeModel(0, 20, healthy_high=10, value=9.1)
    assert gauge(model, 28, UNICODE) == "━━━━━━━━━━━━◆━┃╌╌╌╌╌╌╌╌╌╌╌╌╌"


def test_off_the_scale() -> None:
    model = GaugeModel(0, 4, healthy_high=1, value=36.8)
    assert gauge(model, 28, UNICODE) == "━━━━━━━┃╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌▶"
    assert gauge(model, 28, ASCII) == "=======|------------------->"
    assert gauge(GaugeModel(-25, 25, healthy_low=-10, healthy_high=10, value=-99), 14, UNICODE)[0] == "◀"


def test_a_two_sided_band_round_its_baseline() -> None:
    model = GaugeModel(-25, 25, healthy_low=-10, healthy_high=10, baseline=0, value=4.5)
    assert gauge(model, 27, UNICODE) == "╌╌╌╌╌╌╌┃━━━━━╋━◆━━━┃╌╌╌╌╌╌╌"
    assert gauge(model, 27, ASCII) == "-------|=====+=<===|-------"


def test_a_band_that_is_open_above() -> None:
    model = GaugeModel(0.76, 0.92, healthy_low=0.817, baseline=0.86, value=0.84)
    drawn = gauge(model, 28, UNICODE)
    assert drawn.index("┃") < drawn.index("◆") < drawn.index("╋")
    assert drawn.startswith("╌")
    assert drawn.endswith("━")


def test_no_value_draws_the_band_alone() -> None:
    assert gauge(GaugeModel(0, 4, healthy_high=1), 14, UNICODE) == "━━━━┃╌╌╌╌╌╌╌╌╌"
    assert gauge(GaugeModel(0, 4, healthy_high=1, value=float("nan")), 14, UNICODE) == "━━━━┃╌╌╌╌╌╌╌╌╌"


_number = st.floats(-1e6, 1e6)


@given(
    low=_number,
    span=st.floats(0, 1e6),
    healthy_low=st.none() | st.floats(0, 1),
    healthy_high=st.none() | st.floats(0, 1),
    baseline=st.none() | _number,
    value=st.none() | st.floats(),
    cells=st.integers(6, 60),
)
def test_a_value_is_drawn_on_its_true_side_of_each_edge(
    low: float,
    span: float,
    healthy_low: float | None,
    healthy_high: float | None,
    baseline: float | None,
    value: float | None,
    cells: int,
) -> None:
    if healthy_low is not None and healthy_high is not None and healthy_low > healthy_high:
        healthy_low, healthy_high = healthy_high, healthy_low
    model = GaugeModel(
        low,
        low + span,
        healthy_low=None if healthy_low is None else low + healthy_low * span,
        healthy_high=None if healthy_high is None else low + healthy_high * span,
        baseline=baseline,
        value=value,
    )
    drawn = gauge(model, cells, UNICODE)
    assert len(drawn) == cells
    at = next((index for index, glyph in enumerate(drawn) if glyph in "◆▶◀"), None)
    if value is None or value != value:
        assert at is None
        return
    assert at is not None
    edges = [index for index, glyph in enumerate(drawn) if glyph == "┃"]
    if model.healthy_high is not None and span > 0:
        if value > model.healthy_high:
            assert at > max(edges)
        elif model.healthy_low is None or value >= model.healthy_low:
            assert at < max(edges)
    if model.healthy_low is not None and span > 0 and low <= value < model.healthy_low:
        assert at < min(edges)
