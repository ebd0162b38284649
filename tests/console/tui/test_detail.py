"""The signal detail and the cursor that leads to it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from textual.pilot import Pilot

from console.feature import SourceView
from console.incident.happening import Happening
from console.signals.series import Series, Unit
from console.signals.verdict import Gauge, ModelChange, State, Verdict, WindowRow
from console.tui.app import ConsoleApp
from console.tui.scene import Scene
from console.tui.screens.detail import DetailScreen
from console.tui.screens.kill import KillScreen
from console.tui.screens.signals import SignalsScreen
from console.tui.views.chart import events, times
from console.tui.views.detail import spans, words
from console.tui.views.scale import scale
from console.tui.views.signals import moved
from tests.console.tui.stage import (
    HOSTILE,
    NOW,
    RECORD,
    SNAPSHOT,
    TZ,
    VERDICTS,
    Book,
    StageBackend,
    at,
    board,
)
from tests.console.tui.test_kill_keys import app_on, shown
from tests.console.tui.test_screens import assert_inert
from widgets.look import ASCII

SERIES = Series(NOW - timedelta(hours=1), NOW, (0.004,) * 20 + (0.1, 0.2, 0.3, 0.36), Unit.SHARE, 0.01)
QUERIES = (("bad", "sum(increase(bad_total[30m]))"), ("all", "sum(increase(all_total[30m]))"))
ERRORS = replace(
    VERDICTS[0],
    words=("14 of 38 answers failed in the last 30 min", "It says BREACH until 5 windows are inside."),
    method="e-detector, p0 1 %",
    epoch=at("02:57:40"),
    columns=("failed", "answers", "share", "Wilson 95 %"),
    windows=(
        WindowRow(
            "30 min", "14", "38", "36.8 %", "23 to 53 %", "1.8e+12", "4.5e+04", State.BREACH, at("03:00:12")
        ),
        WindowRow("burn 1 h/5 m", "15", "77", "19.5 x", note="second opinion: agrees"),
    ),
    parts=(("by kind", "schema 13, time-out 1"),),
)
DETAILED = replace(
    SNAPSHOT,
    board=board((ERRORS, *VERDICTS[1:])),
    sources={"errors": SourceView("prometheus", QUERIES, NOW)},
)


class Charts(StageBackend):
    """Answers each question for a series with what the test gives, and keeps what was asked."""

    def __init__(self, answer: Callable[[str], Series | None] = lambda _signal: SERIES) -> None:
        super().__init__(DETAILED)
        self.answer = answer
        self.asked: list[tuple[str, timedelta, int]] = []
        self.gate: asyncio.Event | None = None

    async def series(self, signal: str, span: timedelta, bins: int) -> Series | None:
        self.asked.append((signal, span, bins))
        if self.gate is not None:
            await self.gate.wait()
        return self.answer(signal)


async def settled(app: ConsoleApp, pilot: Pilot[int]) -> None:
    """Everything that was asked for has come, and is drawn."""
    while not app.backend.started:  # type: ignore[attr-defined]
        await pilot.pause(0.02)
    await app.workers.wait_for_complete()
    app.draw()
    await pilot.pause()


def detail_of(app: ConsoleApp) -> DetailScreen:
    assert isinstance(app.screen, DetailScreen)
    return app.screen


# The cursor on the signals


async def test_no_signal_is_chosen_at_first_and_each_way_of_moving_moves() -> None:
    app = app_on(Charts())
    async with app.run_test(size=(80, 24)) as pilot:
        screen = app.screen
        assert isinstance(screen, SignalsScreen)
        assert screen.cursor is None
        assert "▸" not in shown(app)
        for key, expected in (
            ("j", "errors"),
            ("down", "feedback"),
            ("tab", "latency"),
            ("right_square_bracket", "cost"),
            ("k", "latency"),
            ("up", "feedback"),
            ("shift+tab", "errors"),
            ("left_square_bracket", None),
            ("k", None),
        ):
            await pilot.press(key)
            assert screen.cursor == expected, key
        await pilot.press(*"jjjjjjjjjjjj")
        assert screen.cursor == "injection"
        assert "▸● OK      injection" in shown(app)


async def test_the_cursor_stays_on_its_signal_when_rows_come_and_go() -> None:
    backend = Charts()
    app = app_on(backend)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("j", "j")
        backend.publish(replace(DETAILED, board=board((VERDICTS[4], VERDICTS[1], ERRORS))))
        app.draw()
        assert "▸▲ WATCH   thumbs-down" in shown(app)
        backend.publish(replace(DETAILED, board=board((ERRORS, VERDICTS[2]))))
        app.draw()
        assert isinstance(app.screen, SignalsScreen)
        assert app.screen.cursor is None


@given(st.lists(st.tuples(st.sampled_from([-1, 0, 1]), st.sets(st.integers(0, 6))), max_size=12))
def test_whatever_comes_and_goes_the_cursor_is_on_the_signal_it_was_moved_to_or_on_none(
    steps: list[tuple[int, set[int]]],
) -> None:
    cursor: str | None = None
    for step, present in steps:
        listed = board(tuple(VERDICTS[index] for index in sorted(present)))
        scene = Scene(replace(SNAPSHOT, board=listed), "", NOW, TZ)
        kept = moved(scene, cursor, 0)
        assert kept in (cursor, None)
        assert kept is None or kept in listed.verdicts
        cursor = moved(scene, cursor, step)


async def test_enter_opens_the_chosen_signal_and_without_one_the_worst() -> None:
    app = app_on(Charts())
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.press("enter")
        assert detail_of(app).signal == "errors"
        await pilot.press("escape", "j", "j", "enter")
        assert detail_of(app).signal == "feedback"
        await pilot.press("escape")
        assert isinstance(app.screen, SignalsScreen)
        assert app.screen.cursor == "feedback"


async def test_enter_shows_the_ladder_of_a_kill_unless_a_signal_was_chosen_and_the_footer_says_so() -> None:
    backend = Charts()
    backend.publish(replace(DETAILED, kill=RECORD))
    app = app_on(backend)
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.pause()
        assert "↵ ladder" in shown(app)
        await pilot.press("j")
        assert "↵ why" in shown(app)
        await pilot.press("enter")
        assert isinstance(app.screen, DetailScreen)
        await pilot.press("escape", "k", "enter")
        assert isinstance(app.screen, KillScreen)


# The detail


async def test_it_says_why_in_words_in_numbers_and_from_where_with_the_runbooks_steps() -> None:
    backend = Charts()
    app = app_on(backend)
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.press("enter")
        await settled(app, pilot)
        text = shown(app)
        for expected in (
            "error rate: why BREACH",
            "14 of 38 answers failed in the last 30 min.",
            "■ past at 03:00:12",
            "second opinion: agrees",
            "e-detector, p0 1 %, epoch 02:57",
            "schema 13, time-out 1",
            "prometheus · heard 03:11:08 · newest event 03:11:04",
            "sum(increase(bad_total[30m]))",
            "Failures over 5 %",
            "40 % ┤",
            "band: < 1 %",
        ):
            assert expected in text, expected


@pytest.mark.parametrize(
    "size", [(120, 40), (100, 30), (80, 24), (60, 16), (40, 10), (20, 6)], ids=lambda s: f"{s[0]}x{s[1]}"
)
@pytest.mark.parametrize("look", ["unicode", "ascii"])
async def test_at_every_size_it_is_drawn_and_says_which_signal(size: tuple[int, int], look: str) -> None:
    backend = Charts()
    app = app_on(backend) if look == "unicode" else ConsoleApp(backend, look=ASCII, now=lambda: NOW)  # type: ignore[arg-type]
    async with app.run_test(size=size) as pilot:
        await pilot.press("enter")
        await settled(app, pilot)
        assert "error rate" in shown(app)
        assert look == "unicode" or shown(app).isascii()


async def test_brackets_arrows_and_letters_go_round_all_signals() -> None:
    app = app_on(Charts())
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("enter")
        for key, expected in (
            ("right_square_bracket", "feedback"),
            ("right", "latency"),
            ("l", "cost"),
            ("left_square_bracket", "latency"),
            ("left", "feedback"),
            ("h", "errors"),
            ("h", "injection"),
            ("l", "errors"),
        ):
            await pilot.press(key)
            assert detail_of(app).signal == expected


async def test_where_it_does_not_fit_it_scrolls_to_the_end_and_no_further() -> None:
    app = app_on(Charts())
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("enter")
        await settled(app, pilot)
        assert "Failures over 5 %" not in shown(app)
        await pilot.press("pagedown", "pagedown", "pagedown", "j")
        end = shown(app)
        assert "Failures over 5 %" in end
        await pilot.press("j")
        assert shown(app) == end
        await pilot.press("pageup", "pageup", "pageup", "k")
        assert "14 of 38 answers failed" in shown(app)


async def test_g_goes_through_the_spans_and_keeps_the_old_chart_until_the_new_one_is_there() -> None:
    backend = Charts()
    app = app_on(backend)
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.press("enter")
        await settled(app, pilot)
        assert backend.asked[0][:2] == ("errors", timedelta(hours=1))
        backend.gate = asyncio.Event()
        await pilot.press("g")
        await pilot.pause()
        assert backend.asked[-1][:2] == ("errors", timedelta(hours=3))
        assert "last 1 h · g  1 h  [3 h]  1 d" in shown(app)
        assert "40 % ┤" in shown(app)
        backend.gate.set()
        await settled(app, pilot)
        assert "last 3 h · g  1 h  [3 h]  1 d" in shown(app)
        await pilot.press("g", "g")
        await pilot.pause()
        assert "[1 h]" in shown(app)


async def test_no_more_bins_are_asked_for_than_there_are_columns() -> None:
    backend = Charts()
    app = app_on(backend)
    async with app.run_test(size=(40, 20)) as pilot:
        await pilot.press("enter")
        await pilot.pause()
        await pilot.press("g", "g")
        await pilot.pause()
        assert all(bins <= 40 for _, _, bins in backend.asked)


async def test_a_series_that_never_comes_or_fails_is_said_and_the_words_stand() -> None:
    def fail(_signal: str) -> Series | None:
        raise RuntimeError("the evidence is gone")

    for answer, said in (
        (fail, "no newer chart: the evidence is gone"),
        (lambda _: None, "no series of this"),
    ):
        app = app_on(Charts(answer))
        async with app.run_test(size=(120, 40)) as pilot:
            await pilot.press("enter")
            await settled(app, pilot)
            assert said in shown(app)
            assert "14 of 38 answers failed" in shown(app)


async def test_a_series_that_comes_too_late_is_not_drawn_for_another_signal() -> None:
    backend = Charts(lambda signal: SERIES if signal == "errors" else None)
    backend.gate = asyncio.Event()
    app = app_on(backend)
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.press("enter")
        await pilot.pause()
        await pilot.press("l")
        await pilot.pause()
        backend.gate.set()
        await settled(app, pilot)
        assert "thumbs-down: why WATCH" in shown(app)
        assert "40 % ┤" not in shown(app)


async def test_it_is_asked_for_once_a_second_and_never_while_an_answer_is_waited_for() -> None:
    backend = Charts()
    app = app_on(backend)
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.press("enter")
        await settled(app, pilot)
        screen = detail_of(app)
        clock = screen._clock()
        screen._clock = lambda: clock
        asked = len(backend.asked)
        for _ in range(5):
            app.draw()
        assert len(backend.asked) == asked
        screen._clock = lambda: clock + 1.5
        backend.gate = asyncio.Event()
        for _ in range(5):
            app.draw()
            await pilot.pause()
        assert len(backend.asked) == asked + 1


async def test_y_copies_one_query_after_the_other_without_anything_that_acts(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    backend = Charts()
    bad = f"up{{a='{HOSTILE.raw}'}}\n  > 1"
    backend.publish(
        replace(DETAILED, sources={"errors": SourceView("prometheus", (("bad", bad), *QUERIES[1:]), NOW)})
    )
    app = app_on(backend)
    copied: list[str] = []
    monkeypatch.setattr(app, "copy_to_clipboard", copied.append)
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.press("enter", "y")
        assert "copied bad, 1 of 2" in shown(app)
        await pilot.press("y")
        assert copied[1] == QUERIES[1][1]
        assert copied[0].isprintable()
        assert "\x1b" not in copied[0]
        assert copied[0].endswith("} > 1")
        await pilot.press("l", "y")
        assert "nothing is asked for this signal" in shown(app)
        assert len(copied) == 2


async def test_opening_a_detail_is_a_look_at_that_signal(monkeypatch: pytest.MonkeyPatch) -> None:
    backend = Charts()
    app = app_on(backend)
    looks: list[str] = []
    async with app.run_test(size=(80, 24)) as pilot:
        monkeypatch.setattr(app.looks, "looked", looks.append)
        await pilot.press("j", "j", "enter")
        assert "thumbs-down" in looks
        await pilot.press("l")
        assert "latency p95" in looks


async def test_a_signal_that_goes_away_leaves_the_worst_one() -> None:
    backend = Charts()
    app = app_on(backend)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("j", "j", "enter")
        backend.publish(replace(DETAILED, board=board((ERRORS,))))
        app.draw()
        assert detail_of(app).signal == "errors"
        backend.publish(replace(DETAILED, board=board(())))
        app.draw()
        assert "no signal is configured" in shown(app)


@pytest.mark.parametrize("size", [(80, 24), (120, 40)], ids=["80x24", "120x40"])
async def test_hostile_text_everywhere_is_inert(size: tuple[int, int]) -> None:
    bad = HOSTILE.raw
    verdict = replace(
        ERRORS,
        title=bad,
        band_text=bad,
        words=(bad, bad),
        method=bad,
        columns=(bad, bad, bad, bad),
        windows=(WindowRow(bad, bad, bad, bad, bad, bad, bad, State.BREACH, NOW, bad),),
        parts=((bad, bad),),
        problem=bad,
        partial=bad,
    )
    backend = Charts()
    backend.publish(
        replace(
            DETAILED,
            board=replace(board((verdict,)), models=(ModelChange(NOW - timedelta(minutes=5), bad, bad),)),
            sources={"errors": SourceView(bad, ((bad, bad),), NOW)},
            happenings=(Happening(NOW, None, "flag", bad, bad, bad, "1"),),
        )
    )
    backend.book = Book(f"# {bad}\n\n1. {bad}\n")
    app = app_on(backend)
    async with app.run_test(size=size) as pilot:
        await pilot.press("enter")
        await settled(app, pilot)
        assert_inert(app)
        await pilot.press("pagedown", "y")
        assert_inert(app)


# The words


def test_an_error_says_first_what_is_wrong_and_too_few_what_it_waits_for() -> None:
    broken = replace(ERRORS, state=State.ERROR, problem="prometheus: 503. Look whether it is up.")
    assert words(broken)[0] == "Prometheus: 503. Look whether it is up."
    few = replace(VERDICTS[2], words=("241 answers in a day",), partial="one of two shards is missing")
    assert words(few) == (
        "241 answers in a day.",
        "Needs 159 more answers, ~2 h at this rate.",
        "Partial: one of two shards is missing.",
    )


def test_without_sentences_of_the_judge_there_are_headline_band_and_reason() -> None:
    assert words(VERDICTS[0]) == (
        "Error rate 36.8 %: 14 of 38 answers failed.",
        "Healthy < 1 %.",
        "Schema 13, time-out 1; all on answers after 02:58.",
    )


def test_signals_with_a_value_a_night_have_a_month() -> None:
    assert [span.text for span in spans("evals")] == ["30 d"]
    assert [span.text for span in spans("errors")] == ["1 h", "3 h", "1 d"]
    assert spans("evals")[0].bins(200) == 30


# Scale, times and events


def series_of(
    *values: float | None, unit: Unit = Unit.SHARE, high: float | None = None, low: float | None = None
) -> Series:
    return Series(NOW - timedelta(hours=1), NOW, values, unit, high, low)


@pytest.mark.parametrize(
    ("series", "gauge", "low", "high", "labels"),
    [
        # A quiet signal keeps the gauge's scale and never fills the chart with noise.
        (series_of(0.001, high=0.01), Gauge(0, 0.04, "", "", None, 0.01, None, 0), 0, 0.04, ("0 %", "4 %")),
        (series_of(0.001, high=0.01), None, 0, 0.02, ("0.0 %", "2.0 %")),
        (series_of(0.368, high=0.01), Gauge(0, 0.04, "", "", None, 0.01, None, 0), 0, 0.4, ("0 %", "40 %")),
        (series_of(1.0, high=0.01), None, 0, 1.0, ("0 %", "100 %")),
        (series_of(4.4, unit=Unit.SECONDS, high=5.0, low=4.0), None, 3.0, 6.0, ("3 s", "6 s")),
        (series_of(0.84, unit=Unit.SCORE, low=0.8), None, 0.6, 1.0, ("0.6", "1.0")),
        (series_of(41, 60, unit=Unit.DOLLARS, high=49, low=33), None, 10, 70, ("$ 10", "$ 70")),
        (series_of(7, unit=Unit.COUNT), None, 0, 8, ("0", "8")),
        (series_of(0, 0, unit=Unit.COUNT), None, 0, 5, ("0", "5")),
        # One absurd value does not flatten all others: it is off the scale.
        (series_of(4.4, 9e9, unit=Unit.SECONDS, high=5.0, low=4.0), None, 0, 100, ("0 s", "100 s")),
        (series_of(None, None), None, 0, 1, ("0 %", "100 %")),
    ],
)
def test_the_scale_is_the_bands_and_widens_in_round_steps(
    series: Series, gauge: Gauge | None, low: float, high: float, labels: tuple[str, str]
) -> None:
    found = scale(series, gauge)
    assert (found.low, found.high) == pytest.approx((low, high))
    assert (found.ticks[0][1], found.ticks[-1][1]) == labels
    assert 3 <= len(found.ticks) <= 7


@given(
    values=st.lists(st.none() | st.floats(), max_size=30).map(tuple),
    edges=st.tuples(st.none() | st.floats(-1e9, 1e9), st.none() | st.floats(-1e9, 1e9)),
    unit=st.sampled_from(list(Unit)),
)
def test_a_scale_is_found_for_whatever_comes(
    values: tuple[float | None, ...], edges: tuple[float | None, float | None], unit: Unit
) -> None:
    found = scale(Series(NOW, NOW, values, unit, *edges), None)
    assert found.low < found.high
    assert 2 <= len(found.ticks) <= 12
    assert all(found.low - 1e-9 <= value for value, _ in found.ticks)


def test_times_are_round_and_local() -> None:
    place, text = times(NOW - timedelta(hours=1), NOW, TZ)[0]
    assert (round(place, 3), text) == (0.148, "02:20")
    assert [text for _, text in times(NOW - timedelta(hours=1), NOW, TZ)][-1] == "03:10"
    assert [text for _, text in times(NOW - timedelta(days=1), NOW, TZ)] == [
        "04:00",
        "08:00",
        "12:00",
        "16:00",
        "20:00",
        "00:00",
    ]
    assert [text for _, text in times(NOW - timedelta(days=30), NOW, TZ)][-1].endswith("Nov")
    assert times(NOW, NOW, TZ) == ()


def test_the_chart_marks_kills_changes_of_flag_and_model_and_its_own_verdicts_only() -> None:
    def told(kind: str, text: str, when: str, event: bool = True) -> Happening:
        return Happening(at(when), at(when) if event else None, kind, text, "x", "", f"{kind}{when}{text}")

    snapshot = replace(
        SNAPSHOT,
        happenings=(
            told("verdict", "error rate OK → WATCH", "01:00:00"),
            told("model", "model a → b", "02:57:40"),
            told("flag", "flag ON 5 % → ON 25 %, by Ana", "02:50:00"),
            told("verdict", "error rate WATCH → BREACH", "03:00:12"),
            told("verdict", "thumbs-down OK → WATCH", "03:06:12"),
            told("look", "opened signals", "03:07:00"),
            told("kill", "pressed Enter: kill", "03:08:00", event=False),
            told("kill", "confirmed by lever 1", "03:08:02", event=False),
            told("kill", "lever 2: no answer", "03:08:03", event=False),
        ),
    )
    marks = events(Scene(snapshot, "", NOW, TZ), VERDICTS[0], SERIES)
    assert [mark.text for mark in marks] == [
        "flag ON 25 % 02:50",
        "model changed 02:57",
        "BREACH 03:00",
        "kill 03:08",
        "confirmed 03:08",
    ]
    assert all(0 <= mark.at <= 1 for mark in marks)


def test_before_any_history_is_read_the_boards_own_changes_are_marked() -> None:
    snapshot = replace(SNAPSHOT, board=replace(board(), models=(ModelChange(at("02:57:40"), "a", "b"),)))
    marks = events(Scene(snapshot, "", NOW, TZ), VERDICTS[0], SERIES)
    assert [mark.text for mark in marks] == ["model changed 02:57", "BREACH 03:00"]


@pytest.mark.parametrize("year", [1, 9999])
def test_a_series_at_the_end_of_time_is_drawn_all_the_same(year: int) -> None:
    start = datetime(year, 6, 1, tzinfo=UTC)
    assert len(times(start, start + timedelta(hours=1), TZ)) >= 5


def test_verdicts_of_every_signal_have_words() -> None:
    for verdict in VERDICTS:
        assert all(text.endswith((".", "!", "?")) for text in words(verdict))
        assert isinstance(verdict, Verdict)
