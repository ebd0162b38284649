"""Evals: answers sampled from production within 5 % of the cold eval.

A night's score is the stratified mean, sum of w_h m_h over the categories h, with variance sum of w_h^2
s_h^2 / n_h (Cochran, Sampling Techniques, 5.2); w_h is the category's share of production, or of the sample
where that is not known. Nights of one judge are pooled by their size. D = (cold - production) / cold, its
error by the delta method from both sides; the cold run's spread is taken to be production's, as no source
tells it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import isfinite, sqrt

from adapters.signals.port import Observation, Reading, Score, Stratum
from console.signals import words
from console.signals.bins import MONTH, Bins
from console.signals.evidence import Evidence
from console.signals.judges.port import Look, number_pairs
from console.signals.latching import latched
from console.signals.series import Series, Unit
from console.signals.verdict import Gauge, State, Verdict
from console.signals.wilson import Z_95

OLDEST = timedelta(hours=36)
"""A night is missed when the last run is older than this."""

POOLED_NIGHTS = 14
RECENT_NIGHTS = 3
_Z_99 = 2.3263478740408408
"""Harm is looked for every night, so its bound is the stricter one."""
_FEWEST = 100
_WORST_N = 10
_SHOWN = 30


@dataclass(frozen=True, slots=True)
class Night:
    """One run: when, stratified mean and its variance, answers, spread of single answers."""

    at: datetime
    mean: float
    variance: float
    n: int
    spread: float


@dataclass(frozen=True, slots=True)
class Gap:
    """Production against cold.

    Attributes:
        nights: pooled.
        mean: of production.
        n: answers.
        cold: score it is held against.
        value: D; positive where production is worse.
        error: its standard error; None where the cold run's size is unknown.
        cold_error: the part of `error` that more nights cannot lower.
    """

    nights: int
    mean: float
    n: int
    cold: float
    value: float
    error: float | None
    cold_error: float


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
            if one.end <= look.at and _of_epoch(one, look.epoch) and _sampled(one)
        ]
        if not runs:
            return self._empty(evidence, look)
        key = (evidence.version, look.epoch, len(runs), look.latch)
        if self._judged is None or self._judged[0] != key:
            self._judged = key, self._judge(runs, evidence, look.latch.since if look.latch else None)
        return self._judged[1]

    def series(self, evidence: Evidence, at: datetime, span: timedelta, bins: int) -> Series:
        """The score of each night of a month."""
        laid = Bins.until(at, timedelta(days=MONTH), MONTH)
        values: list[float | None] = [None] * MONTH
        cold = self._cold
        for run in evidence.long_readings():
            if not _sampled(run):
                continue
            cold = _score(run).cold or self._cold
            index = (run.end - timedelta.resolution - laid.start) // laid.width
            if 0 <= index < MONTH:
                values[index] = _night(run).mean
        high = None if cold is None else cold * (1 + self._within)
        low = None if cold is None else cold * (1 - self._within)
        return Series(laid.start, laid.end, tuple(values), Unit.SCORE, high, low)

    def _judge(self, runs: list[Reading], evidence: Evidence, known: datetime | None) -> Verdict:
        judged = []
        gap: Gap | None = None
        why = ""
        for end in range(max(1, len(runs) - _SHOWN), len(runs) + 1):
            gap = self._gap(runs[:end])
            recent = self._gap(runs[max(0, end - RECENT_NIGHTS) : end])
            state, why = self._state(gap, recent)
            inside = recent is not None and recent.value <= self._within
            judged.append((runs[end - 1].end, state, inside))
        state, since, inside_again = latched(judged, known)
        if inside_again:
            why += f"; inside again for {inside_again} of 5 nights"
        return self._verdict(state, since, gap, why, runs, evidence)

    def _gap(self, runs: list[Reading]) -> Gap | None:
        newest = _score(runs[-1])
        alike = [one for one in runs[-POOLED_NIGHTS:] if _score(one).judge == newest.judge]
        nights = [_night(one) for one in alike]
        cold = newest.cold if newest.cold is not None else self._cold
        if cold is None or not cold > 0:
            return None
        n = sum(night.n for night in nights)
        mean = sum(night.n * night.mean for night in nights) / n
        variance = sum((night.n / n) ** 2 * night.variance for night in nights)
        cold_n = newest.cold_n if newest.cold_n else self._cold_n
        spread = sqrt(sum(night.n * night.spread**2 for night in nights) / n)
        cold_error = 0.0
        error = None
        if cold_n is not None and cold_n > 0:
            cold_error = mean / cold**2 * spread / sqrt(cold_n)
            error = sqrt(variance / cold**2 + cold_error**2)
        return Gap(len(nights), mean, n, cold, (cold - mean) / cold, error, cold_error)

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
        last = _night(runs[-1])
        cold = None if gap is None else gap.cold
        edge = None if cold is None else cold * (1 - self._within)
        worst = _worst(_score(runs[-1]))
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
            history=tuple(_night(one).mean for one in runs[-_SHOWN:]),
            history_edge=None if cold is None else cold * (1 + self._within),
            history_low_edge=edge,
            needs=self._needs(gap) if state is State.TOO_FEW else "",
            numbers=self._numbers(gap, last, worst, runs),
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
            "judge": words.plain(_score(runs[-1]).judge or "", 40),
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

    def _empty(self, evidence: Evidence, look: Look) -> Verdict:
        """Nothing that counts; a run of before the epoch is data, but of another feature, as it were."""
        older = any(one.end <= look.at and _sampled(one) for one in evidence.long_readings())
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


def _score(reading: Reading) -> Score:
    return reading.observation if isinstance(reading.observation, Score) else Score(())


def _of_epoch(reading: Reading, epoch: datetime | None) -> bool:
    """Whether most of what a run sampled was answered in the epoch."""
    return epoch is None or epoch - reading.start <= reading.end - epoch


def _sampled(reading: Reading) -> bool:
    return isinstance(reading.observation, Score) and sum(one.n for one in reading.observation.strata) > 0


def _night(reading: Reading) -> Night:
    strata = [one for one in _score(reading).strata if one.n > 0]
    n = sum(one.n for one in strata)
    weights = [one.weight for one in strata]
    known = [weight for weight in weights if weight is not None and isfinite(weight)]
    total = sum(known)
    shares = (
        [k / total for k in known] if len(known) == len(strata) and total > 0 else [s.n / n for s in strata]
    )
    mean = sum(w * one.mean for w, one in zip(shares, strata, strict=True))
    spread = sqrt(sum(one.n * (one.sd**2 + (one.mean - mean) ** 2) for one in strata) / n)
    # One answer shows no spread of its own: it takes the night's.
    variance = sum(
        w**2 * (one.sd if one.n > 1 else spread) ** 2 / one.n for w, one in zip(shares, strata, strict=True)
    )
    return Night(reading.end, mean, variance, n, spread)


def _worst(score: Score) -> str:
    large: list[Stratum] = [one for one in score.strata if one.n >= _WORST_N]
    if not large:
        return ""
    worst = min(large, key=lambda one: one.mean)
    return f"{words.plain(worst.name.raw)} {worst.mean:.2f} (n {worst.n})"
