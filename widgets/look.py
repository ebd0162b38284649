"""The characters that things are drawn with: Unicode, or ASCII for a terminal or locale without it."""

from __future__ import annotations

from functools import lru_cache

from msgspec import Struct

from widgets.hostile import transliterate, visible
from widgets.marks import Mark, State


class Look(Struct, frozen=True):
    """One set of glyphs, each one cell wide.

    Attributes:
        plain: texts are brought to ASCII too.
        states: glyph of each `State`, in its order.
        marks: glyph of each `Mark`, in its order.
        band, outside, edge, baseline, value, above, below: of the gauge; the last two are off the scale.
        bars: of the history, from the lowest; missing: a bin without data.
        across, down: lines of rules and frames; corners and joints by where their arms point.
        chip_left, chip_right: ends of the environment's chip.
        cursor: in the typed word; pointer: before it and at the selected row.
        ellipsis: where text was cut; dot: between two texts.
        dotted: the line of an event in a chart; over, under: a value beyond the chart's scale.
    """

    plain: bool
    states: str
    marks: str
    band: str
    outside: str
    edge: str
    baseline: str
    value: str
    above: str
    below: str
    bars: str
    missing: str
    across: str
    down: str
    top_left: str
    top_right: str
    bottom_left: str
    bottom_right: str
    joint_left: str
    joint_right: str
    joint_top: str
    joint_bottom: str
    chip_left: str
    chip_right: str
    cursor: str
    pointer: str
    ellipsis: str
    dot: str
    dotted: str
    over: str
    under: str

    def state(self, state: State) -> str:
        """Its glyph."""
        return self.states[_STATE_ORDER[state]]

    def mark(self, mark: Mark) -> str:
        """Its glyph."""
        return self.marks[_MARK_ORDER[mark]]

    def text(self, text: str) -> str:
        """`text` without anything that a terminal would obey or that would shift a column."""
        return _ascii_text(text) if self.plain else _unicode_text(text)


_STATE_ORDER = {state: index for index, state in enumerate(State)}
_MARK_ORDER = {mark: index for index, mark in enumerate(Mark)}


@lru_cache(4096)
def _unicode_text(text: str) -> str:
    return visible(text)


@lru_cache(4096)
def _ascii_text(text: str) -> str:
    return transliterate(visible(text))


UNICODE = Look(
    plain=False,
    states="●▲■○□◑✗◇",
    marks="✓✗?◑≈▸·",
    band="━",
    outside="╌",
    edge="┃",
    baseline="╋",
    value="◆",
    above="▶",
    below="◀",
    bars="▁▂▃▄▅▆▇█",
    missing="▫",
    across="─",
    down="│",
    top_left="┌",
    top_right="┐",
    bottom_left="└",
    bottom_right="┘",
    joint_left="├",
    joint_right="┤",
    joint_top="┬",
    joint_bottom="┴",
    chip_left="▌",
    chip_right="▐",
    cursor="▏",
    pointer="▸",
    ellipsis="…",
    dot="·",
    dotted="┊",
    over="↑",
    under="↓",
)

ASCII = Look(
    plain=True,
    states="*^#o_%x-",
    marks="+x?%~>.",
    band="=",
    outside="-",
    edge="|",
    baseline="+",
    # The value points at its place; at the very left it also reads as "below the scale".
    value="<",
    above=">",
    below="<",
    bars=".:-=+*#",
    missing="_",
    across="-",
    down="|",
    top_left="+",
    top_right="+",
    bottom_left="+",
    bottom_right="+",
    joint_left="+",
    joint_right="+",
    joint_top="+",
    joint_bottom="+",
    chip_left="[",
    chip_right="]",
    cursor="_",
    pointer=">",
    ellipsis="~",
    dot=".",
    dotted=":",
    over="^",
    under="v",
)
