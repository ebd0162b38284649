"""Which model answers: its fingerprint, as events tell it, and when it became another one.

A provider can move an alias to another snapshot without a word; it can also serve two snapshots at once, or
report something that is no fingerprint at all. So a fingerprint that was not seen for a day is a change at
once; one that is back is a change only when it was the only one for a while; and what changes again and
again is no fingerprint, and is not followed.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable
from datetime import datetime, timedelta

from console.signals.verdict import ModelChange

LONGEST = 200
"""Characters of a fingerprint that are kept."""

HOLD = timedelta(minutes=10)
"""So long a fingerprint that is back must be the only one before it counts as a change."""

REMEMBERED = timedelta(days=1)
MOST_AN_HOUR = 3
"""Changes in an hour of event time after which the fingerprint is taken for something else."""

_KEPT = 16
_HOUR = timedelta(hours=1)


class Models:
    """Follows the fingerprint of one feature's model.

    Attributes:
        current: the one that answers; None until one was seen.
        erratic: whether it changes too often to be a fingerprint.
    """

    def __init__(self) -> None:
        self.current: str | None = None
        self.erratic = False
        self._seen: dict[str, datetime] = {}
        self._back: tuple[str, datetime] | None = None
        self._changes: deque[ModelChange] = deque(maxlen=_KEPT)
        self._news: deque[datetime] = deque(maxlen=MOST_AN_HOUR + 1)

    @property
    def changes(self) -> tuple[ModelChange, ...]:
        """The last few, oldest first."""
        return tuple(self._changes)

    def restore(self, changes: Iterable[ModelChange]) -> None:
        """Give back what was known before a restart."""
        for change in changes:
            self._changes.append(change)
            self._seen[change.before] = change.at
            self._seen[change.after] = change.at
            self.current = change.after

    def see(self, fingerprint: str, at: datetime) -> ModelChange | None:
        """Take the fingerprint of the newest answers. Give the change when it is one."""
        fingerprint = fingerprint[:LONGEST]
        if not fingerprint:
            return None
        known = self._known(fingerprint, at)
        self._seen[fingerprint] = at
        if self.current is None or fingerprint == self.current:
            self.current, self._back = fingerprint, None
            self._settle(at)
            return None
        if not known:
            return self._change(fingerprint, at)
        if self._back is None or self._back[0] != fingerprint:
            self._back = fingerprint, at
        since = self._back[1]
        return self._change(fingerprint, since) if at - since >= HOLD else None

    def went_back(self, at: datetime) -> None:
        """The source's clock was set back: what comes after it has not happened."""
        self._changes = deque((one for one in self._changes if one.at <= at), maxlen=_KEPT)
        self._seen.clear()
        self._news.clear()
        self._back, self.current, self.erratic = None, None, False

    def _known(self, fingerprint: str, at: datetime) -> bool:
        self._seen = {name: seen for name, seen in self._seen.items() if at - seen <= REMEMBERED}
        if len(self._seen) > 4 * _KEPT:
            oldest = min(self._seen, key=self._seen.__getitem__)
            del self._seen[oldest]
        return fingerprint in self._seen

    def _change(self, after: str, at: datetime) -> ModelChange | None:
        before, self.current, self._back = self.current, after, None
        self._news.append(at)
        self._settle(at)
        if self.erratic or before is None:
            return None
        change = ModelChange(at, before, after)
        self._changes.append(change)
        return change

    def _settle(self, at: datetime) -> None:
        while self._news and at - self._news[0] > _HOUR:
            self._news.popleft()
        self.erratic = len(self._news) > MOST_AN_HOUR
