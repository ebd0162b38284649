"""Evals: answers sampled from production within 5 % of the cold eval.

How nights are pooled and held against the cold run is in `console.signals.nights`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from math import sqrt

from adapters.signals.port import Observation, Reading, Score
from console.signals import words
from console.signals.bins import Bins, days_of
from console.signals.evidence import Evidence
from console.signals.judges.port import Look, number_pairs
from console.signals.latching import CLEARING, latched
from console.signals.nights import Gap, Night, night, of_epoch, pooled, sampled, score_of, worst_of
from console.signals.series import Series, Unit
from console.signals.verdict import Gauge, State, Verdict, WindowRow
from console.signals.wilson import Z_95

OLDEST = timedelta(hours=36)
"""A night is missed when the last run is older than this."""

RECENT_NIGHTS = 3
_Z_99 = 2.3263478740408408
"""Harm is looked for every night, so its bound is the stricter one."""
_FEWEST = 100
_SHOWN = 30


class EvalsJudge:
    """Holds the nightly eval of production against the cold one.

    Args:
        within: width of the band, a share (0.05).
        baseline: "cold" score and "n" cases, where the source does not tell them.
    """

    key = "evals"
    title = "eval score"
    kind: type[Observation] = Score
    needs_answers = True
    follows_model = True

    def __init__(self, within: float, baseline: Mapping[str, float]) -> None:
        self._within = within
        self._cold = baseline.get("cold")
        self._cold_n = baseline.get("n")
        # A run comes once a night, and the nights are played again for each: kept until one more comes.
        self._judged: tuple[tuple[object, ...], Verdict] | None = None
        self.band_text = f"±{words.whole_percent(within)}" if self._cold is None else self._band(self._cold)

    def max_age(self, interval: timedelta) -> timedelta:
        """A night and a half."""
        return OLDEST

    def judge(self, evidence: Evidence, look: Look) -> Verdict:
        """Judge by the runs that ended by the look's time."""
        runs = [
            one
            for one in evidence.long_readings()
            if one.end <= look.at and of_epoch(one, look.epoch) and sampled(one)
        ]
        if not runs:
            return self._empty(evidence, look)
        key = (evidence.version, look.epoch, len(runs), look.latch)
        if self._judged is None or self._judged[0] != key:
            self._judged = key, self._judge(runs, evidence, look.latch.since if look.latch else None)
        return self._judged[1]

    def series(self, evidence: Evidence, at: datetime, span: timedelta, bins: int) -> Series:
        """The score of each night."""
        count = days_of(span)
        laid = Bins.until(at, timedelta(days=count), count)
        values: list[float | None] = [None] * count
        cold = self._cold
        for run in evidence.long_readings():
            if not sampled(run):
                continue
            cold = score_of(run).cold or self._cold
            index = (run.end - timedelta.resolution - laid.start) // laid.width
            if 0 <= index < count:
                values[index] = night(run).mean
        high = None if cold is None else cold * (1 + self._within)
        low = None if cold is None else cold * (1 - self._within)
        return Series(laid.start, laid.end, tuple(values), Unit.SCORE, high, low)

    def _judge(self, runs: list[Reading], evidence: Evidence, known: datetime | None) -> Verdict:
        judged = []
        gap: Gap | None = None
        why = ""
        for end in range(max(1, len(runs) - _SHOWN), len(runs) + 1):
            gap = pooled(runs[:end], self._cold, self._cold_n)
            recent = pooled(runs[max(0, end - RECENT_NIGHTS) : end], self._cold, self._cold_n)
            state, why = self._state(gap, recent)
            inside = recent is not None and recent.value <= self._within
            judged.append((runs[end - 1].end, state, inside))
        state, since, inside_again = latched(judged, known)
        if inside_again:
            why += f"; inside again for {inside_again} of 5 nights"
        return self._verdict(state, since, gap, why, runs, evidence)

    def _state(self, gap: Gap | None, recent: Gap | None) -> tuple[State, str]:
        if gap is None or recent is None:
            return State.TOO_FEW, 'needs a cold score: set "cold" of this signal\'s baseline'
        off = f"cold {gap.cold:.2f}, {words.signed_percent(-gap.value)}"
        if gap.error is None or recent.error is None:
            return State.WATCH, f"{off}; size of the cold run unknown"
        for part in (gap, recent):
            if part.n >= _FEWEST and part.value - _Z_99 * (part.error or 0.0) > self._within:
                return State.BREACH, f"cold {part.cold:.2f}, {words.signed_percent(-part.value)}: proven"
        if gap.n < _FEWEST:
            return State.TOO_FEW, off
        upper = gap.value + Z_95 * gap.error
        if recent.value > self._within:
            nights = f"last {recent.nights} nights {words.signed_percent(-recent.value)}"
            return State.WATCH, f"{off}; {nights}: outside, not proven"
        if upper < self._within:
            if -gap.value > self._within:
                return State.WATCH, f"{off}: better than the cold eval; is the judge lenient?"
            return State.OK, off
        if gap.value + Z_95 * gap.cold_error >= self._within:
            return State.WATCH, f"{off}: in band, not proven; the cold run is too small to prove it"
        return State.TOO_FEW, off

    def _needs(self, gap: Gap | None) -> str:
        if gap is None:
            return 'needs a cold score: set "cold" of this signal\'s baseline'
        if gap.n < _FEWEST:
            return f"needs {_FEWEST - gap.n} more sampled answers"
        room = ((self._within - gap.value) / Z_95) ** 2 - gap.cold_error**2
        have = (gap.error or 0.0) ** 2 - gap.cold_error**2
        if room <= 0 or have <= 0:
            return "needs more nights"
        more = max(1, round(gap.nights * (have / room - 1) + 0.5))
        return f"needs ~{more} more night{'s' * (more != 1)} of this size"

    def _verdict(
        self,
        state: State,
        since: datetime | None,
        gap: Gap | None,
        why: str,
        runs: list[Reading],
        evidence: Evidence,
    ) -> Verdict:
        last = night(runs[-1])
        cold = None if gap is None else gap.cold
        edge = None if cold is None else cold * (1 - self._within)
        worst = worst_of(score_of(runs[-1]))
        off = "" if gap is None else f", {words.signed_percent(-gap.value)} of cold {gap.cold:.2f}"
        value, n = (last.mean, last.n) if gap is None else (gap.mean, gap.n)
        return Verdict(
            signal=self.key,
            title=self.title,
            state=state,
            since=since,
            value=value,
            value_text=f"{value:.2f}",
            band_text=self.band_text if cold is None else self._band(cold),
            band_long=""
            if cold is None
            else f"healthy {self._band(cold)} (cold {cold:.2f}, -{words.whole_percent(self._within)})",
            count_text=f"{last.n}",
            count_long=f"{last.n} answers, last night",
            headline=f"{self.title} {value:.2f}{off}, on {words.count(n)} answers",
            why=f"{why}; worst {worst}" if worst and state is not State.OK else why,
            newest=runs[-1].end,
            gauge=None if cold is None else self._gauge(cold, value),
            history=tuple(night(one).mean for one in runs[-_SHOWN:]),
            history_edge=None if cold is None else cold * (1 + self._within),
            history_low_edge=edge,
            needs=self._needs(gap) if state is State.TOO_FEW else "",
            numbers=self._numbers(gap, last, worst, runs),
            words=self._words(state, gap),
            method="stratified means, nights of one judge pooled, delta method",
            columns=("", "answers", "score", "95 %"),
            windows=self._rows(gap, last, runs),
            parts=number_pairs(
                {
                    "cold": "" if gap is None else f"{gap.cold:.3f}",
                    "worst category": worst,
                    "judge": words.plain(score_of(runs[-1]).judge or "", 40),
                }
            ),
        )

    def _band(self, cold: float) -> str:
        return f"≥ {cold * (1 - self._within):.3f}"

    def _gauge(self, cold: float, value: float) -> Gauge:
        low = round(cold * (1 - 2.4 * self._within), 2)
        high = min(1.0, round(cold * (1 + 1.4 * self._within), 2))
        return Gauge(low, high, f"{low:.2f}", f"{high:.2f}", cold * (1 - self._within), None, cold, value)

    def _numbers(
        self, gap: Gap | None, last: Night, worst: str, runs: list[Reading]
    ) -> tuple[tuple[str, str], ...]:
        numbers = {
            "last night": f"{last.mean:.3f} on {last.n} answers, standard error {sqrt(last.variance):.3f}",
            "worst category": worst,
            "judge": words.plain(score_of(runs[-1]).judge or "", 40),
        }
        if gap is not None:
            numbers["pooled"] = f"{gap.mean:.3f} on {words.count(gap.n)} answers of {gap.nights} nights"
            numbers["cold"] = f"{gap.cold:.3f}"
            numbers["D = (cold - production) / cold"] = words.percent(gap.value)
            if gap.error is not None:
                upper = gap.value + Z_95 * gap.error
                lower = gap.value - _Z_99 * gap.error
                numbers["upper bound of D, 95 %"] = f"{words.percent(upper)}, inside under {self._within:.0%}"
                numbers["lower bound of D, 99 %"] = f"{words.percent(lower)}, harm over {self._within:.0%}"
        return number_pairs(numbers)

    def _rows(self, gap: Gap | None, last: Night, runs: list[Reading]) -> tuple[WindowRow, ...]:
        found = [_scored("last night", last.n, last.mean, sqrt(last.variance))]
        recent = pooled(runs[-RECENT_NIGHTS:], self._cold, self._cold_n)
        for each in (recent, gap):
            if each is None or (each is gap and recent is not None and each.nights == recent.nights):
                continue
            name = f"{each.nights} night{'s' * (each.nights != 1)}"
            if each.error is None:
                found.append(_scored(name, each.n, each.mean, None))
                continue
            worst, best = each.value - _Z_99 * each.error, each.value + Z_95 * each.error
            state = State.BREACH if worst > self._within else State.OK if best < self._within else None
            found.append(
                replace(
                    _scored(name, each.n, each.mean, each.error * each.cold),
                    proof=f"{words.signed_percent(-worst)} at best",
                    line=f"-{words.whole_percent(self._within)}",
                    state=state,
                    note=f"{words.signed_percent(-best)} at worst",
                )
            )
        return tuple(found)

    def _words(self, state: State, gap: Gap | None) -> tuple[str, ...]:
        if gap is None:
            return ()
        nights = f"{gap.nights} night{'s' * (gap.nights != 1)}"
        first = (
            f"{words.count(gap.n)} production answers of {nights} scored {gap.mean:.3f}; "
            f"the cold eval scored {gap.cold:.3f}, that is {words.signed_percent(-gap.value)}."
        )
        under = f"not more than {words.whole_percent(self._within)} under cold"
        healthy = f"Healthy is {self._band(gap.cold)}, that is {under}."
        meaning = {
            State.OK: "With the errors of both, health is proven.",
            State.BREACH: f"It says BREACH until {CLEARING} nights in a row are inside; a missed one is not.",
            State.WATCH: "It is not proven either way, or it is better than it should be.",
            State.TOO_FEW: "Too few answers were scored to prove health or harm.",
        }.get(state, "")
        return first, healthy, meaning

    def _empty(self, evidence: Evidence, look: Look) -> Verdict:
        """Nothing that counts; a run of before the epoch is data, but of another feature, as it were."""
        older = any(one.end <= look.at and sampled(one) for one in evidence.long_readings())
        why = "no run of the production eval yet"
        state = State.NO_DATA
        headline = f"{self.title}: no run yet"
        needs = ""
        if older:
            why, needs = "no run yet of what answers now", "needs the next night"
            state, headline = State.TOO_FEW, f"{self.title}: {why}"
            if look.latch is not None:
                state, headline = State.BREACH, look.latch.headline
        return Verdict(
            signal=self.key,
            title=self.title,
            state=state,
            since=look.latch.since if look.latch is not None and older else look.epoch if older else None,
            band_text=self.band_text,
            headline=headline,
            why=why,
            newest=evidence.newest,
            needs=needs,
        )


def _scored(window: str, n: int, mean: float, error: float | None) -> WindowRow:
    reach = None if error is None else 1.959963984540054 * error
    text = "" if reach is None else f"{max(0.0, mean - reach):.3f} to {min(1.0, mean + reach):.3f}"
    return WindowRow(window, n=words.count(n), value=f"{mean:.3f}", interval=text)
