"""Widgets in a running app: only changed cells are sent, and nothing that is drawn is obeyed."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from msgspec.structs import replace
from textual.app import App, ComposeResult
from textual.geometry import Region
from textual.screen import Screen

from tests.widgets import samples
from tests.widgets.samples import BANNER, ERRORS, SIGNALS, text_of
from tests.widgets.test_hostile import CORPUS
from widgets.banner import Banner
from widgets.footer import Footer
from widgets.kill_dialog import KillDialog
from widgets.line import Line, Role, changed_spans
from widgets.look import ASCII, UNICODE, Look
from widgets.rows import Rows
from widgets.runbook import Runbook, RunbookModel
from widgets.signals import Signals, paint
from widgets.spans import SpanScreen
from widgets.timeline import Timeline

ALL = (BANNER, SIGNALS, samples.TIMELINE, samples.FOOTER)


class House(App[None]):
    """Banner, signals, timeline and footer, on a span screen or on an ordinary one."""

    CSS = "Signals { height: 15; }"

    def __init__(self, spans: bool = True, look: Look = UNICODE) -> None:
        super().__init__()
        self.theme = "ansi-dark"
        self.spans = spans
        self.banner = Banner(BANNER, look=look)
        self.signals = Signals(SIGNALS, look=look)
        self.timeline = Timeline(samples.TIMELINE, look=look)
        self.footer = Footer(samples.FOOTER, look=look)

    def get_default_screen(self) -> Screen[None]:
        return SpanScreen() if self.spans else super().get_default_screen()

    def compose(self) -> ComposeResult:
        yield from (self.banner, self.signals, self.timeline, self.footer)

    def sent(self) -> str:
        """What the terminal would get now for everything shown since the last update."""
        compositor = self.screen._compositor
        compositor.update_widgets({self.banner, self.signals, self.timeline, self.footer})
        update = compositor.render_update()
        return "" if update is None else update.render_segments(self.console)  # type: ignore[union-attr]


@contextmanager
def _spy(widget: Rows[Any], monkeypatch: pytest.MonkeyPatch) -> Iterator[list[tuple[Region, ...]]]:
    calls: list[tuple[Region, ...]] = []
    real = widget.refresh

    def refresh(*regions: Region, **options: Any) -> Any:
        calls.append(regions)
        return real(*regions, **options)

    with monkeypatch.context() as patch:
        patch.setattr(widget, "refresh", refresh)
        yield calls


def _shown(widget: Rows[Any]) -> list[str]:
    return [widget.render_line(y).text for y in range(widget.size.height)]


def _newer(count: str) -> Any:
    return replace(SIGNALS, signals=(replace(ERRORS, count=count), *SIGNALS.signals[1:]))


async def test_a_changed_value_repaints_its_own_cells_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    app = House()
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        with _spy(app.signals, monkeypatch) as calls:
            app.signals.show(_newer("15/39"))
        assert calls == [(Region(75, 1, 4, 1),)]
        assert _shown(app.signals) == text_of(paint(_newer("15/39"), 80, 15, UNICODE))


async def test_an_equal_model_repaints_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    app = House()
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        with _spy(app.signals, monkeypatch) as calls:
            app.signals.show(replace(SIGNALS))
            # The long form is not drawn at this width: another one changes no cell.
            app.signals.show(
                replace(SIGNALS, signals=tuple(replace(s, count_long="x") for s in SIGNALS.signals))
            )
        assert calls == []


async def test_a_ticking_clock_sends_a_few_bytes() -> None:
    app = House()
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        app.sent()
        app.banner.show(replace(BANNER, clock=("Tue 03:11:09",)))
        assert app.sent() == "\x1b[1;79H9"


async def test_changes_far_apart_in_a_row_are_sent_by_themselves() -> None:
    app = House()
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        app.sent()
        value = replace(ERRORS, value="36.9 %", count="14/39")
        app.signals.show(replace(SIGNALS, signals=(value, *SIGNALS.signals[1:])))
        sent = app.sent()
        assert sent.count("\x1b[5;") == 2
        assert "error rate" not in sent
        assert len(sent.encode()) < 60


async def test_an_ordinary_screen_shows_the_same_with_one_span_a_row(monkeypatch: pytest.MonkeyPatch) -> None:
    app = House(spans=False)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        value = replace(ERRORS, value="36.9 %", count="14/39")
        model = replace(SIGNALS, signals=(value, *SIGNALS.signals[1:]))
        with _spy(app.signals, monkeypatch) as calls:
            app.signals.show(model)
        assert calls == [(Region(28, 1, 51, 1),)]
        assert _shown(app.signals) == text_of(paint(model, 80, 15, UNICODE))


async def test_a_second_of_new_values_in_all_seven_panels_fits_the_line() -> None:
    app = House()
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        app.sent()
        app.signals.show(
            replace(
                SIGNALS,
                signals=tuple(
                    replace(signal, value=signal.value[:-1] + "9", newest="03:11:09")
                    for signal in SIGNALS.signals
                ),
            )
        )
        app.banner.show(replace(BANNER, clock=("Tue 03:11:09",)))
        assert len(app.sent().encode()) < 500


async def test_what_was_sent_adds_up_to_what_is_shown() -> None:
    """Every update, applied to a terminal, gives the picture that a full repaint would."""
    pyte = pytest.importorskip("pyte")
    app = House()
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        terminal = pyte.Screen(80, 24)
        stream = pyte.Stream(terminal)
        stream.feed(
            app.screen._compositor.render_full_update().render_segments(app.console).replace("\n", "\r\n")
        )
        for turn, text in enumerate(["漢字 rate", "error 漢 x", "é漢", "plain", "", "a漢b漢c"]):
            changed = replace(ERRORS, title=text, why=f"{text} because {turn}", count=f"{turn}/{turn * 7}")
            app.signals.show(replace(SIGNALS, signals=(changed, *SIGNALS.signals[1:])))
            app.banner.show(replace(BANNER, hint=text))
            stream.feed(app.sent())
            assert terminal.display[3:18] == _shown(app.signals)
            assert terminal.display[:3] == _shown(app.banner)


async def test_a_new_size_paints_for_it() -> None:
    app = House()
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.resize_terminal(100, 30)
        await pilot.pause()
        assert _shown(app.signals) == text_of(paint(SIGNALS, 100, 15, UNICODE))
        app.signals.show(_newer("15/39"))
        assert _shown(app.signals) == text_of(paint(_newer("15/39"), 100, 15, UNICODE))


async def test_a_model_shown_before_the_first_layout_or_while_hidden_is_drawn_afterwards() -> None:
    app = House()
    async with app.run_test(size=(80, 24)) as pilot:
        app.signals.display = False
        await pilot.pause()
        app.signals.show(_newer("15/39"))
        app.signals.display = True
        await pilot.pause()
        assert "15/39" in _shown(app.signals)[1]
    app.signals.show(_newer("16/39"))  # gone from the screen: nothing to repaint, nothing raised


@pytest.mark.parametrize("look", [UNICODE, ASCII], ids=["unicode", "ascii"])
async def test_hostile_text_is_drawn_and_never_obeyed(look: Look) -> None:
    app = House(look=look)
    async with app.run_test(size=(80, 24)) as pilot:
        for text in CORPUS.values():
            app.banner.show(replace(BANNER, verdict=text, hint=text, title=(text,)))
            app.signals.show(
                replace(SIGNALS, signals=(replace(ERRORS, title=text, why=text), *SIGNALS.signals[1:]))
            )
            await pilot.pause()
            full = app.screen._compositor.render_full_update().render_segments(app.console)
            controls = {character for character in full if not character.isprintable()} - {"\x1b", "\n"}
            assert controls == set()
            assert "\x1b]" not in full
            for widget in (app.banner, app.signals):
                for y in range(widget.size.height):
                    strip = widget.render_line(y)
                    assert strip.cell_length == 80
                    assert all(segment.style is None or not segment.style.meta for segment in strip)


async def test_markup_stays_text_and_makes_nothing_to_click() -> None:
    app = House()
    async with app.run_test(size=(80, 24)) as pilot:
        app.banner.show(replace(BANNER, verdict="[@click=app.quit]x[/] [/] [bold]"))
        await pilot.pause()
        assert "[@click=app.quit]x[/] [/] [bold]" in _shown(app.banner)[1]
        await pilot.click(Banner, offset=(27, 1))
        await pilot.pause()
        assert app.is_running


@pytest.mark.parametrize("theme", ["ansi-dark", "textual-dark"])
async def test_without_colour_the_accent_is_still_bold_and_the_environment_reversed(
    theme: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NO_COLOR", "1")

    class Plain(House):
        def __init__(self) -> None:
            super().__init__()
            self.theme = theme

    app = Plain()
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        [first, second] = [app.banner.render_line(y) for y in (0, 1)]
        chip = next(segment for segment in first if "PRODUCTION" in segment.text)
        breach = next(segment for segment in second if "BREACH" in segment.text)
        assert chip.style is not None
        assert chip.style.reverse
        assert breach.style is not None
        assert breach.style.bold


async def test_the_dialog_and_a_runbook_follow_each_key_in_their_own_lines(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    class Other(App[None]):
        CSS = "KillDialog { height: 20; }"

        def get_default_screen(self) -> Screen[None]:
            return SpanScreen()

        def compose(self) -> ComposeResult:
            yield KillDialog(replace(samples.DIALOG, typed="ki", message="Enter: not yet, 2 letters to go"))
            yield Runbook(RunbookModel("runbook", ((("Kill.", Role.PLAIN),),) * 9))

    app = Other()
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        dialog = app.query_one(KillDialog)
        with _spy(dialog, monkeypatch) as calls:
            dialog.show(samples.DIALOG)
        assert {region.y for regions in calls for region in regions} == {16}
        runbook = app.query_one(Runbook)
        runbook.show(RunbookModel("runbook", ((("Kill.", Role.PLAIN),),) * 9, top=2))
        assert "3-5 of 9" in _shown(runbook)[0]


def _line(text: str) -> Line:
    return ((text, Role.PLAIN),)


def test_spans_widen_to_whole_wide_characters() -> None:
    assert changed_spans(_line("a漢b"), _line("a漢c"), 5) == [(3, 4)]
    assert changed_spans(_line("a漢b"), _line("axyb"), 5) == [(1, 3)]
    assert changed_spans(_line("漢字"), _line("a漢b"), 0) == [(0, 4)]
    assert changed_spans(_line("abc"), _line("abc"), 0) == []
    assert changed_spans((("ab", Role.PLAIN),), (("ab", Role.DIM),), 0) == [(0, 2)]


def test_near_changes_are_one_span_and_far_ones_two() -> None:
    assert changed_spans(_line("a23456b"), _line("x23456y"), 5) == [(0, 7)]
    assert changed_spans(_line("a234567b"), _line("x234567y"), 5) == [(0, 1), (7, 8)]
