"""What the latency judge tells of its two shares."""

from __future__ import annotations

from dataclasses import dataclass
from math import isfinite

from console.signals import words
from console.signals.detector import RUN_LENGTH
from console.signals.histogram import straddling
from console.signals.judges.port import number_pairs
from console.signals.judges.share_told import (
    no_answers,
    proven_again,
    proven_in_band,
    share_words,
    shown_window,
    window_text,
)
from console.signals.share_view import ShareView
from console.signals.shares import ShareFold
from console.signals.verdict import State
from console.signals.wilson import wilson_upper

Counts = tuple[tuple[float, float], ...]


@dataclass(frozen=True, slots=True)
class Side:
    """One of the two quantiles.

    Attributes:
        name: "p95".
        share: of requests that may be slower than the edge.
        base, edge: seconds.
        fast: seconds; the quantile lies outside the band on the fast side when it is under this.
        expected: share over the edge when nothing changed (lognormal latency, p95 about 2.3 x p50).
    """

    name: str
    share: float
    base: float
    edge: float
    fast: float
    expected: float


def latency_headline(side: Side, view: ShareView, value: float | None) -> str:
    """For the verdict line."""
    if value is None:
        return f"latency {side.name}: no answers"
    shown = shown_window(view)
    off = f", {words.signed_percent(value / side.base - 1)}" if isfinite(value) else ""
    last = "last " if view.latch is not None and shown.first > view.latch.began else ""
    slow = f"{words.count(shown.bad)} of {last}{words.count(shown.n)} answers over {side.edge:.3g} s"
    return f"latency {side.name} {words.seconds(value)}{off}: {slow}"


def latency_why(side: Side, view: ShareView, counts: Counts, p50: float | None) -> str:
    """One line of reason."""
    parts = [f"p50 {words.seconds(p50)}"] if p50 is not None else []
    shown = shown_window(view)
    if view.state is State.NO_DATA:
        return no_answers(view)
    share = words.percent(shown.share or 0.0)
    if view.state is State.BREACH:
        parts.append(f"{share} over {side.edge:.3g} s, healthy {words.whole_percent(side.share)}")
        if view.inside:
            parts.append(f"inside again for {view.inside} of 5 windows")
    elif view.state is State.OK:
        upper = words.percent(wilson_upper(shown.possibly, shown.n))
        parts.append(f"{share} over {side.edge:.3g} s, upper bound {upper}: {proven_in_band(view)}")
    elif view.state is State.WATCH:
        cut = straddling(counts, side.edge)
        if view.proven:
            parts.append(proven_again(view))
        elif shown.bad > side.share * shown.n:
            parts.append(f"{share} over {side.edge:.3g} s: harm not proven")
        elif cut is not None:
            low, high = cut
            bucket = f"histogram bucket {low:.3g} to {high:.3g} s"
            parts.append(f"{bucket} straddles {side.name}'s edge {side.edge:.3g} s")
        else:
            parts.append(f"{share} over {side.edge:.3g} s: in band, not proven")
    return "; ".join(parts)


def latency_words(side: Side, fold: ShareFold, view: ShareView, within: float) -> tuple[str, ...]:
    """Say what was counted, what the edge means, and what it takes to change."""
    over = f"{side.edge:.3g} s"
    meant = (
        f"{over} is {words.whole_percent(within)} over the baseline's {side.name} of "
        f"{words.seconds(side.base)}; {words.whole_percent(side.share)} of answers may be slower."
    )
    first, *rest = share_words(fold, view, shown_window(view), f"took over {over}")
    return first, meant, *rest


def latency_numbers(
    views: list[tuple[Side, ShareFold, ShareView]], p50: float | None, p95: float | None, n: float | None
) -> tuple[tuple[str, str], ...]:
    """Everything behind the verdict.

    Args:
        n: requests that the baseline was measured on.
    """
    numbers = {
        "p50": "" if p50 is None else words.seconds(p50),
        "p95": "" if p95 is None else words.seconds(p95),
        "baseline requests": "" if n is None else words.count(n),
        "test": f"e-detector a share, c {RUN_LENGTH:,}, buckets of 1 min",
    }
    for side, fold, view in views:
        over = f"over {side.edge:.3g} s"
        numbers[f"{side.name} baseline"] = words.seconds(side.base)
        numbers[f"{side.name} healthy"] = f"at most {words.whole_percent(side.share)} {over}"
        numbers[f"{side.name} {over}, last 30 min"] = window_text(view.short)
        numbers[f"{side.name} {over}, last {words.span(view.long.minutes)}"] = window_text(view.long)
        if view.long.possibly > view.long.bad:
            numbers[f"{side.name} undecided"] = words.count(view.long.possibly - view.long.bad)
        numbers[f"{side.name} proof now"] = (
            f"{words.power(view.proof)}, line {words.power(fold.detector.line)}"
        )
        if view.latch is not None and not view.latch.known_only:
            numbers[f"{side.name} proof passed its line"] = (
                f"on {words.count(view.latch.bad)} of {words.count(view.latch.n)}, "
                f"{view.latch.crossed - view.latch.began} min after it began"
            )
    return number_pairs(numbers)
