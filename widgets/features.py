"""Many features in one table, and under it what the kill key would do to the row under the cursor."""

from __future__ import annotations

from msgspec import Struct

from widgets.frame import rule
from widgets.line import TONES, Line, Role, Row, blank, wrap
from widgets.look import Look
from widgets.marks import State, Tone
from widgets.rows import Rows

_PANEL, _LEGEND = 5, 2
"""Lines of the panel, its rule included, and of the legend."""

_LEAST_ROWS = 5
"""Rows below which the legend gives way, then the panel."""

_STATE, _KILL, _SINCE = 11, 11, 7
_WIDE = 110
"""From so many columns on the glyphs stand apart and the time has a column."""


class FeatureRowModel(Struct, frozen=True):
    """One feature in one environment.

    Attributes:
        state: whose glyph stands before its word.
        word: "BREACH", "KILLED".
        feature, environment: names.
        stage: "25 %", "internal", "OFF".
        signals: the state of each of the seven, in the order of the heading; None for one that is not there.
        worst: why, in a few words.
        since: "02:58".
        kill: "ARMED ✓", "NOT ARMED".
        tone: DANGER for what hurts users now.
    """

    state: State
    word: str
    feature: str
    environment: str
    stage: str = ""
    signals: tuple[State | None, ...] = ()
    worst: str = ""
    since: str = ""
    kill: str = ""
    tone: Tone = Tone.PLAIN


class FeaturesModel(Struct, frozen=True):
    """The table's visible part.

    Attributes:
        rows: those on the screen, `rows_shown` at most.
        cursor: index in `rows` of the one under the cursor, or None.
        before, after: (how many rows, what is said of them) above and below the visible ones.
        letters: of the filter, as typed.
        typing: letters are being typed now.
        count: at the right of the rule ("3 of 34").
        heads: letters of the seven signals.
        empty: what is said where no row is.
        panel_title: what the panel is about.
        panel: its lines; where they are few each may take two.
        legend: lines that say what letters and glyphs mean.
    """

    rows: tuple[FeatureRowModel, ...]
    cursor: int | None = None
    before: int = 0
    after: str = ""
    letters: str = ""
    typing: bool = False
    count: str = ""
    heads: str = "CLERFTI"
    empty: str = ""
    panel_title: str = ""
    panel: tuple[str, ...] = ()
    legend: tuple[str, ...] = ()


class _Columns(Struct, frozen=True):
    """Cells of each column with the gap after it; 0 for one that is dropped."""

    feature: int
    environment: int
    stage: int
    signals: int
    worst: int
    since: int
    kill: int
    apart: bool


def rows_shown(height: int) -> int:
    """How many rows a widget of this height has room for."""
    return max(1, height - 3 - _panel_lines(height) - _legend_lines(height))


def paint(model: FeaturesModel, width: int, height: int, look: Look) -> tuple[Line, ...]:
    """Rule, heading, rows, how many there are more; the panel and the legend at the bottom."""
    if height <= 0:
        return ()
    columns = _columns(width)
    lines = [_rule(model, width, look), _heading(model, columns, width, look)][: max(1, height - 1)]
    room = rows_shown(height)
    lines += [
        _row(row, index == model.cursor, columns, width, look) for index, row in enumerate(model.rows[:room])
    ]
    if not model.rows and model.empty:
        lines.append(Row(width, look).to(_STATE).put(model.empty).line())
    elif model.after:
        lines.append(Row(width, look).put(f" {look.ellipsis} ").put(model.after, Role.DIM).line())
    panel, legend = _panel_lines(height), _legend_lines(height)
    lines += [blank(width)] * (height - panel - legend - len(lines))
    if panel:
        lines += _panel(model, width, panel, look)
    lines += [Row(width, look).put(" ").put(text, Role.DIM).line() for text in model.legend[:legend]]
    return tuple(lines[:height])


def _panel_lines(height: int) -> int:
    return _PANEL if height >= 3 + _LEAST_ROWS + _PANEL else 0


