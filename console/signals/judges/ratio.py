"""Errors and feedback: a share of bad answers that is to stay under an edge."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from adapters.signals.port import Observation, Ratio, Reading
from console.signals import words
from console.signals.bins import Bins
from console.signals.detector import RUN_LENGTH
from console.signals.evidence import Evidence, instant_of, minute_of
from console.signals.hours import HourSums
from console.signals.judges.port import Look, first_minute_after, number_pairs, stream_age
from console.signals.judges.share_told import (
    hushed,
    known_minute,
    needs_text,
    no_answers,
    of,
    proven_again,
    proven_before,
    proven_in_band,
    share_rows,
    share_words,
    shown_window,
    upper_bound,
    window_text,
)
from console.signals.series import Series, Unit
from console.signals.share_view import ShareView, Window
from console.signals.shares import SHORT, ShareFold
from console.signals.verdict import Gauge, State, Verdict
from console.signals.wilson import wilson_lower

BINS, BIN_MINUTES = 30, 2
_KINDS = {"timeout": "time-out"}


@dataclass(frozen=True, slots=True)
class Wording:
    """How a share is spoken of.

    Attributes:
        title: "error rate".
        verb: what the bad ones did, in as few words as a headline has ("failed").
        told: the same in a sentence ("were disliked").
        usual: share of a healthy feature as a part of the edge; sets how many answers a proof of health
            waits for.
    """

    title: str
    verb: str
    told: str
    usual: float


ERRORS = Wording("error rate", "failed", "failed", 0.5)
FEEDBACK = Wording("thumbs-down", "disliked", "were disliked or asked for again", 0.7)


class RatioJudge:
    """Holds k bad of n answers under an edge; see `console.signals.shares` for the statistics.

    Args:
        key: of the signal.
        wording: how it is spoken of.
        edge: largest healthy share.
    """

    kind: type[Observation] = Ratio
    needs_answers = True
    follows_model = True

    def __init__(self, key: str, wording: Wording, edge: float) -> None:
        self.key = key
        self.title = wording.title
        self.band_text = f"< {words.whole_percent(edge)}"
        self._verb = wording.verb
        self._told = wording.told
        self._edge = edge
        self._hours = HourSums(_Parts, _Parts.add, _Parts.join)
        self._fold = ShareFold(edge, _tally, expected=edge * wording.usual)

    def max_age(self, interval: timedelta) -> timedelta:
        """A stream's."""
        return stream_age(interval)

    def judge(self, evidence: Evidence, look: Look) -> Verdict:
        """Judge at the look's minute."""
        epoch = first_minute_after(look.epoch)
        view = self._fold.advance(evidence, epoch, minute_of(look.at), known_minute(look))
        shown = shown_window(view)
        state, hush = view.state, ""
        if state is State.OK:
            hush = hushed(self._fold, view)
            state = State.WATCH if hush else State.OK
        parts = self._hours.between(evidence, shown.first, shown.end)
        share = shown.share
        scale = self._edge * (4 if self._edge < 0.05 else 2)
        long = view.long
        too_few = state is State.TOO_FEW
        return Verdict(
            signal=self.key,
            title=self.title,
            state=state,
            since=instant_of(view.since),
            value=share,
            value_text="" if share is None else words.percent(share),
            band_text=self.band_text,
            band_long=f"healthy {self.band_text}",
            count_text=f"{words.bare(long.n)}/{words.bare(view.need)}" if too_few else of(shown, "/"),
            count_long=f"{of(shown, ' of ')} answers, {words.span(shown.minutes)}" if shown.n else "",
            headline=self._headline(view, shown) + proven_before(view, look),
            why=hush or self._why(view, shown, parts),
            newest=evidence.newest,
            gauge=Gauge(0.0, scale, "0", words.whole_percent(scale), None, self._edge, None, share),
            history=tuple(one.share for one in self._fold.bins(view.at, BIN_MINUTES, BINS)),
            history_edge=self._edge,
            needs=needs_text(view, "answer") if too_few else "",
            numbers=self._numbers(view, parts, evidence),
            words=(*share_words(self._fold, view, shown, self._told), *self._more_words(hush)),
            method=f"e-detector, p0 {words.whole_percent(self._edge)}, c {RUN_LENGTH:,}, 1 min buckets",
            columns=(self._verb, "answers", "share", "Wilson 95 %"),
            windows=share_rows(self._fold, view, burns=self._edge * 14.4 < 1),
            parts=number_pairs(
                {
                    "by kind": words.listing(parts.kinds, 12),
                    "rated": parts.rated.removeprefix("rated "),
                    "too late to count": f"{evidence.late} readings" if evidence.late else "",
                }
            ),
        )

    def series(self, evidence: Evidence, at: datetime, span: timedelta, bins: int) -> Series:
        """The share of bad answers."""
        laid = Bins.until(at, span, bins)
        counted = laid.sums(evidence, lambda reading: _tally((reading,)))
        values = tuple(one[0] / one[2] if one is not None and one[2] > 0 else None for one in counted)
        return Series(laid.start, laid.end, values, Unit.SHARE, self._edge)

    @staticmethod
    def _more_words(hush: str) -> tuple[str, ...]:
        return (f"{hush[0].upper()}{hush[1:]}: it may fail before it logs.",) if hush else ()

    def _headline(self, view: ShareView, shown: Window) -> str:
        share = shown.share
        if share is None:
            return f"{self.title}: no answers"
        last = "last " if view.latch is not None and shown.first > view.latch.began else ""
        counts = f"{words.count(shown.bad)} of {last}{words.count(shown.n)} answers {self._verb}"
        text = f"{self.title} {words.percent(share)}: {counts}"
        if view.latch is not None and shown.bad <= self._edge * shown.n and not view.latch.known_only:
            text += f", was {words.percent(view.latch.bad / view.latch.n)}"
        return text

    def _why(self, view: ShareView, shown: Window, counted: _Parts) -> str:
        kinds = words.listing(counted.kinds, 3)
        parts: list[str] = []
        if view.latch is not None:
            parts.append(kinds)
            if view.inside:
                parts.append(f"inside again for {view.inside} of 5 windows")
        elif view.state is State.OK:
            parts.append(f"upper bound {words.percent(upper_bound(view.long))}: {proven_in_band(view)}")
        elif view.state is State.WATCH:
            if view.proven:
                parts.append(proven_again(view))
            elif shown.bad > self._edge * shown.n:
                lower = wilson_lower(shown.bad, shown.n)
                parts += [kinds, f"lower bound {words.percent(lower)}: harm not proven"]
            else:
                parts.append(f"upper bound {words.percent(upper_bound(shown))}: in band, not proven")
        elif view.state is State.TOO_FEW:
            times = (shown.share or 0.0) / self._edge
            if times > 1:
                counts = f"{words.count(shown.bad)} of {words.count(shown.n)} {self._verb}"
                parts.append(f"{counts}, {words.rough(times)}x the band, not proven; you may kill")
            else:
                parts.append(f"{words.count(shown.bad)} of {words.count(shown.n)} {self._verb}")
        else:
            parts.append(no_answers(view))
        return "; ".join(part for part in (*parts, counted.rated) if part)

    def _numbers(self, view: ShareView, counted: _Parts, evidence: Evidence) -> tuple[tuple[str, str], ...]:
        detector = self._fold.detector
        latch = view.latch
        return number_pairs(
            {
                "band": f"healthy {self.band_text}",
                f"last {SHORT} min": window_text(view.short),
                f"last {words.span(view.long.minutes)}": window_text(view.long),
                "since the harm began": window_text(view.excursion) if view.excursion else "",
                "test": f"e-detector, p0 {words.whole_percent(self._edge)}, c {RUN_LENGTH:,}, 1 min buckets",
                "proof now": f"{words.power(view.proof)}, line {words.power(detector.line)}",
                "proof passed its line": ""
                if latch is None or latch.known_only
                else f"{words.power(latch.proof)}, on {words.count(latch.bad)} of {words.count(latch.n)}, "
                f"{latch.crossed - latch.began} min after it began",
                "windows inside since": "" if latch is None else f"{view.inside} of 5",
                "lower bound outside": f"{view.outside} of the last 3 minutes",
                "answers for proof of health": f"{self._fold.clean} if none is bad, "
                f"{words.count(view.need)} at this rate",
                "by kind": words.listing(counted.kinds, 12),
                "rated": counted.rated.removeprefix("rated "),
                "answers": words.count(shown_window(view).n),
                "too late to count": f"{evidence.late} readings" if evidence.late else "",
            }
        )


