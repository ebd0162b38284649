"""Injection and abuse attempts: the shape, not just the count.

The mix of technique classes in the last 24 hours against that of the weeks before, by an e-value (see
`console.signals.shape`). An attempt that passed is WATCH; one of a class never seen before, from three
sources, is BREACH. A detector that scanned nothing is dead, not at peace.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from math import log

from adapters.signals.port import Observation, Shape
from console.signals import words
from console.signals.bins import Bins
from console.signals.evidence import Evidence, minute_of
from console.signals.hours import HourSums
from console.signals.judges.port import Look, first_minute_after, number_pairs, stream_age
from console.signals.latching import Hold
from console.signals.mix import Mix, tries_in
from console.signals.series import Series, Unit
from console.signals.shape import distance, log_e
from console.signals.verdict import Gauge, State, Verdict, WindowRow

DAY = 1440
PROOF = 1000.0
"""e-value that proves another mix. A sliding day is looked at again and again: far more than 20."""
HINT = 20.0
_SCANNED = 100
_USUAL = 50
_CRITICAL_SOURCES = 3
_BINS, _BIN = 30, 2
_CLASSES = 8


class InjectionJudge:
    """Holds the mix of injection attempts against the usual one."""

    key = "injection"
    title = "injection"
    kind: type[Observation] = Shape
    needs_answers = True
    follows_model = False

    def __init__(self) -> None:
        self.band_text = "shape"
        self._usual = Mix()
        self._usual_key: tuple[object, ...] = ()
        self._hold = Hold()
        self._hours = HourSums(Mix, Mix.add, Mix.join)

    def max_age(self, interval: timedelta) -> timedelta:
        """A stream's: the scanned requests are its heartbeat."""
        return stream_age(interval)

    def judge(self, evidence: Evidence, look: Look) -> Verdict:
        """Judge the 24 hours before the look's minute."""
        now, usual, evidence_log = self._mixes(evidence, look.at, look.epoch)
        found, why = self._state(now, usual, evidence_log)
        state, since = self._hold.over(
            found,
            look.at,
            inside=found in (State.OK, State.TOO_FEW) or (found is State.WATCH and evidence_log < log(HINT)),
            epoch=look.epoch,
            known=None if look.latch is None else look.latch.since,
            earlier=lambda then: self._state(*self._mixes(evidence, then, look.epoch))[0],
        )
        if state is not found:
            why += f"; inside again for {self._hold.inside} of 5 half hours"
        return self._verdict(state, since, why, now, usual, evidence_log, evidence, look)

    def _mixes(self, evidence: Evidence, at: datetime, epoch: datetime | None) -> tuple[Mix, Mix, float]:
        """What was tried in the day before, what was usual until then, and the e-value's logarithm."""
        minute = minute_of(at)
        first = max(minute - DAY, first_minute_after(epoch) or 0)
        now = self._hours.between(evidence, first, minute)
        usual = self._before(evidence, first)
        return now, usual, log_e(now.attempts, usual.attempts)

    def series(self, evidence: Evidence, at: datetime, span: timedelta, bins: int) -> Series:
        """Attempts, blocked or not."""
        laid = Bins.until(at, span, bins)
        counted = laid.sums(evidence, lambda reading: (tries_in(reading),))
        values = tuple(None if one is None else one[0] for one in counted)
        return Series(laid.start, laid.end, values, Unit.COUNT)

    def _before(self, evidence: Evidence, first: int) -> Mix:
        """The usual mix: everything kept from before the window, read anew once an hour."""
        key = (evidence.coarse_version, evidence.first_minute, first // 60)
        if key != self._usual_key:
            earlier = [one for one in evidence.long_readings() if minute_of(one.start) < first]
            self._usual = Mix()
            self._usual.add(earlier)
            self._usual.add(evidence.between(0, first // 60 * 60))
            self._usual_key = key
        return self._usual

    def _state(self, now: Mix, usual: Mix, evidence_log: float) -> tuple[State, str]:
        seen = now.attempts
        if now.scanned <= 0:
            return State.NO_DATA, "the detector scanned nothing in 24 h: a dead one looks like peace"
        known = usual.attempts
        passed = {name: k for name, k in now.passed.items() if k > 0}
        new = sorted(name for name in passed if known.get(name, 0.0) <= 0)
        listed = _listed(seen)
        if sum(known.values()) >= _USUAL:
            if any(now.sources.get(name, 0) >= _CRITICAL_SOURCES for name in new):
                return (
                    State.BREACH,
                    f"{_listed({name: passed[name] for name in new})} passed: never seen before",
                )
            if evidence_log >= log(PROOF):
                through = (
                    f"{_listed({name: passed[name] for name in new})} passed, never seen before; "
                    if new
                    else ""
                )
                return State.BREACH, f"{through}{listed}: not the usual shape, proven"
        if new:
            return (
                State.WATCH,
                f"{_listed({name: passed[name] for name in new})} passed, of a new class",
            )
        if passed:
            return State.WATCH, f"{_listed(passed)} passed; {words.count(sum(seen.values()))} tries"
        if now.scanned < _SCANNED:
            return State.TOO_FEW, listed or "no tries"
        if not seen:
            return State.OK, f"no tries in {words.count(now.scanned)} scanned requests"
        if sum(known.values()) < _USUAL:
            return State.TOO_FEW, listed
        if evidence_log >= log(HINT):
            return State.WATCH, f"{listed}: another shape than usual, not proven"
        return State.OK, f"{listed}: shape as before"

    def _verdict(
        self,
        state: State,
        since: datetime | None,
        why: str,
        now: Mix,
        usual: Mix,
        evidence_log: float,
        evidence: Evidence,
        look: Look,
    ) -> Verdict:
        tries, passed = sum(now.attempts.values()), sum(now.passed.values())
        sources = max(now.sources.values(), default=0)
        needs = ""
        if state is State.TOO_FEW:
            known = sum(usual.attempts.values())
            needs = (
                f"needs {words.count(_SCANNED - now.scanned)} more scanned requests"
                if now.scanned < _SCANNED
                else f"needs {words.count(_USUAL - known)} more tries to know the usual shape"
            )
        # Distinct sources are known by interval only: one is always certain, and says nothing.
        with_sources = f"; {sources} sources at least" if sources > 1 else ""
        value = max(0.0, evidence_log / log(10))
        some = now.scanned > 0
        return Verdict(
            signal=self.key,
            title=self.title,
            state=state,
            since=since,
            value=tries if some else None,
            value_text=f"{words.count(tries)} tr{'y' if tries == 1 else 'ies'}" if some else "",
            band_text=self.band_text,
            band_long="healthy: usual shape, none new in",
            count_text=f"{words.bare(passed)} passed" if some else "",
            count_long=f"{words.count(passed)} passed, 24 h" if some else "",
            headline=f"{self.title} {words.count(tries)} tr{'y' if tries == 1 else 'ies'}, "
            f"{words.count(passed)} passed: {why}"
            if some
            else f"{self.title}: {why}",
            why=why + (with_sources if some else ""),
            newest=evidence.newest,
            gauge=Gauge(0.0, 4.0, "same", "new", None, 3.0, None, min(value, 1e6)) if some else None,
            history=self._history(evidence, minute_of(look.at)),
            needs=needs,
            words=self._words(state, now, usual, evidence_log) if some else (),
            method="Dirichlet-multinomial e-value against the usual mix",
            columns=("passed", "tries", "share", "usual"),
            windows=_rows(now, usual, evidence_log),
            parts=number_pairs(
                {
                    "scanned": words.count(now.scanned),
                    "sources": f"{sources} at least" if sources else "",
                    "detector": words.plain(now.detector, 40),
                    "distance": f"Jensen-Shannon {distance(now.attempts, usual.attempts):.2f} of 1",
                }
            ),
            numbers=number_pairs(
                {
                    "last 24 h": _listed(now.attempts, 12),
                    "passed": _listed(now.passed, 12) or "0",
                    "usual": _listed(usual.attempts, 12),
                    "scanned": words.count(now.scanned),
                    "sources": f"{sources} at least" if sources else "",
                    "detector": words.plain(now.detector, 40),
                    "e-value": f"{words.power(evidence_log)}; watched from {HINT:g}, harm from {PROOF:g}",
                    "Jensen-Shannon distance": f"{distance(now.attempts, usual.attempts):.2f} of 1",
                }
            ),
        )

    @staticmethod
    def _words(state: State, now: Mix, usual: Mix, evidence_log: float) -> tuple[str, ...]:
        tries, passed = sum(now.attempts.values()), sum(now.passed.values())
        scanned = words.count(now.scanned)
        counts = f"{words.count(tries)} of {scanned} scanned requests were tries in a day"
        first = f"{counts}; {words.count(passed)} passed."
        healthy = "Healthy is the usual mix of classes, and none that passes, whatever their number."
        if sum(usual.attempts.values()) < _USUAL:
            known = f"The usual mix is not known yet: {_USUAL} earlier tries are needed for it."
            return first, healthy, known
        odds = f"Against the usual mix speak {words.power(evidence_log)} to 1"
        meaning = {
            State.BREACH: "It says BREACH until the mix is as usual again: proven, or for 5 half hours.",
            State.WATCH: f"{odds}; that is no proof, which takes {PROOF:,.0f} to 1.",
            State.OK: f"{odds}: nothing speaks for another one.",
        }.get(state, "")
        return first, healthy, meaning

    def _history(self, evidence: Evidence, at: int) -> tuple[float | None, ...]:
        found: list[float | None] = []
        for index in range(_BINS, 0, -1):
            end = at - (index - 1) * _BIN
            readings = list(evidence.between(end - _BIN, end))
            found.append(sum(map(tries_in, readings)) if readings else None)
        return tuple(found)


def _rows(now: Mix, usual: Mix, evidence_log: float) -> tuple[WindowRow, ...]:
    """Class by class, the most tried first; then the mix as a whole."""
    seen, before = now.attempts, usual.attempts
    all_seen, all_before = sum(seen.values()), sum(before.values())
    found = []
    for name in sorted(seen, key=lambda each: (-now.passed[each], -seen[each], each))[:_CLASSES]:
        new = all_before >= _USUAL and before.get(name, 0.0) <= 0
        passed = now.passed[name]
        sources = now.sources.get(name, 0)
        notes = ["never seen before"] * new + [f"{sources} sources at least"] * (sources > 1)
        found.append(
            WindowRow(
                words.plain(name),
                words.count(passed),
                words.count(seen[name]),
                words.percent(seen[name] / all_seen),
                words.percent(before.get(name, 0.0) / all_before) if all_before > 0 else "",
                state=State.WATCH if passed > 0 else None,
                note=", ".join(notes),
            )
        )
    if all_before >= _USUAL:
        proof = evidence_log >= log(PROOF)
        line = words.power(log(PROOF))
        state = State.BREACH if proof else None
        found.append(WindowRow("mix, 24 h", proof=words.power(evidence_log), line=line, state=state))
    return tuple(found)


def _listed(counts: Mapping[str, float], most: int = 4) -> str:
    return words.listing(counts, most, number_first=True)