def _legend_lines(height: int) -> int:
    return _LEGEND if height >= 3 + 2 * _LEAST_ROWS + _PANEL + _LEGEND else 0


def _columns(width: int) -> _Columns:
    """State, environment and whether it can be killed stand longest; the reason takes what is left."""
    apart = width >= _WIDE
    feature = 34 if width >= 2 * 80 else 22 if apart else 18
    found = _Columns(
        feature,
        12,
        10 if apart else 7,
        16 if apart else 9,
        0,
        _SINCE if apart else 0,
        _KILL,
        apart,
    )
    sizes = {name: getattr(found, name) for name in _Columns.__struct_fields__}
    for name in ("stage", "signals"):
        if _STATE + _sum(sizes) > width:
            sizes[name] = 0
    left = width - _STATE - _sum(sizes)
    if left < 0:
        sizes["feature"] = max(8, sizes["feature"] + left)
        left = width - _STATE - _sum(sizes)
    if left >= 10:
        sizes["worst"] = left
    else:
        sizes["feature"] += max(0, left)
    return _Columns(**sizes)


def _sum(sizes: dict[str, int]) -> int:
    return sum(size for name, size in sizes.items() if name != "apart")


def _rule(model: FeaturesModel, width: int, look: Look) -> Line:
    if model.typing or model.letters:
        title = f"/ {look.text(model.letters)}{look.cursor if model.typing else ''}"
        return rule(width, look, title, model.count, role=Role.TITLE)
    above = f"{model.before} more above" if model.before else ""
    return rule(width, look, "features", f" {look.dot} ".join(text for text in (above, model.count) if text))


def _heading(model: FeaturesModel, columns: _Columns, width: int, look: Look) -> Line:
    signals = (" " if columns.apart else "").join(model.heads)
    return _cells(
        ("feature", "environment", "stage", signals, "worst", "since", "kill"),
        Row(width, look).to(_STATE),
        columns,
        Role.DIM,
    )


def _row(row: FeatureRowModel, selected: bool, columns: _Columns, width: int, look: Look) -> Line:
    role = TONES[row.tone]
    line = Row(width, look).put(look.pointer if selected else " ", role)
    line.put(f"{look.state(row.state)} {row.word}", role, limit=_STATE - 2).to(_STATE)
    glyphs = [look.dot if state is None else look.state(state) for state in row.signals]
    return _cells(
        (
            row.feature,
            row.environment,
            row.stage,
            (" " if columns.apart else "").join(glyphs),
            row.worst,
            row.since,
            row.kill,
        ),
        line,
        columns,
        role,
    )


def _cells(texts: tuple[str, ...], row: Row, columns: _Columns, role: Role) -> Line:
    sizes = (
        columns.feature,
        columns.environment,
        columns.stage,
        columns.signals,
        columns.worst,
        columns.since,
        columns.kill,
    )
    start = _STATE
    for text, size in zip(texts, sizes, strict=True):
        if size:
            row.to(start).put(text, role, limit=size - 1)
            start += size
    return row.line()


def _panel(model: FeaturesModel, width: int, height: int, look: Look) -> list[Line]:
    lines = [rule(width, look, model.panel_title, "under the cursor" if model.panel_title else "")]
    each = 2 if 2 * len(model.panel) < height else 1
    for text in model.panel:
        shown = look.text(text)
        pieces = wrap(shown, max(8, width - 5), each, look.ellipsis) if each > 1 else [shown]
        lines += [Row(width, look).to(3).put(piece, limit=max(0, width - 4)).line() for piece in pieces]
    lines += [blank(width)] * (height - len(lines))
    return lines[:height]


class Features(Rows[FeaturesModel]):
    """As high as the screen gives; the screen chooses which rows are on it."""

    def paint(self, model: FeaturesModel, width: int, height: int, look: Look) -> tuple[Line, ...]:
        """As the function `paint`."""
        return paint(model, width, height, look)
