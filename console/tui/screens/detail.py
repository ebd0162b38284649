"""Why a signal's verdict is what it is: the chart, the words, the numbers, the query."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable
from time import monotonic
from typing import TYPE_CHECKING

from textual.widget import Widget

from console.text import plain
from console.tui import actions
from console.tui.scene import Scene
from console.tui.screens.base import ConsoleScreen, Host
from console.tui.views.detail import Span, beside, detail, one_line, spans, subject
from widgets.chart import ChartModel, plot_cells
from widgets.detail import Detail, DetailModel, last_top

if TYPE_CHECKING:
    from console.signals.series import Series
    from console.signals.verdict import Verdict

REFRESH_SECONDS = 1.0
"""Between two questions for the series while the screen is open."""

PATIENCE_SECONDS = 5.0
"""What the series may take before the screen says that there is none."""

_About = tuple[str, str, str]
"""Feature, signal and span that a series is of."""


def screen(host: Host) -> ConsoleScreen:
    """The place `detail`."""
    return DetailScreen(host)


class DetailScreen(ConsoleScreen):
    """About one signal at a time. Its series is asked for beside the drawing; the old one stays meanwhile."""

    place = actions.DETAIL

    def __init__(self, host: Host, clock: Callable[[], float] = monotonic) -> None:
        super().__init__(host)
        self._clock = clock
        self._detail = Detail(look=self.look)
        self._signal = ""
        self._chosen: dict[str, int] = {}
        self._top = 0
        self._series: tuple[_About, Series] | None = None
        self._trouble = ""
        self._asking: _About | None = None
        self._asked_for: _About | None = None
        self._asked = 0.0
        self._copied = 0

    @property
    def signal(self) -> str:
        """The key of the signal that is shown."""
        return self._signal

    @property
    def looked_at(self) -> str:
        """The signal's title."""
        verdict = subject(self.host.scene(), self._signal)
        return plain(verdict.title) if verdict else ""

    def aim(self, target: str) -> None:
        """Be about a signal; about the worst one where `target` names none."""
        verdict = subject(self.host.scene(), target)
        self._turn(verdict.signal if verdict else "")
        self.host.looked(self.looked_at)

    def body(self) -> Iterable[Widget]:
        """The one widget."""
        yield self._detail

    def draw_body(self, scene: Scene) -> None:
        """The newest verdict, over the newest series that there is."""
        verdict = subject(scene, self._signal)
        if verdict is None:
            self._detail.show(DetailModel(title="no signal is configured"))
            return
        self._signal = verdict.signal
        span = self._span(verdict)
        self._ask(scene, self._about(scene, verdict, span), span)
        series, covered = self._newest(scene, verdict, span)
        book = self.host.book
        text = book.text if book else ""
        self._detail.show(detail(scene, verdict, span, covered, series, text, self._trouble, self._top))

    def act(self, action: str) -> bool:
        """Another signal, another span, the query, or scroll."""
        if action in ("next", "previous"):
            self._turn(beside(self.scene, self._signal, 1 if action == "next" else -1))
            self.host.looked(self.looked_at)
        elif action == "span":
            self._chosen[self._signal] = self._chosen.get(self._signal, 0) + 1
        elif action == "copy":
            self._copy()
        elif action in ("scroll_down", "scroll_up", "page_down", "page_up"):
            self._scroll(action)
        else:
            return False
        self.redraw()
        return True

    def _turn(self, signal: str) -> None:
        if signal != self._signal:
            self._signal, self._top, self._copied, self._trouble = signal, 0, 0, ""

    def _span(self, verdict: Verdict) -> Span:
        offered = spans(verdict.signal)
        return offered[self._chosen.get(verdict.signal, 0) % len(offered)]

    def _about(self, scene: Scene, verdict: Verdict, span: Span) -> _About:
        assert scene.panels is not None, "there is a verdict"  # noqa: S101
        return scene.panels.config.name, verdict.signal, span.text

    def _newest(self, scene: Scene, verdict: Verdict, span: Span) -> tuple[Series | None, str]:
        """The newest series of the signal and what it covers: the old one until the new one is there."""
        if self._series is None or self._series[0][:2] != self._about(scene, verdict, span)[:2]:
            return None, span.text
        return self._series[1], self._series[0][2]

    def _ask(self, scene: Scene, about: _About, span: Span) -> None:
        """Ask for the series, unless this was done just now or the panels are held."""
        if self._asking == about:
            return
        if self._asked_for == about and (
            scene.held is not None or self._clock() - self._asked < REFRESH_SECONDS
        ):
            return
        self._asking, self._asked_for, self._asked = about, about, self._clock()
        self.host.run(self._fetch(about, span, span.bins(self._cells())))

    async def _fetch(self, about: _About, span: Span, bins: int) -> None:
        series, trouble = None, ""
        try:
            async with asyncio.timeout(PATIENCE_SECONDS):
                series = await self.host.backend.series(about[1], span.time, bins)
            if series is None:
                trouble = "no series of this signal is kept"
        except Exception as error:  # noqa: BLE001 - whatever it is, the screen stands and says it
            trouble = f"no newer chart: {error or type(error).__name__}"
        if self._asking != about:
            return  # another signal is shown by now
        self._asking, self._trouble = None, trouble
        if series is not None:
            self._series = (about, series)

    def _cells(self) -> int:
        size = self._detail.size
        model = self._detail.model
        chart = model.chart if model and model.chart else ChartModel((), 0.0, 1.0, ((0.0, "100 %"),))
        return plot_cells(chart, size.width or self.app.size.width, max(1, size.height), self.look)

    def _scroll(self, action: str) -> None:
        model, size = self._detail.model, self._detail.size
        if model is None:
            return
        page = max(1, size.height - 3)
        step = {"scroll_down": 1, "scroll_up": -1, "page_down": page, "page_up": -page}[action]
        most = last_top(model, size.width, size.height, self.look)
        self._top = max(0, min(self._top + step, most))

    def _copy(self) -> None:
        """The first query, and with each further press the next one."""
        snapshot = self.scene.panels
        source = snapshot.sources.get(self._signal) if snapshot else None
        queries = source.queries if source else ()
        if not queries:
            self.host.say("nothing is asked for this signal that could be copied")
            return
        at = self._copied % len(queries)
        self._copied += 1
        name, query = queries[at]
        self.host.copy(one_line(query))
        which = f", {at + 1} of {len(queries)}" if len(queries) > 1 else ""
        self.host.say(f"copied {plain(name)}{which}, where your terminal lets a program copy")
