"""A line: spans of text, each with the role it plays, and the builder that keeps it to its width."""

from __future__ import annotations

from collections.abc import Iterator
from enum import Enum

from rich.cells import cell_len

from widgets.look import Look
from widgets.marks import Tone


class Role(Enum):
    """What a piece of text is, from which its style follows. One accent, DANGER."""

    PLAIN = "plain"
    DIM = "dim"
    DANGER = "danger"
    TITLE = "title"
    """Emphasis without colour."""
    ENVIRONMENT = "environment"
    """The chip of an environment with real users; the chip of a mode."""
    PLAYGROUND = "playground"
    """The chip of an environment that nobody is hurt in."""


Span = tuple[str, Role]
Line = tuple[Span, ...]

TONES = {Tone.PLAIN: Role.PLAIN, Tone.DIM: Role.DIM, Tone.DANGER: Role.DANGER}


def blank(width: int) -> Line:
    """An empty line."""
    return ((" " * width, Role.PLAIN),) if width > 0 else ()


def plain_text(line: Line) -> str:
    """The characters alone."""
    return "".join(text for text, _ in line)


def cut(text: str, cells: int, ellipsis: str) -> str:
    """`text` (visible) if it is at most `cells` wide, else as much as fits before an ellipsis."""
    if cell_len(text) <= cells:
        return text
    if cells <= 0:
        return ""
    room = cells - cell_len(ellipsis)
    kept: list[str] = []
    for character in text:
        room -= cell_len(character)
        if room < 0:
            break
        kept.append(character)
    return "".join(kept).rstrip() + ellipsis


def wrap(text: str, cells: int, most: int | None = None, ellipsis: str = "") -> list[str]:
    """`text` (visible) in lines of at most `cells`, broken at spaces, or within a word longer than a line.

    At least one line, and at most `most`, the last of which then ends in an ellipsis. A text that needs no
    breaking keeps its spaces: they are its author's columns.
    """
    if cell_len(text) <= cells:
        return [text]
    lines = _wrapped(text, max(1, cells))
    if most is not None and len(lines) > most:
        return [*lines[: most - 1], cut(" ".join(lines[most - 1 :]), cells, ellipsis)]
    return lines or [""]


def _wrapped(text: str, cells: int) -> list[str]:
    lines: list[str] = []
    current = ""
    for word in text.split():
        joined = f"{current} {word}" if current else word
        if cell_len(joined) <= cells:
            current = joined
            continue
        if current:
            lines.append(current)
        current = word
        while cell_len(current) > cells:
            head = _head(current, cells)
            lines.append(head)
            current = current[len(head) :]
    if current:
        lines.append(current)
    return lines


def _head(text: str, cells: int) -> str:
    used = 0
    for index, character in enumerate(text):
        used += cell_len(character)
        # At least one character, so that wrapping always ends.
        if used > cells and index:
            return text[:index]
    return text


class Row:
    """Builds one line from left to right. Whatever is put is made visible and cut; nothing overflows."""

    __slots__ = ("_look", "_spans", "_used", "_width")

    def __init__(self, width: int, look: Look) -> None:
        self._width = max(0, width)
        self._look = look
        self._spans: list[Span] = []
        self._used = 0

    @property
    def used(self) -> int:
        """Cells taken so far."""
        return self._used

    @property
    def room(self) -> int:
        """Cells left."""
        return self._width - self._used

    def put(self, text: str, role: Role = Role.PLAIN, limit: int | None = None) -> Row:
        """Text at the cursor, at most `limit` cells of it."""
        room = self.room if limit is None else min(self.room, limit)
        shown = cut(self._look.text(text), room, self._look.ellipsis)
        if shown:
            self._add(shown, role)
        return self

    def to(self, column: int, role: Role = Role.PLAIN, fill: str = " ") -> Row:
        """Fill up to a column; nothing when the cursor is already there or beyond."""
        count = min(column, self._width) - self._used
        if count > 0:
            self._add(fill * count, role)
        return self

    def right(self, text: str, end: int, role: Role = Role.PLAIN, gap: int = 1) -> Row:
        """Text that ends before column `end`, at least `gap` cells after the cursor; cut when it must be."""
        end = min(end, self._width)
        room = end - self._used - gap
        shown = cut(self._look.text(text), room, self._look.ellipsis)
        if shown:
            self.to(end - cell_len(shown))
            self._add(shown, role)
        return self

    def spans(self, line: Line) -> Row:
        """Spans at the cursor; from the one that does not fit on they are cut."""
        for text, role in line:
            if self.room <= 0:
                break
            self.put(text, role)
        return self

    def spans_so_far(self) -> Line:
        """What has been put, without filling up."""
        return tuple(self._spans)

    def line(self) -> Line:
        """The line, exactly as wide as asked."""
        self.to(self._width)
        return tuple(self._spans)

    def _add(self, text: str, role: Role) -> None:
        # Spaces look the same in most roles, and one run a style is what keeps the bytes few.
        if self._spans and (
            self._spans[-1][1] is role or (role is Role.PLAIN and _joins(text, self._spans[-1]))
        ):
            before, kept = self._spans[-1]
            self._spans[-1] = (before + text, kept)
        else:
            self._spans.append((text, role))
        self._used += cell_len(text)


def _joins(text: str, last: Span) -> bool:
    return not text.strip(" ") and last[1] in (Role.DIM, Role.DANGER, Role.TITLE)


def cells(line: Line) -> Iterator[tuple[str, Role]]:
    """One item a cell: its character with its combining marks, or "" for the second half of a wide one."""
    waiting: tuple[str, Role] | None = None
    for text, role in line:
        for character in text:
            size = cell_len(character)
            if size == 0 and waiting is not None:
                waiting = (waiting[0] + character, waiting[1])
                continue
            if waiting is not None:
                yield waiting
                waiting = None
            if size == 2:
                yield character, role
                waiting = ("", role)
            else:
                waiting = (character, role)
    if waiting is not None:
        yield waiting


def changed_spans(old: Line, new: Line, gap: int) -> list[tuple[int, int]]:
    """Where two lines differ: (first, one past the last) cells, left to right, splitting no wide character.

    Spans with at most `gap` equal cells between them are one.
    """
    if old == new:
        return []
    before, after = list(cells(old)), list(cells(new))
    if len(before) != len(after):
        return [(0, max(len(before), len(after)))]
    spans: list[tuple[int, int]] = []
    for at, (was, now) in enumerate(zip(before, after, strict=True)):
        if was == now:
            continue
        first, end = at, at + 1
        while first > 0 and not (before[first][0] and after[first][0]):
            first -= 1
        while end < len(after) and not (before[end][0] and after[end][0]):
            end += 1
        if spans and first - spans[-1][1] <= gap:
            spans[-1] = (spans[-1][0], end)
        else:
            spans.append((first, end))
    return spans
