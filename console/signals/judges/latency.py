"""Latency: p50 and p95 within 10 % of the baseline, judged as shares.

"p95 is at most 10 % over the baseline's" is "at most 5 % of requests took longer than 1.10 x the baseline's
p95"; likewise half of them and p50. Counters of that kind add up over time and hosts, and have exact
statistics. What is faster than the band is never harm by itself, and is WATCH: it is often truncation, or a
silent fallback.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime, timedelta
from math import isfinite

from adapters.signals.port import Latency, Observation, Reading
from console.signals import words
from console.signals.bins import Bins
from console.signals.detector import RUN_LENGTH
from console.signals.evidence import Evidence, instant_of, minute_of
from console.signals.histogram import add_counts, add_readings, as_counts, quantile, slower
from console.signals.hours import HourSums
from console.signals.judges.latency_told import (
    Counts,
    Side,
    latency_headline,
    latency_numbers,
    latency_why,
    latency_words,
)
from console.signals.judges.port import Look, first_minute_after, number_pairs, stream_age, worse
from console.signals.judges.ratio import BIN_MINUTES, BINS
from console.signals.judges.share_told import (
    hushed,
    known_minute,
    needs_text,
    proven_before,
    share_rows,
    shown_window,
)
from console.signals.series import Series, Unit
from console.signals.share_view import ShareView
from console.signals.shares import ShareFold, Tally
from console.signals.verdict import Gauge, State, Verdict
from console.signals.wilson import clean_n, wilson_lower

SMALLEST_BASELINE = 500
"""Requests under which a baseline's p95 is too uncertain to judge by."""


