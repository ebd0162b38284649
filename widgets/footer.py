"""The keys that work here, in one line that fits."""

from __future__ import annotations

from msgspec import Struct

from widgets.line import Line, Role, Row
from widgets.look import Look
from widgets.rows import Rows


class KeyModel(Struct, frozen=True):
    """One key: "K", "kill".

    Attributes:
        key: as a person would say it ("K", "↵", "esc").
        label: what it does here.
        enabled: a disabled one is dim.
        reason: why it is disabled, shown in brackets ("read-only").
        rank: the lowest ranks of the left groups are dropped first when short; equal ranks from the right.
    """

    key: str
    label: str
    enabled: bool = True
    reason: str = ""
    rank: int = 0


class FooterModel(Struct, frozen=True):
    """Left groups, three cells apart; keys in a group two apart. `right` stands at the right edge.

    Attributes:
        notice: a sentence in place of all keys, or ""; cut where it is too long, never dropped.
    """

    groups: tuple[tuple[KeyModel, ...], ...]
    right: tuple[KeyModel, ...] = ()
    notice: str = ""


class _Piece(Struct, frozen=True):
    """A key or the reason why it is disabled; `group` -1 is the right edge."""

    group: int
    key: KeyModel
    reason: bool


def paint(model: FooterModel, width: int, height: int, look: Look) -> tuple[Line, ...]:
    """One line of `width` cells, the rest blank."""
    if height <= 0:
        return ()
    if model.notice:
        return (Row(width, look).put(" ").put(model.notice, Role.TITLE, limit=max(0, width - 2)).line(),)
    left = _pieces(model.groups)
    right = [_Piece(-1, key, False) for key in model.right]
    while left and _needed(left, right, width, look) > width:
        _drop(left)
    while right and _needed(left, right, width, look) > width:
        _drop(right)
    row = Row(width, look).put(" ")
    _put(row, left, look)
    tail = Row(width, look)
    _put(tail, right, look)
    return (row.to(width - 1 - tail.used).spans(tail.spans_so_far()).line(),)


def _pieces(groups: tuple[tuple[KeyModel, ...], ...]) -> list[_Piece]:
    pieces: list[_Piece] = []
    for group, keys in enumerate(groups):
        for key in keys:
            pieces.append(_Piece(group, key, False))
            if not key.enabled and key.reason:
                pieces.append(_Piece(group, key, True))
    return pieces


def _drop(pieces: list[_Piece]) -> None:
    lowest = min(piece.key.rank for piece in pieces)
    # From the right: so a reason goes before the key that it explains.
    del pieces[max(index for index, piece in enumerate(pieces) if piece.key.rank == lowest)]


def _needed(left: list[_Piece], right: list[_Piece], width: int, look: Look) -> int:
    sides = [Row(4 * width + 4096, look), Row(4 * width + 4096, look)]
    for row, pieces in zip(sides, (left, right), strict=True):
        _put(row, pieces, look)
    return 1 + sides[0].used + (2 if left and right else 0) + sides[1].used + 1


def _put(row: Row, pieces: list[_Piece], look: Look) -> None:
    before: _Piece | None = None
    for piece in pieces:
        if piece.reason:
            row.put(f" ({piece.key.reason})", Role.DIM)
            continue
        if before is not None:
            row.put("  " if piece.group == before.group else "   ")
        row.put(piece.key.key, Role.TITLE if piece.key.enabled else Role.DIM)
        row.put(f" {piece.key.label}", Role.PLAIN if piece.key.enabled else Role.DIM)
        before = piece


class Footer(Rows[FooterModel]):
    """One line high."""

    DEFAULT_CSS = "Footer { height: 1; }"

    def paint(self, model: FooterModel, width: int, height: int, look: Look) -> tuple[Line, ...]:
        """As the function `paint`."""
        return paint(model, width, height, look)
