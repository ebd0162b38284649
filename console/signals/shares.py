"""A share of bad events against an edge, minute by minute, however the readings were batched.

At the end of every minute two windows are held against the edge: the last 30 minutes, which speak first
(WATCH), and the shortest span of at least 30 minutes that holds enough events to expect proof of health, at
most a day (OK; near the edge with some patience both ways). Harm is proven by the e-detector alone (BREACH),
and stays until five windows in a row were inside.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from adapters.signals.port import Reading
from console.signals.detector import Detector, Excursions
from console.signals.evidence import Evidence
from console.signals.share_view import Latch, ShareView, Window
from console.signals.verdict import State
from console.signals.wilson import clean_n, needed_n, power_n, proven_under, wilson_lower

SHORT = 30
DAY = 1440
CLEARING = 5
HOLDS = 10
"""Minutes for which a proof of health holds after it was there last, while the share lies in the band."""
LASTS = 5
"""Minutes for which a proof that was lost has to be there again."""
_FEWEST_TO_CLEAR = 30
_KEPT = DAY + 60
_CHECKPOINT = 10

Tally = tuple[float, float, float]
"""Surely bad, possibly bad (never fewer), and all events."""


@dataclass(slots=True)
class _Standing:
    """Everything that the next minute depends on, besides the counts."""

    excursions: Excursions
    long_first: int
    latch: Latch | None = None
    window_first: int = 0
    inside: int = 0
    flags: int = 0
    state: State = State.NO_DATA
    since: int = 0
    proven: int = 0
    lost: int = 0

    def copy(self) -> _Standing:
        return replace(self, excursions=self.excursions.copy())


class ShareFold:
    """Follows one share through the minutes of its evidence.

    What it says is a function of the evidence and the epoch alone: a minute that changed afterwards is
    played again.

    Args:
        edge: largest healthy share, between 0 and 1.
        tally: what one minute's readings count for.
        expected: share of a healthy feature, which sets how many events a proof of health is expected to
            take; by default half the edge.
    """

    def __init__(
        self, edge: float, tally: Callable[[tuple[Reading, ...]], Tally], *, expected: float | None = None
    ) -> None:
        self.edge = edge
        self.clean = clean_n(edge)
        self.enough = max(self.clean, power_n(edge / 2 if expected is None else expected, edge))
        self.detector = Detector(edge)
        self._tally = tally
        self._epoch: int | None = None
        self._known: int | None = None
        self._begin(0)

    def _begin(self, base: int) -> None:
        self._base = base
        self._bad = [0.0]
        self._possibly = [0.0]
        self._n = [0.0]
        self._version = -1
        self._standing = _Standing(Excursions(), base, since=base)
        if self._known is not None and self._known <= base:
            self._latch_known(self._standing, self._known, base)
        self._checkpoints: list[tuple[int, _Standing]] = [(base, self._standing.copy())]

    @staticmethod
    def _latch_known(here: _Standing, known: int, end: int) -> None:
        here.latch = Latch(known, end, 0.0, 0.0, 0.0, known)
        here.window_first, here.inside = end, 0
        here.state, here.since = State.BREACH, known

    @property
    def _position(self) -> int:
        return self._base + len(self._n) - 1

    def advance(self, evidence: Evidence, epoch: int | None, to: int, known: int | None = None) -> ShareView:
        """Judge at the begin of minute `to`, from what is known since the epoch.

        Args:
            evidence: readings of the kind that `tally` reads.
            epoch: first minute that counts; None for all.
            to: never goes back; an earlier one is judged where it stands.
            known: minute since which a BREACH stands that the evidence may not show; None says nothing new.
        """
        first = evidence.first_minute
        if first is None:
            return self._view(self._position)
        start = max(first, epoch if epoch is not None else first)
        fresh = self._version < 0 or (known is not None and known != self._known)
        if known is not None or epoch != self._epoch:
            self._known = known
        if fresh or epoch != self._epoch:
            self._begin(max(start, to - _KEPT) if start < to else start)
            self._epoch = epoch
        else:
            self._revise(evidence, start, to)
        if to - self._position > 2 * DAY:
            self._skip(to - _KEPT)
        self._version = evidence.version
        for minute in range(self._position, to):
            self._minute(evidence, minute)
        self._forget()
        return self._view(self._position)

    def _revise(self, evidence: Evidence, start: int, to: int) -> None:
        changed = evidence.oldest_change(self._version)
        if changed is None:
            return
        changed = max(changed, start)
        if self._base > changed >= to - _KEPT:
            self._begin(changed)  # earlier history than was known before: all of it is played again
        elif self._base <= changed < self._position:
            self._rewind(changed)

    def _rewind(self, minute: int) -> None:
        while len(self._checkpoints) > 1 and self._checkpoints[-1][0] > minute:
            self._checkpoints.pop()
        position, standing = self._checkpoints[-1]
        self._standing = standing.copy()
        keep = position - self._base + 1
        for sums in (self._bad, self._possibly, self._n):
            del sums[keep:]

    def _skip(self, base: int) -> None:
        """Leave out a gap longer than every window; what was proven before it stays proven."""
        standing = self._standing
        self._begin(base)
        standing.long_first = base
        standing.window_first = base
        standing.flags = 0
        standing.excursions = Excursions()
        self._standing = standing
        self._checkpoints = [(base, standing.copy())]

    def _forget(self) -> None:
        spare = len(self._n) - 1 - 2 * _KEPT
        if spare <= 0:
            return
        spare += _KEPT // 2
        base = self._base + spare
        for sums in (self._bad, self._possibly, self._n):
            del sums[:spare]
        self._base = base
        self._checkpoints = [one for one in self._checkpoints if one[0] >= base]

    def _minute(self, evidence: Evidence, minute: int) -> None:
        readings = evidence.in_minute(minute)
        bad, possibly, n = self._tally(readings) if readings else (0.0, 0.0, 0.0)
        self._bad.append(self._bad[-1] + bad)
        self._possibly.append(self._possibly[-1] + possibly)
        self._n.append(self._n[-1] + n)
        here = self._standing
        end = minute + 1
        winner = self.detector.step(here.excursions, minute, bad, n)
        if winner is not None and (here.latch is None or here.latch.known_only):
            began = max(here.excursions.began[winner], self._base)
            seen = self._window(began, end)
            since = began if here.latch is None else here.latch.since
            here.latch = Latch(began, end, seen.bad, seen.n, here.excursions.sums[winner], since)
            here.window_first = end
            here.inside = 0
        elif here.latch is None and minute == self._known:
            self._latch_known(here, minute, end)
        elif here.latch is not None:
            self._clear(here, end)
        # Sums by hand: this runs for each minute of a day when the console starts.
        low = max(0, len(self._n) - 1 - SHORT)
        short_bad, short_n = self._bad[-1] - self._bad[low], self._n[-1] - self._n[low]
        outside = short_bad > self.edge * short_n and wilson_lower(short_bad, short_n) > self.edge
        here.flags = (here.flags << 1 | outside) & 0b111
        here.long_first = self._long_first(here.long_first, end)
        state = self._judge(here)
        here.proven = here.proven + 1 if state is State.OK else 0
        here.lost = 0 if state is State.OK else here.lost + 1
        inside = here.flags.bit_count() < 2 and self._inside(here)
        # Near the edge a proof comes and goes: it holds for a few minutes, and once lost it has to last.
        if state is State.WATCH and here.state is State.OK and here.lost <= HOLDS and inside:
            state = State.OK
        elif state is State.OK and here.state is State.WATCH and here.proven < LASTS:
            state = State.WATCH
        if state is not here.state:
            here.state = state
            here.since = here.latch.since if state is State.BREACH and here.latch else end
        if end % _CHECKPOINT == 0:
            self._checkpoints.append((end, here.copy()))

    def _clear(self, here: _Standing, end: int) -> None:
        length = end - here.window_first
        if length < SHORT:
            return
        seen = self._window(max(self._base, here.window_first), end)
        if seen.n < self.clean and length < DAY:
            return
        here.window_first = end
        if seen.n < _FEWEST_TO_CLEAR:
            return  # a day with next to nothing in it is missing data: it neither clears nor convicts
        here.inside = here.inside + 1 if seen.possibly < self.edge * seen.n else 0
        if here.inside >= CLEARING:
            here.latch = None
            here.excursions = Excursions()

    def _window(self, first: int, end: int) -> Window:
        low, high = first - self._base, end - self._base
        return Window(
            first,
            end,
            self._bad[high] - self._bad[low],
            self._possibly[high] - self._possibly[low],
            self._n[high] - self._n[low],
        )

    def _long_first(self, first: int, end: int) -> int:
        first = max(first, end - DAY, self._base)
        sums, base, spare = self._n, self._base, self._n[end - self._base] - self.enough
        while end - first > SHORT and sums[first + 1 - base] <= spare:
            first += 1
        return first

    def _judge(self, here: _Standing) -> State:
        if here.latch is not None:
            return State.BREACH
        low = here.long_first - self._base
        n = self._n[-1] - self._n[low]
        bad, possibly = self._bad[-1] - self._bad[low], self._possibly[-1] - self._possibly[low]
        if n <= 0:
            return State.NO_DATA
        if here.flags.bit_count() >= 2:
            return State.WATCH
        if bad > self.edge * n:
            return State.WATCH if n >= self.clean else State.TOO_FEW
        if n < self.clean:
            return State.TOO_FEW  # no share could be proven on so few
        if proven_under(possibly, n, self.edge):
            return State.OK
        if possibly > bad and proven_under(bad, n, self.edge):
            return (
                State.WATCH
            )  # what could be counted is healthy; what could not be is what stands in the way
        return State.TOO_FEW if n < self._need(possibly / n) else State.WATCH

    def _inside(self, here: _Standing) -> bool:
        low = here.long_first - self._base
        return self._possibly[-1] - self._possibly[low] <= self.edge * (self._n[-1] - self._n[low])

    def bins(self, end: int, width: int, count: int) -> tuple[Window, ...]:
        """Cut the time before `end` into `count` windows of `width` minutes, oldest first; unknown: empty."""
        found = []
        for index in range(count, 0, -1):
            first, last = end - index * width, end - (index - 1) * width
            known = self._base <= first and last <= self._position
            found.append(self._window(first, last) if known else Window(first, last, 0.0, 0.0, 0.0))
        return tuple(found)

    def _need(self, share: float) -> float:
        """Events that a proof of health takes at this share, but never more than `enough`."""
        return min(float(self.enough), needed_n(share, self.edge))

    def _view(self, end: int) -> ShareView:
        here = self._standing
        long = self._window(max(here.long_first, self._base), end)
        excursion = None
        if here.latch is not None:
            excursion = self._window(max(self._base, min(end, max(here.latch.began, end - SHORT))), end)
        return ShareView(
            at=end,
            state=here.state,
            since=here.since,
            short=self._window(max(self._base, end - SHORT), end),
            long=long,
            latch=here.latch,
            excursion=excursion,
            inside=here.inside,
            outside=here.flags.bit_count(),
            proof=max(0.0, *here.excursions.sums),
            proven=here.proven,
            lost=here.lost,
            need=self._need(long.possibly / long.n) if long.n > 0 else float(self.clean),
        )
