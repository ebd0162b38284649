"""One signal in full: why its verdict is what it is."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from console.signals.series import Series
from console.signals.verdict import State, Verdict, WindowRow
from console.text import plain
from console.tui.scene import Scene
from console.tui.views import when
from console.tui.views.chart import chart
from console.tui.views.marks import SIGNAL_STATES
from console.tui.views.runbook import steps_in
from console.tui.views.signals import why
from console.tui.views.standing import worst
from widgets.detail import DetailModel, QueryModel
from widgets.look import UNICODE
from widgets.marks import Tone
from widgets.table import ColumnModel, RowModel, TableModel

_HOUR, _DAY = timedelta(hours=1), timedelta(days=1)
_BATCH = frozenset({"evals", "tickets"})
"""Signals with a value a day."""

_STEPS = 3


@dataclass(frozen=True, slots=True)
class Span:
    """What a chart may cover; in a shorter time than `bin` there is too little to be worth a bar."""

    text: str
    time: timedelta
    bin: timedelta

    def bins(self, cells: int) -> int:
        """How many bins are worth asking for where there are `cells` columns."""
        return max(1, min(cells, self.time // self.bin))


_LIVE = (
    Span("1 h", _HOUR, timedelta(minutes=2)),
    Span("3 h", 3 * _HOUR, timedelta(minutes=5)),
    Span("1 d", _DAY, timedelta(minutes=15)),
)
_NIGHTLY = (Span("30 d", 30 * _DAY, _DAY),)


def spans(signal: str) -> tuple[Span, ...]:
    """What `g` goes through, the first one first."""
    return _NIGHTLY if signal in _BATCH else _LIVE


def subject(scene: Scene, signal: str) -> Verdict | None:
    """The verdict of a signal; of the worst one where there is none of that key."""
    snapshot = scene.panels
    if snapshot is None:
        return None
    return snapshot.board.verdicts.get(signal) or worst(snapshot.board.verdicts.values())


def beside(scene: Scene, signal: str, step: int) -> str:
    """The key of the next signal (`step` 1) or the one before (-1), round and round."""
    keys = list(scene.panels.board.verdicts) if scene.panels else []
    if not keys:
        return signal
    return keys[(keys.index(signal) + step) % len(keys)] if signal in keys else keys[0]


def detail(
    scene: Scene,
    verdict: Verdict,
    span: Span,
    covered: str,
    series: Series | None,
    runbook: str,
    trouble: str,
    top: int,
) -> DetailModel:
    """The whole screen.

    Args:
        span: the chosen one.
        covered: what `series` covers; another span while the chosen one is being asked for.
        series: None while there is none yet.
        runbook: its text, "" when it could not be read.
        trouble: why there is no newer series, or "".
    """
    key = verdict.signal
    word = verdict.state.value
    if verdict.was is State.BREACH and verdict.state is not State.BREACH:
        word = f"{word}, was BREACH"
    shown = "  ".join(f"[{each.text}]" if each is span else each.text for each in spans(key))
    snapshot = scene.panels
    source = snapshot.sources.get(key) if snapshot else None
    return DetailModel(
        title=f"{plain(verdict.title)}: why {word}",
        span=f"last {covered}" + (f", {plain(trouble)}" if trouble else ""),
        spans=f"g  {shown}",
        chart=chart(scene, verdict, series) if series is not None else None,
        waiting=plain(trouble) or "the chart is being made",
        words=words(verdict),
        method=_method(scene, verdict),
        table=_table(scene, verdict),
        pairs=tuple(
            (plain(name), plain(value))
            for name, value in (verdict.parts if verdict.windows else verdict.numbers)
        ),
        source=_source(scene, verdict),
        queries=tuple(
            QueryModel(plain(name), one_line(query)) for name, query in (source.queries if source else ())
        ),
        steps=steps_in(runbook, verdict.title)[:_STEPS],
        top=top,
    )


def words(verdict: Verdict) -> tuple[str, ...]:
    """Why it says what it says, in sentences; what is missing or broken among them."""
    if not verdict.words:
        found = [plain(verdict.headline), plain(verdict.band_long), why(verdict)]
    else:
        found = [plain(text) for text in verdict.words]
        said = " ".join(found)
        if verdict.state is State.ERROR and verdict.problem:
            found.insert(0, plain(verdict.problem))
        waits = verdict.needs if verdict.state is State.TOO_FEW else ""
        missing = f"partial: {verdict.partial}" if verdict.partial else ""
        found += [plain(text) for text in (waits, missing) if text and plain(text) not in said]
    return tuple(_sentence(text) for text in found if text.strip())


def one_line(query: str) -> str:
    """A query fit to be shown, or put into a clipboard, where a line's end could act."""
    return plain(" ".join(query.split()))


def _method(scene: Scene, verdict: Verdict) -> str:
    parts = [plain(verdict.method)] if verdict.method else []
    if verdict.epoch is not None:
        parts.append(f"epoch {when.minute(verdict.epoch, scene.event_now, scene.tz)}")
    return ", ".join(parts)


def _table(scene: Scene, verdict: Verdict) -> TableModel | None:
    if not verdict.windows:
        return None
    bad, n, value, interval = (plain(head) for head in verdict.columns)
    return TableModel(
        columns=(
            ColumnModel("window"),
            ColumnModel(bad, right=True, rank=1),
            ColumnModel(n, right=True, rank=1),
            ColumnModel(value, right=True),
            ColumnModel(interval, right=True, rank=2),
            ColumnModel("proof", right=True, rank=3),
            ColumnModel("line", right=True, rank=4),
            ColumnModel("verdict"),
        ),
        rows=tuple(_row(scene, row) for row in verdict.windows),
    )


def _row(scene: Scene, row: WindowRow) -> RowModel:
    parts: list[str] = []
    if row.crossed is not None:
        parts.append(f"past at {when.second(row.crossed, scene.event_now, scene.tz)}")
    elif row.state is not None and not row.note:
        parts.append(row.state.value)
    if row.note:
        parts.append(plain(row.note))
    glyph = f"{UNICODE.state(SIGNAL_STATES[row.state])} " if row.state is not None else ""
    cells = (row.window, row.bad, row.n, row.value, row.interval, row.proof, row.line)
    return RowModel(
        (*(plain(cell) for cell in cells), glyph + ", ".join(parts)),
        Tone.DANGER if row.state is State.BREACH else Tone.PLAIN,
    )


def _sentence(text: str) -> str:
    text = text[0].upper() + text[1:]
    return text if text.endswith((".", "!", "?")) else f"{text}."


def _source(scene: Scene, verdict: Verdict) -> str:
    snapshot = scene.panels
    source = snapshot.sources.get(verdict.signal) if snapshot else None
    parts: list[str] = []
    if source is not None:
        parts.append(plain(source.label))
        if source.heard_at is None:
            parts.append("not heard yet")
        else:
            heard = when.second(scene.event_time(source.heard_at), scene.event_now, scene.tz)
            parts.append(f"heard {heard}")
    if verdict.newest is not None:
        parts.append(f"newest event {when.second(verdict.newest, scene.event_now, scene.tz)}")
    return " · ".join(parts) or "no source is known"
