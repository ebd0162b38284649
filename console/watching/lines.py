"""A change as one line: for logs and screen readers in fixed columns, for a terminal with glyphs."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from console.text import plain

if TYPE_CHECKING:
    from console.incident.happening import Happening

_BAD = frozenset({"BREACH", "BACK ON", "NOT ARMED", "ERROR", "PROBLEM", "BROKEN", "MISSED", "FAULT"})
_GLYPHS = {
    "OK": ("●", "*"),
    "WATCH": ("▲", "^"),
    "BREACH": ("■", "#"),
    "TOO FEW": ("○", "o"),
    "NO DATA": ("□", "_"),
    "STALE": ("◑", "%"),
    "ERROR": ("✗", "x"),
    "OFF": ("◇", "-"),
    "KILLED": ("◇", "-"),
}
_OTHER_BAD, _OTHER = ("✗", "x"), ("·", ".")


@dataclass(frozen=True, slots=True)
class Line:
    """One change.

    Attributes:
        at: instant of the real clock, UTC.
        feature: ``KEY@ENVIRONMENT``; "" for what concerns the watch itself.
        kind, word: see `console.watching.standing.Standing`.
        text: what changed; plain, one line.
    """

    at: datetime
    feature: str
    kind: str
    word: str
    text: str

    @property
    def bad(self) -> bool:
        """Somebody should look at it."""
        return self.word in _BAD


def of_happening(feature: str, one: Happening) -> Line:
    """A line of the timeline."""
    who = "" if one.who in ("", "console") else f"; {one.who}"
    where = f" ({one.where})" if one.where and who else ""
    return Line(one.at, feature, one.kind, _word(one), f"{one.text}{who}{where}")


def _word(one: Happening) -> str:
    """What it has become: the verdict, or whether the flag is on; of other kinds, the kind itself."""
    _, arrow, after = one.text.rpartition("→")
    if one.kind == "verdict" and arrow:
        return after.strip()
    first = after.strip().removeprefix("flag ").split(" ", 1)[0].rstrip(",")
    return first if one.kind == "flag" and first in ("ON", "OFF") else one.kind.upper()


def in_columns(line: Line) -> str:
    """Time with offset, feature, kind, word, text, with one tab between: for grep, cut and awk -F'\\t'."""
    at = line.at.astimezone().isoformat(timespec="seconds")
    cells = (at, line.feature or "-", line.kind, line.word, line.text)
    return "\t".join(plain(cell) for cell in cells)


def with_glyphs(line: Line, *, ascii_only: bool) -> str:
    """The same for eyes."""
    glyph = _GLYPHS.get(line.word, _OTHER_BAD if line.bad else _OTHER)[ascii_only]
    feature = f"{line.feature}  " if line.feature else ""
    text = plain(
        f"{line.at.astimezone():%H:%M:%S}  {glyph} {line.word:<9}  {feature}{line.kind}  {line.text}"
    )
    return text.encode("ascii", "replace").decode() if ascii_only else text
