"""A value against its healthy band on a fixed scale, in one row of cells."""

from __future__ import annotations

from math import ceil, floor, isnan

from msgspec import Struct

from widgets.look import Look


class GaugeModel(Struct, frozen=True):
    """A gauge in the unit of its band.

    Attributes:
        low, high: the scale's ends, low < high.
        low_text, high_text: the ends as shown ("0", "4 %"); only where there is room.
        healthy_low, healthy_high: edges of the band; None where it is open.
        baseline: what the band is around, or None.
        value: None when there is none.
    """

    low: float
    high: float
    low_text: str = ""
    high_text: str = ""
    healthy_low: float | None = None
    healthy_high: float | None = None
    baseline: float | None = None
    value: float | None = None


def gauge(model: GaugeModel, cells: int, look: Look) -> str:
    """The gauge in `cells` characters, cells >= 6: band, its edges, baseline, and the value on top.

    A cell is a fraction of the scale, so rounding could put a value on the wrong side of an edge; the value
    is kept on its true side, because which side it is on is what the gauge is for.
    """
    lower, upper = _edges(model, cells)
    row = [
        look.band if (lower is None or at > lower) and (upper is None or at < upper) else look.outside
        for at in range(cells)
    ]
    for edge in (lower, upper):
        if edge is not None:
            row[edge] = look.edge
    if model.baseline is not None and model.low <= model.baseline <= model.high:
        at = _cell(model, model.baseline, cells)
        if at not in (lower, upper):
            row[at] = look.baseline
    if model.value is not None and not isnan(model.value):
        at, glyph = _value(model, model.value, cells, lower, upper, look)
        row[at] = glyph
    return "".join(row)


def _position(model: GaugeModel, value: float, cells: int) -> float:
    if model.high <= model.low:
        return 0.0
    # A value far off the scale, infinite even, counts as the scale's end.
    return (min(max(value, model.low), model.high) - model.low) / (model.high - model.low) * cells


def _cell(model: GaugeModel, value: float, cells: int) -> int:
    return min(cells - 1, floor(_position(model, value, cells)))


def _edges(model: GaugeModel, cells: int) -> tuple[int | None, int | None]:
    """Cells of the edges: the first ones outside the band, with room for a value beyond them."""
    lower: int | None = None
    upper: int | None = None
    if model.healthy_low is not None:
        lower = min(max(1, floor(_position(model, model.healthy_low, cells)) - 1), cells - 4)
    if model.healthy_high is not None:
        upper = max(min(cells - 2, ceil(_position(model, model.healthy_high, cells))), 1)
        if lower is not None:
            upper = max(upper, lower + 2)
    return lower, upper


def _value(
    model: GaugeModel, value: float, cells: int, lower: int | None, upper: int | None, look: Look
) -> tuple[int, str]:
    if value > model.high:
        return cells - 1, look.above
    if value < model.low:
        return 0, look.below
    at = _cell(model, value, cells)
    if upper is not None and model.healthy_high is not None:
        at = max(at, upper + 1) if value > model.healthy_high else min(at, upper - 1)
    if lower is not None and model.healthy_low is not None:
        at = min(at, lower - 1) if value < model.healthy_low else max(at, lower + 1)
    return at, look.value