def _tally(readings: tuple[Reading, ...]) -> tuple[float, float, float]:
    bad = n = 0.0
    for reading in readings:
        seen = reading.observation
        if isinstance(seen, Ratio):
            bad += seen.bad
            n += seen.n
    bad = min(bad, n)
    return bad, bad, n


@dataclass(slots=True)
class _Parts:
    """What a window is made of: bad ones by kind, and how many were rated of those where that is known."""

    kinds: dict[str, float] = field(default_factory=dict)
    asked: float = 0.0
    answered: float = 0.0

    def add(self, readings: Iterable[Reading]) -> None:
        for reading in readings:
            seen = reading.observation
            if not isinstance(seen, Ratio):
                continue
            for name, k in seen.kinds.items():
                kind = _KINDS.get(name, name)
                self.kinds[kind] = self.kinds.get(kind, 0.0) + k
            if seen.rated is not None:
                self.asked += seen.n
                self.answered += seen.rated

    def join(self, other: _Parts) -> None:
        for kind, k in other.kinds.items():
            self.kinds[kind] = self.kinds.get(kind, 0.0) + k
        self.asked += other.asked
        self.answered += other.answered

    @property
    def rated(self) -> str:
        return f"rated {self.answered / self.asked * 100:.0f} %" if self.asked > 0 else ""