class LatencyJudge:
    """Holds p50 and p95 against the baseline.

    Args:
        within: width of the band, a share (0.1).
        baseline: "p50" and "p95" in seconds, "n" requests that they were measured on.
    """

    key = "latency"
    title = "latency p95"
    kind: type[Observation] = Latency
    needs_answers = True
    follows_model = True

    def __init__(self, within: float, baseline: Mapping[str, float]) -> None:
        self.band_text = f"±{words.whole_percent(within)}"
        self._within = within
        self._n = baseline.get("n")
        sides = []
        for name, share, expected in (("p95", 0.05, 0.033), ("p50", 0.5, 0.425)):
            base = baseline.get(name)
            if base is not None and isfinite(base) and base > 0:
                sides.append(Side(name, share, base, base * (1 + within), base * (1 - within), expected))
        self._base95 = next((side.base for side in sides if side.name == "p95"), None)
        self._missing = [name for name in ("p50", "p95") if name not in {side.name for side in sides}]
        self._refused = self._n is not None and self._n < SMALLEST_BASELINE
        if self._refused:
            sides = [side for side in sides if side.name != "p95"]
        self._folds = tuple(
            (side, ShareFold(side.share, _tally(side.edge), expected=side.expected)) for side in sides
        )
        self._bins: dict[int, float | None] = {}
        self._bins_version = 0
        self._hours = HourSums[dict[float, float]](dict, add_readings, add_counts)
        # Without a baseline nothing can be judged, but the minutes are still followed, to show what was seen.
        self._window = self._folds[0][1] if self._folds else ShareFold(0.05, _tally(1.0))

    def max_age(self, interval: timedelta) -> timedelta:
        """A stream's."""
        return stream_age(interval)

    def judge(self, evidence: Evidence, look: Look) -> Verdict:
        """Judge at the look's minute."""
        epoch, at = first_minute_after(look.epoch), minute_of(look.at)
        known = self._known(look)
        views = [
            (side, fold, fold.advance(evidence, epoch, at, known.get(side.name)))
            for side, fold in self._folds
        ]
        if not views:
            return self._unjudged(evidence, self._window.advance(evidence, epoch, at))
        state = worse(*(view.state for _, _, view in views))
        side, fold, view = next(one for one in views if one[2].state is state)
        shown = shown_window(view)
        counts = as_counts(self._hours.between(evidence, shown.first, shown.end))
        p50, p95 = quantile(counts, 0.5), quantile(counts, 0.95)
        reason = ""
        if state is State.OK:
            reason = hushed(fold, view) or self._too_fast(counts)
            if self._n is None and not reason:
                reason = 'size of the baseline unknown: set its "n"'
            state = State.WATCH if reason else state
        lacking = self._lacking()
        if lacking and state in (State.OK, State.WATCH):
            state = State.TOO_FEW if view.state is State.OK else state
        off = None if p95 is None or self._base95 is None else p95 / self._base95 - 1
        needs = needs_text(view, "answer") if view.state is State.TOO_FEW else lacking
        have_need = f"{words.bare(view.long.n)}/{words.bare(view.need)}"
        return Verdict(
            signal=self.key,
            title=self.title,
            state=state,
            since=instant_of(view.since),
            value=None if p95 is None or not isfinite(p95) else p95,
            value_text="" if p95 is None else words.seconds(p95),
            band_text=self.band_text,
            band_long=self._band_long(p50),
            count_text=have_need if view.state is State.TOO_FEW else words.bare(shown.n),
            count_long=f"{words.bare(view.long.n)} of {words.bare(view.need)} answers"
            if view.state is State.TOO_FEW
            else f"{words.count(shown.n)} answers, {words.span(shown.minutes)}",
            headline=latency_headline(side, view, p50 if side.name == "p50" else p95)
            + proven_before(view, look),
            why=reason or latency_why(side, view, counts, p50),
            newest=evidence.newest,
            gauge=self._gauge(off),
            history=self._history(evidence, at),
            history_edge=None if self._base95 is None else self._base95 * (1 + self._within),
            history_low_edge=None if self._base95 is None else self._base95 * (1 - self._within),
            needs=needs if state is State.TOO_FEW else "",
            numbers=latency_numbers(views, p50, p95, self._n),
            words=(
                *latency_words(side, fold, view, self._within),
                *((f"{reason[0].upper()}{reason[1:]}.",) if reason else ()),
            ),
            method=f"e-detector a share, c {RUN_LENGTH:,}, 1 min buckets",
            columns=("slower", "answers", "share", "Wilson 95 %"),
            windows=tuple(
                row
                for each, its_fold, its_view in views
                for row in share_rows(its_fold, its_view, each.name, burns=False)
            ),
            parts=number_pairs(
                {
                    "p50": "" if p50 is None else words.seconds(p50),
                    "p95": "" if p95 is None else words.seconds(p95),
                    "baseline": ", ".join(f"{each.name} {words.seconds(each.base)}" for each, _, _ in views)
                    + ("" if self._n is None else f", on {words.count(self._n)} requests"),
                }
            ),
        )

    def series(self, evidence: Evidence, at: datetime, span: timedelta, bins: int) -> Series:
        """The p95."""
        laid = Bins.until(at, span, bins)
        values = tuple(self._p95(readings) for readings in laid.groups(evidence))
        base = self._base95
        high = None if base is None else base * (1 + self._within)
        low = None if base is None else base * (1 - self._within)
        return Series(laid.start, laid.end, values, Unit.SECONDS, high, low)

    def _known(self, look: Look) -> dict[str, int | None]:
        """Which side a BREACH of before stood on, as far as its headline tells; else on both."""
        minute = known_minute(look)
        if look.latch is None:
            return {}
        told = [side.name for side, _ in self._folds if f"latency {side.name} " in look.latch.headline]
        return {side.name: minute for side, _ in self._folds if side.name in told or not told}

    def _unjudged(self, evidence: Evidence, view: ShareView) -> Verdict:
        counts = as_counts(self._hours.between(evidence, view.long.first, view.long.end))
        p95 = quantile(counts, 0.95)
        return Verdict(
            signal=self.key,
            title=self.title,
            state=State.NO_DATA if view.state is State.NO_DATA else State.TOO_FEW,
            since=instant_of(view.at),
            value=None if p95 is None or not isfinite(p95) else p95,
            value_text="" if p95 is None else words.seconds(p95),
            band_text=self.band_text,
            count_text=words.bare(view.long.n),
            headline=f"{self.title} not judged: {self._lacking()}",
            why=self._lacking(),
            newest=evidence.newest,
            needs=self._lacking(),
        )

    def _lacking(self) -> str:
        if self._missing:
            return f"needs a baseline: set {' and '.join(self._missing)} of this signal's baseline"
        if self._refused:
            return (
                f"needs a larger baseline for p95: {words.count(self._n or 0)} requests, "
                f"{SMALLEST_BASELINE} at least"
            )
        return ""

    def _too_fast(self, counts: Counts) -> str:
        for side, _ in self._folds:
            _, possibly, n = slower(counts, side.fast)
            faster = n - possibly
            if n >= clean_n(side.share) and wilson_lower(faster, n) > 1 - side.share:
                drop = words.whole_percent(self._within)
                return f"{side.name} is more than {drop} faster than the baseline: truncated, or a fallback?"
        return ""

    def _band_long(self, p50: float | None) -> str:
        base = "" if self._base95 is None else f" of {words.seconds(self._base95)}"
        return f"healthy {self.band_text}{base}" + ("" if p50 is None else f"; p50 {words.seconds(p50)}")

    def _gauge(self, off: float | None) -> Gauge | None:
        if self._base95 is None:
            return None
        reach = self._within * 2.5
        text = f"{reach * 100:.3g}"
        value = None if off is None else min(off, 1e6)
        return Gauge(-reach, reach, f"-{text}", f"+{text} %", -self._within, self._within, 0.0, value)

    def _history(self, evidence: Evidence, at: int) -> tuple[float | None, ...]:
        changed = evidence.oldest_change(self._bins_version)
        limit = at + 1 if changed is None else changed + 1
        oldest = at - BINS * BIN_MINUTES
        self._bins = {end: p95 for end, p95 in self._bins.items() if oldest < end < limit}
        self._bins_version = evidence.version
        ends = range(oldest + BIN_MINUTES, at + 1, BIN_MINUTES)
        for end in ends:
            if end not in self._bins:
                self._bins[end] = self._bin(evidence, end)
        return tuple(self._bins[end] for end in ends)

    def _bin(self, evidence: Evidence, end: int) -> float | None:
        return self._p95(evidence.between(end - BIN_MINUTES, end))

    def _p95(self, readings: Iterable[Reading]) -> float | None:
        bounds: dict[float, float] = {}
        add_readings(bounds, readings)
        p95 = quantile(as_counts(bounds), 0.95)
        # Beyond the last bound: drawn off the scale, as twice the edge.
        return p95 if p95 is None or isfinite(p95) else 2.2 * (self._base95 or 1.0)


def _tally(edge: float) -> Callable[[tuple[Reading, ...]], Tally]:
    def of(readings: tuple[Reading, ...]) -> Tally:
        sure = possibly = n = 0.0
        for reading in readings:
            if isinstance(reading.observation, Latency):
                more = slower(reading.observation.counts, edge)
                sure, possibly, n = sure + more[0], possibly + more[1], n + more[2]
        return sure, possibly, n

    return of
