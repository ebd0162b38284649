"""Verdicts that changed, for the timeline."""

from __future__ import annotations

from collections import deque
from collections.abc import Set
from datetime import datetime

from console.signals.track import Track
from console.signals.verdict import Change, State

KEPT = 48
_JUDGED = (State.OK, State.WATCH, State.TOO_FEW, State.BREACH)


class Changes:
    """Follows the states of a feature's signals. The first state of a signal is no change."""

    def __init__(self) -> None:
        self._kept: deque[Change] = deque(maxlen=KEPT)
        self._seen: dict[str, State] = {}

    @property
    def kept(self) -> tuple[Change, ...]:
        """The last few dozen, oldest first."""
        return tuple(self._kept)

    def note(self, track: Track, event_now: datetime | None) -> None:
        """Look at a verdict that is new."""
        if not track.input.told and track.input.problem is None:
            return
        verdict = track.verdict
        before = self._seen.get(verdict.signal)
        self._seen[verdict.signal] = verdict.state
        if before is None or before is verdict.state:
            return
        at = event_now
        if track.judged_at is not None and verdict.state in _JUDGED:
            at = track.judged_at
        if at is not None:
            self._kept.append(Change(at, verdict.title, before, verdict.state))

    def begin(self) -> None:
        """Take what comes next for first states."""
        self._seen.clear()

    def forget_after(self, at: datetime, titles: Set[str]) -> None:
        """Drop what has not happened, as the clock of these signals was set back."""
        self._kept = deque(
            (one for one in self._kept if one.at <= at or one.title not in titles), maxlen=KEPT
        )
