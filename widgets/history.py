"""A signal's recent past in block characters, on a fixed scale."""

from __future__ import annotations

from itertools import pairwise
from math import isinf, isnan

from msgspec import Struct

from widgets.look import Look


class HistoryModel(Struct, frozen=True):
    """Equal bins of time, oldest first.

    Attributes:
        bins: a value a bin; None is a bin without data.
        low, high: the scale's ends, low < high.
        healthy_low, healthy_high: edges of the band; None where it is open.
    """

    bins: tuple[float | None, ...]
    low: float
    high: float
    healthy_low: float | None = None
    healthy_high: float | None = None


def one_row(model: HistoryModel, cells: int, look: Look) -> str:
    """`cells` characters, the newest bin at the right: the height is the value on the whole scale."""
    shown: list[str] = []
    for value in resampled(model, cells):
        if value is None:
            shown.append(look.missing)
        else:
            shown.append(_bar(value, model.low, model.high, look))
    return _blank_before_first("".join(shown), cells, look)


def two_rows(model: HistoryModel, cells: int, look: Look) -> tuple[str, str]:
    """Upper and lower row of `cells` characters: the lower one is the band, the upper one is outside it.

    A value over the band fills the lower row and rises into the upper; one under the band leaves the lower
    row empty and stands in the upper by how far it is under. So anything in the upper row is outside.
    """
    floor_ = model.low if model.healthy_low is None else _on_scale(model, model.healthy_low)
    ceiling = model.high if model.healthy_high is None else _on_scale(model, model.healthy_high)
    upper: list[str] = []
    lower: list[str] = []
    for value in resampled(model, cells):
        if value is None:
            upper.append(" ")
            lower.append(look.missing)
        elif model.healthy_high is not None and value > model.healthy_high:
            upper.append(_bar(value, ceiling, model.high, look))
            lower.append(look.bars[-1])
        elif model.healthy_low is not None and value < model.healthy_low:
            upper.append(_bar(floor_ - value, 0.0, floor_ - model.low, look))
            lower.append(" ")
        else:
            upper.append(" ")
            lower.append(_bar(value, floor_, ceiling, look))
    return "".join(upper).rjust(cells), _blank_before_first("".join(lower), cells, look)


def _bar(value: float, low: float, high: float, look: Look) -> str:
    steps = len(look.bars)
    if high <= low:
        return look.bars[-1]
    share = (min(max(value, low), high) - low) / (high - low)
    return look.bars[max(1, round(share * steps)) - 1]


def _on_scale(model: HistoryModel, value: float) -> float:
    return min(max(value, model.low), model.high)


def resampled(model: HistoryModel, cells: int) -> list[float | None]:
    """At most `cells` bins. Bins that share a cell become their mean, or the worst one outside the band."""
    bins = [None if value is None or isnan(value) else value for value in model.bins]
    if any(value is not None and isinf(value) for value in bins):
        # A mean of infinities is no number; off the scale is all that can be drawn of one.
        bins = [_on_scale(model, value) if value is not None and isinf(value) else value for value in bins]
    if len(bins) <= cells:
        return list(bins)
    cuts = [round(index * len(bins) / cells) for index in range(cells + 1)]
    return [_merged(model, bins[start:end]) for start, end in pairwise(cuts)]


def _merged(model: HistoryModel, bins: list[float | None]) -> float | None:
    values = [value for value in bins if value is not None]
    if not values:
        return None
    worst = max(values, key=lambda value: _excess(model, value))
    return worst if _excess(model, worst) > 0 else sum(values) / len(values)


def _excess(model: HistoryModel, value: float) -> float:
    over = 0.0 if model.healthy_high is None else value - model.healthy_high
    under = 0.0 if model.healthy_low is None else model.healthy_low - value
    return max(0.0, over, under)


def _blank_before_first(row: str, cells: int, look: Look) -> str:
    """Bins before the first data are blank: the source was not there yet, which is not a gap."""
    return row.lstrip(look.missing).rjust(cells)
