"""What has been told of one feature, so that nothing is told twice and everything that ends is said to."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from console.watching.lines import Line, of_happening
from console.watching.standing import Standing, overview, standing

if TYPE_CHECKING:
    from console.snapshot import Snapshot

REMEMBERED = 4000
"""Keys of happenings; a timeline holds some hundred, and one that has left it does not come back."""

_OTHERWISE = frozenset({"arming", "journal", "history", "reload"})
"""Kinds of happenings that are told as something that stands, with its end, or of all features at once."""


class Told:
    """Turns the snapshots of one feature into lines.

    Args:
        feature: ``KEY@ENVIRONMENT``.
        clock: the real time, UTC.
    """

    def __init__(self, feature: str, *, clock: Callable[[], datetime] = lambda: datetime.now(UTC)) -> None:
        self._feature = feature
        self._clock = clock
        self._keys: dict[str, None] = {}
        self._stands: dict[str, Standing] = {}

    def first(self, snapshot: Snapshot) -> list[Line]:
        """How everything stands; what happened before is not told again."""
        now = self._clock()
        lines = [Line(now, self._feature, kind, word, text) for kind, word, text in overview(snapshot)]
        self._remember(one.key for one in snapshot.happenings)
        return [*lines, *self._changes(standing(snapshot), now)]

    def next(self, snapshot: Snapshot) -> list[Line]:
        """What is new since the last snapshot, oldest first."""
        new = [one for one in snapshot.happenings if one.key not in self._keys and one.kind not in _OTHERWISE]
        self._remember(one.key for one in snapshot.happenings)
        lines = [of_happening(self._feature, one) for one in new]
        return [*lines, *self._changes(standing(snapshot), self._clock())]

    def _changes(self, now: Mapping[str, Standing], at: datetime) -> Iterator[Line]:
        for key, stood in self._stands.items():
            if key not in now:
                word, text = stood.over
                yield Line(at, self._feature, stood.kind, word, text)
        for key, stands in now.items():
            before = self._stands.get(key)
            if before is None or (before.word, before.same) != (stands.word, stands.same):
                yield Line(at, self._feature, stands.kind, stands.word, stands.text)
        self._stands = dict(now)

    def _remember(self, keys: Iterator[str]) -> None:
        for key in keys:
            self._keys.pop(key, None)
            self._keys[key] = None
        while len(self._keys) > REMEMBERED:
            del self._keys[next(iter(self._keys))]
