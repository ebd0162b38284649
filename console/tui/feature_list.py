"""Which features the table shows, in which order, and which one the cursor is on."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace


@dataclass(frozen=True, slots=True)
class FeatureList:
    """Rows by name. Data changes what stands in a row; only a key changes which row stands where.

    What appears later is put at the end, and what disappears keeps its row, until the next key that sorts or
    filters: so nothing ever moves under the cursor.

    Attributes:
        order: every name, as sorted last.
        shown: those that the filter lets through, in that order.
        cursor: the name under the cursor; None while there is no row.
        top: index in `shown` of the first row on the screen.
        letters: of the filter, "" for none.
    """

    order: tuple[str, ...] = ()
    shown: tuple[str, ...] = ()
    cursor: str | None = None
    top: int = 0
    letters: str = ""

    @property
    def at(self) -> int | None:
        """Index of the cursor in `shown`."""
        return self.shown.index(self.cursor) if self.cursor in self.shown else None

    def sorted(self, names: Sequence[str], matches: Callable[[str], bool]) -> FeatureList:
        """In a new order, which is all there is from now on.

        The cursor stays on its feature; where that is gone or filtered out, it goes to the first row.
        """
        shown = tuple(name for name in names if matches(name))
        cursor = self.cursor if self.cursor in shown else shown[0] if shown else None
        return replace(self, order=tuple(names), shown=shown, cursor=cursor)

    def opened(self, names: Sequence[str], matches: Callable[[str], bool]) -> FeatureList:
        """As `sorted`, with the cursor on the first row."""
        return replace(self, cursor=None, top=0).sorted(names, matches)

    def filtered(self, letters: str, matches: Callable[[str], bool]) -> FeatureList:
        """Only what matches, in the order that stands."""
        return replace(self, letters=letters, top=0).sorted(self.order, matches)

    def joined(self, names: Iterable[str], matches: Callable[[str], bool]) -> FeatureList:
        """What is there that was not there before, at the end."""
        known = set(self.order)
        new = tuple(name for name in names if name not in known)
        if not new:
            return self
        shown = (*self.shown, *(name for name in new if matches(name)))
        cursor = self.cursor if self.cursor is not None or not shown else shown[0]
        return replace(self, order=(*self.order, *new), shown=shown, cursor=cursor)

    def moved(self, step: int) -> FeatureList:
        """The cursor some rows further on, at most to either end."""
        if not self.shown:
            return self
        at = self.at
        to = 0 if at is None else max(0, min(at + step, len(self.shown) - 1))
        return replace(self, cursor=self.shown[to])

    def scrolled(self, rows: int) -> FeatureList:
        """With the cursor among the `rows` rows on the screen, and no row left empty."""
        at, last = self.at or 0, max(0, len(self.shown) - rows)
        top = min(max(min(self.top, at), at - rows + 1), last)
        return self if top == self.top else replace(self, top=max(0, top))
