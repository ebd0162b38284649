"""Proven harm stays until health is proven, or five windows in a row were inside.

Judges of a share keep that in their fold (`console.signals.shares`). Here it is for those that are judged
once a day or night, and for those whose window slides.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime, timedelta

from console.signals.verdict import State

CLEARING = 5
WINDOW = timedelta(minutes=30)
_MINUTE = timedelta(minutes=1)
_UNSEEN = 60


def latched(
    judged: Iterable[tuple[datetime, State, bool]], known: datetime | None = None
) -> tuple[State, datetime | None, int]:
    """Play judgements in order; proven harm stays until five in a row were inside the band.

    Args:
        judged: (when, state, whether the value lay inside the band), oldest first.
        known: since when a BREACH stood that was proven before the first of them, or by what is not kept.

    Returns:
        The state now, when it began, and how many in a row were inside since the harm.
    """
    state, since, inside = State.NO_DATA, None, 0
    for when, found, within in judged:
        if known is not None and known < when:
            if state is not State.BREACH:
                state, since, inside = State.BREACH, known, 0
            known = None
        if state is State.BREACH and found is not State.BREACH:
            inside = inside + 1 if within else 0
            if inside < CLEARING:
                continue
        if found is State.BREACH:
            inside = 0
        if found is not state:
            state, since = found, when
    if known is not None and state is not State.BREACH:
        state, since, inside = State.BREACH, known, 0
    return state, since, inside if state is State.BREACH else 0


class Hold:
    """The latch of a judge that is asked minute by minute about a window that slides."""

    def __init__(self) -> None:
        self._since: datetime | None = None
        self._epoch: datetime | None = None
        self._known: datetime | None = None
        self._window: datetime | None = None
        self._all_inside = True
        self._asked: datetime | None = None
        self.inside = 0
        """Half hours in a row that were inside since the harm was seen last."""

    def over(
        self,
        state: State,
        at: datetime,
        *,
        inside: bool,
        epoch: datetime | None,
        known: datetime | None,
        earlier: Callable[[datetime], State],
    ) -> tuple[State, datetime | None]:
        """Say what stands, and for a BREACH since when.

        Args:
            state: what the evidence says now.
            at: event time of the judgement; never goes back.
            inside: whether the value lies in the band now, proven or not.
            epoch: a new one ends what stood.
            known: since when a BREACH stands that was proven before this judge was asked.
            earlier: what the evidence said at a time since the last question; asked for when a BREACH is new,
                so that its beginning does not depend on how often anybody looks.
        """
        if epoch != self._epoch:
            self._since, self._epoch, self.inside, self._window = None, epoch, 0, None
        if known is not None and known != self._known:
            self._since = known if self._since is None else min(self._since, known)
            self._known = known
        if state is State.BREACH:
            self._since = self._since or self._begin(at, earlier)
            self.inside, self._window = 0, None
        elif self._since is not None:
            if state is State.OK or self._cleared(at, inside):
                self._since, self._window, self.inside = None, None, 0
            else:
                state = State.BREACH
        self._asked = at
        return state, self._since

    def _begin(self, at: datetime, earlier: Callable[[datetime], State]) -> datetime:
        begun = at
        for _ in range(_UNSEEN):
            before = begun - _MINUTE
            if (self._asked is not None and before <= self._asked) or earlier(before) is not State.BREACH:
                break
            begun = before
        return begun

    def _cleared(self, at: datetime, inside: bool) -> bool:
        if self._window is None:
            self._window, self._all_inside = at, True
        self._all_inside = self._all_inside and inside
        while at - self._window >= WINDOW:
            self.inside = self.inside + 1 if self._all_inside else 0
            self._window += WINDOW
            self._all_inside = inside
        return self.inside >= CLEARING
