"""Why one signal's verdict is what it is: in words, over time, in numbers, and where it all comes from."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec import Struct
from rich.cells import cell_len

from widgets.chart import ChartModel
from widgets.chart import paint as paint_chart
from widgets.frame import rule
from widgets.line import Line, Role, Row, blank, wrap
from widgets.look import Look
from widgets.rows import Rows
from widgets.table import TableModel, table_lines

INDENT, TEXT = 3, 11
"""Columns of a text, and of what stands behind a name."""

SMALL_CHART, LEAST_CHART = 9, 10
"""Lines of the chart where the rest has to be scrolled; and the fewest that put it on top."""

_MOST_QUERY = 4
"""Lines of a query; all of it is copied, however long."""


class QueryModel(Struct, frozen=True):
    """One thing that the source is asked: "bad", the query, and what it answered ("14")."""

    name: str
    text: str
    value: str = ""


class DetailModel(Struct, frozen=True):
    """One signal in full. Texts are plain and fit to be shown.

    Attributes:
        title: "error rate: why BREACH".
        span: what the chart covers ("last 1 h").
        spans: what it may cover ("g  1 h  3 h  1 d").
        chart: None while there is none yet.
        waiting: what is said in the chart's place.
        words: sentences, each wrapped.
        method: at the right of the numbers' rule ("e-detector, p0 1 %"), or "".
        table: windows by column, or None.
        pairs: (name, value) of whatever has no column.
        source: at the right of the last rule ("prometheus · 03:11:04 · newest event 03:10:58").
        queries: what the source is asked.
        steps: (number, text) of the runbook's steps for this signal.
        top: index of the first line shown below the title; held within the text when painted.
    """

    title: str
    span: str = ""
    spans: str = ""
    chart: ChartModel | None = None
    waiting: str = ""
    words: tuple[str, ...] = ()
    method: str = ""
    table: TableModel | None = None
    pairs: tuple[tuple[str, str], ...] = ()
    source: str = ""
    queries: tuple[QueryModel, ...] = ()
    steps: tuple[tuple[str, str], ...] = ()
    top: int = 0


def paint(model: DetailModel, width: int, height: int, look: Look) -> tuple[Line, ...]:
    """The title, and as much below it as fits from `top` on.

    Where all of it fits, the chart stands on top and takes what room is left; else the words come first.
    """
    if height <= 0:
        return ()
    words, rest = _words(model, width, look), _rest(model, width, look)
    room = height - 1
    for_chart = room - len(rest) - (len(words) + 1 if words else 0)
    if for_chart >= LEAST_CHART:
        chart = _chart(model, width, min(for_chart, max(LEAST_CHART, height // 2)), look)
        named = [rule(width, look, "in words"), *words] if words else []
        right = f"{model.span} {look.dot} {model.spans}" if model.spans else model.span
        return (rule(width, look, model.title, right), *chart, *named, *rest)
    below = _below(model, width, height, look, words, rest)
    top = min(max(0, model.top), max(0, len(below) - room))
    shown = below[top : top + room]
    where = f"{top + 1}-{top + len(shown)} of {len(below)}" if len(shown) < len(below) else ""
    return (rule(width, look, model.title, where), *shown)


def last_top(model: DetailModel, width: int, height: int, look: Look) -> int:
    """The greatest `top` that still fills the room; 0 where everything fits."""
    words, rest = _words(model, width, look), _rest(model, width, look)
    if height - 1 - len(rest) - (len(words) + 1 if words else 0) >= LEAST_CHART:
        return 0
    return max(0, len(_below(model, width, height, look, words, rest)) - max(1, height - 1))


def _below(
    model: DetailModel, width: int, height: int, look: Look, words: list[Line], rest: list[Line]
) -> list[Line]:
    chart = _chart(model, width, min(SMALL_CHART, max(3, height - 2)), look)
    return [*words, rule(width, look, model.span, model.spans), *chart, *rest]


def _chart(model: DetailModel, width: int, height: int, look: Look) -> list[Line]:
    if model.chart is not None:
        return list(paint_chart(model.chart, width, height, look))
    lines = [blank(width)] * height
    lines[height // 2] = Row(width, look).to(INDENT).put(model.waiting, Role.DIM).line()
    return lines


def _words(model: DetailModel, width: int, look: Look) -> list[Line]:
    return [line for text in model.words for line in _wrapped("", text, INDENT, width, look)]


def _rest(model: DetailModel, width: int, look: Look) -> list[Line]:
    lines: list[Line] = []
    table = model.table if model.table is not None and model.table.rows else None
    if table is not None or model.pairs:
        lines.append(rule(width, look, "in numbers", model.method))
    if table is not None:
        lines += table_lines(table, width, INDENT, look)
    if model.pairs:
        names = [cell_len(look.text(name)) for name, _ in model.pairs]
        column = min(max(names) + INDENT + 3, max(TEXT, width // 3))
        for name, value in model.pairs:
            lines += _wrapped(name, value, column, width, look)
    if model.source or model.queries:
        lines.append(rule(width, look, "from", model.source))
    column = max([TEXT, *(min(width // 4, cell_len(look.text(query.name)) + 5) for query in model.queries)])
    for query in model.queries:
        lines += _query(query, column, width, look)
    for index, (number, text) in enumerate(model.steps):
        if index == 0 and model.queries:
            lines.append(blank(width))
        name = "runbook" if index == 0 else ""
        lines += _wrapped(name, f"{number}  {text}", max(TEXT + 2, column), width, look)
    return lines


def _query(query: QueryModel, column: int, width: int, look: Look) -> list[Line]:
    value = look.text(query.value)
    room = max(8, width - column - 1 - (cell_len(value) + 3 if value else 0))
    texts = wrap(look.text(query.text), room, _MOST_QUERY, look.ellipsis)
    lines: list[Line] = []
    for index, text in enumerate(texts):
        row = Row(width, look).to(INDENT)
        if index == 0:
            row.put(query.name, Role.DIM, limit=column - INDENT - 1)
        row.to(column).put(text, limit=room)
        lines.append((row.right(value, width - 2) if index == 0 else row).line())
    return lines


def _wrapped(name: str, text: str, column: int, width: int, look: Look) -> Sequence[Line]:
    texts = wrap(look.text(text), max(8, width - column - 2))
    return [
        Row(width, look)
        .to(INDENT)
        .put(name if index == 0 else "", Role.DIM, limit=max(0, column - INDENT - 1))
        .to(column)
        .put(piece)
        .line()
        for index, piece in enumerate(texts)
    ]


class Detail(Rows[DetailModel]):
    """Draws only: the screen moves `top`, at most to `last_top`."""

    def paint(self, model: DetailModel, width: int, height: int, look: Look) -> tuple[Line, ...]:
        """As the function `paint`."""
        return paint(model, width, height, look)
