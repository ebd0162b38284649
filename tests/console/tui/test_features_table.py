"""The table of all features: its order, its cursor, and that the kill key means the row it was pressed on."""

from __future__ import annotations

from dataclasses import replace
from time import process_time

import pytest
from hypothesis import given
from hypothesis import strategies as st
from textual import events
from textual.pilot import Pilot

from adapters.flags.port import ArmingCheck
from console.config import BrokenFeature, FallbackConfig
from console.feature import Snapshot
from console.identity import Operator
from console.incident.acts import AlarmSeen, Done
from console.killswitch.steps import Mark, Rung, Step
from console.readiness.records import fold
from console.signals.verdict import State, Verdict
from console.tui.app import ConsoleApp
from console.tui.feature_list import FeatureList
from console.tui.scene import Scene
from console.tui.screens.features import SETTLING_SECONDS, FeaturesScreen
from console.tui.screens.kill import KillScreen
from console.tui.screens.signals import SignalsScreen
from console.tui.views.feature_row import Entry, panel, row, word_of
from console.tui.views.features import entries
from tests.console.tui.stage import (
    ASKING,
    CONFIG,
    HOSTILE,
    KILLED,
    NOW,
    RECORD,
    SNAPSHOT,
    TZ,
    VERDICTS,
    Book,
    ScriptedExecutor,
    StageBackend,
    board,
    flag,
)
from tests.console.tui.test_kill_keys import app_on, shown
from tests.console.tui.test_screens import assert_inert
from widgets.look import ASCII, UNICODE
from widgets.marks import Tone

CALM = tuple(replace(verdict, state=State.OK) for verdict in VERDICTS)


def feature(key: str, environment: str = "production", worst: State = State.OK) -> Snapshot:
    verdicts: tuple[Verdict, ...] = (
        replace(CALM[0], state=worst, headline=f"error rate of {key}"),
        *CALM[1:],
    )
    config = replace(CONFIG, key=key, title=f"The {key}", environment=environment, flag_key=f"{key}-ai")
    return replace(SNAPSHOT, config=config, board=board(verdicts))


DRAFTS, CALLS, STAGING = (
    feature("drafts", worst=State.WATCH),
    feature("calls", worst=State.BREACH),
    feature("drafts", "staging"),
)
BROKEN = BrokenFeature("coach@staging", "feature[4]: flag.provider: no such provider 'unleesh'")


class Many(StageBackend):
    """Several features; keeps for which one each executor was opened."""

    def __init__(self, *snapshots: Snapshot, broken: tuple[BrokenFeature, ...] = ()) -> None:
        super().__init__(snapshots[0] if snapshots else None)
        self.others = snapshots[1:]
        self.broken = broken
        self.opened: list[str] = []
        self.deaf = False

    def choose(self, name: str) -> None:
        if not self.deaf:
            super().choose(name)

    def open_executor(self) -> ScriptedExecutor:
        assert self.snapshot is not None
        self.opened.append(self.snapshot.config.name)
        return super().open_executor()

    def become(self, *snapshots: Snapshot) -> None:
        """New data of all features; the chosen one stays the chosen one."""
        chosen = self.snapshot.config.name if self.snapshot else ""
        self.snapshot = next((each for each in snapshots if each.config.name == chosen), snapshots[0])
        self.others = tuple(each for each in snapshots if each is not self.snapshot)
        self.publish(self.snapshot)


def table_of(app: ConsoleApp) -> FeaturesScreen:
    assert isinstance(app.screen, FeaturesScreen)
    return app.screen


def names(app: ConsoleApp) -> list[str]:
    """Feature and environment of each visible row, from the top."""
    found = []
    for line in shown(app).splitlines():
        cells = line[11:].split()
        if line[1:2] in "■▲●○□◑✗◇" and line[:1] in " ▸" and len(cells) > 1 and line[2:3] == " ":
            found.append(f"{cells[0]}@{cells[1]}")
    return [name for name in found if name.split("@")[1] in ("production", "staging")]


# Order and cursor


async def test_f_opens_the_table_the_worst_first_with_the_cursor_on_it() -> None:
    app = app_on(Many(STAGING, DRAFTS, CALLS, broken=(BROKEN,)))
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.press("f")
        assert names(app) == ["calls@production", "coach@staging", "drafts@production", "drafts@staging"]
        assert table_of(app).cursor == "calls@production"
        text = shown(app)
        assert "▌ALL▐ 4 features · 2 environments · 1 in BREACH, 1 in WATCH, 1 broken" in text
        assert "■ BREACH  calls (production): error rate of calls, since 02:58" in text


async def test_with_one_feature_the_table_opens_all_the_same() -> None:
    app = app_on(StageBackend())
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("f")
        assert "▌ALL▐ 1 feature" in shown(app)
        await pilot.press("enter")
        assert isinstance(app.screen, SignalsScreen)


async def test_the_order_holds_whatever_happens_until_s() -> None:
    backend = Many(STAGING, DRAFTS, CALLS)
    app = app_on(backend)
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.press("f", "j")
        before = names(app)
        backend.become(
            feature("new", worst=State.BREACH),
            feature("calls"),
            feature("drafts", "staging", State.BREACH),
            feature("drafts"),
        )
        app.draw()
        assert names(app) == [*before, "new@production"]
        assert table_of(app).cursor == "drafts@production"
        assert "▸● OK      drafts                production" in shown(app)
        await pilot.press("s")
        assert set(names(app)[:2]) == {"new@production", "drafts@staging"}
        assert table_of(app).cursor == "drafts@production"


async def test_a_feature_that_is_gone_keeps_its_row_until_s_and_k_does_nothing_there() -> None:
    backend = Many(STAGING, DRAFTS, CALLS)
    app = app_on(backend)
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.press("f")
        backend.become(STAGING, DRAFTS)
        app.draw()
        assert "no longer in console.toml" in shown(app)
        await pilot.press("K")
        assert backend.opened == []
        assert isinstance(app.screen, FeaturesScreen)
        assert "calls@production is no longer in console.toml: s sorts anew" in shown(app)
        await pilot.press("s")
        assert names(app) == ["drafts@production", "drafts@staging"]


async def test_until_the_sources_have_answered_it_sorts_by_itself_and_has_no_cursor() -> None:
    silent = tuple(replace(each, board=replace(each.board, clock=None)) for each in (STAGING, DRAFTS, CALLS))
    backend = Many(*silent)
    app = app_on(backend)
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.press("f")
        assert table_of(app).cursor is None
        await pilot.press("K")
        assert backend.opened == []
        assert "no row is under the cursor" in shown(app)
        backend.become(feature("drafts", "staging", State.BREACH), *silent[1:])
        app.draw()
        assert names(app)[0] == "drafts@staging"
        assert table_of(app).cursor is None
        backend.become(STAGING, DRAFTS, CALLS)
        app.draw()
        assert table_of(app).cursor == "calls@production"
        backend.become(feature("drafts", "staging", State.BREACH), DRAFTS, feature("calls"))
        app.draw()
        assert table_of(app).cursor == "calls@production"
        assert names(app)[0] == "calls@production"


async def test_a_source_that_never_answers_does_not_keep_the_table_without_a_cursor() -> None:
    backend = Many(replace(STAGING, board=replace(STAGING.board, clock=None)), CALLS)
    app = app_on(backend)
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.press("f")
        screen = table_of(app)
        opened = screen._opened_at
        screen._clock = lambda: opened + SETTLING_SECONDS
        app.draw()
        assert screen.cursor == "calls@production"


async def test_coming_back_by_f_sorts_anew() -> None:
    backend = Many(STAGING, DRAFTS, CALLS)
    app = app_on(backend)
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.press("f", "j", "enter")
        backend.become(feature("drafts", "staging", State.BREACH), DRAFTS, feature("calls"))
        await pilot.press("f")
        assert table_of(app).cursor == "drafts@staging"


NAMES = tuple(f"f{number}@production" for number in range(9))
STEP = st.one_of(
    st.tuples(st.just("data"), st.permutations(NAMES).map(tuple), st.integers(0, 9)),
    st.tuples(st.just("move"), st.just(()), st.integers(-12, 12)),
    st.tuples(st.just("sort"), st.permutations(NAMES).map(tuple), st.integers(0, 9)),
    st.tuples(st.just("filter"), st.just(()), st.integers(0, 9)),
)


@given(st.lists(STEP, max_size=30), st.integers(1, 6))
def test_no_sequence_of_updates_ever_moves_the_cursor_or_the_rows_above_it(
    steps: list[tuple[str, tuple[str, ...], int]], rows: int
) -> None:
    listed = FeatureList().opened(NAMES[:4], lambda _: True)
    for kind, order, number in steps:
        before = listed
        if kind == "data":
            listed = listed.joined(order[:number], lambda _: True).scrolled(rows)
            if before.cursor is not None:
                assert listed.cursor == before.cursor
                assert listed.at == before.at
            assert listed.shown[: len(before.shown)] == before.shown
        elif kind == "move":
            listed = listed.moved(number).scrolled(rows)
        elif kind == "sort":
            listed = listed.sorted(order[:number], lambda _: True).scrolled(rows)
            if before.cursor in order[:number]:
                assert listed.cursor == before.cursor
        else:
            kept = set(NAMES[:number])
            listed = listed.filtered("x", kept.__contains__).scrolled(rows)
        assert len(set(listed.shown)) == len(listed.shown)
        if listed.shown:
            assert listed.at is not None
            assert listed.top <= listed.at < listed.top + rows
            assert 0 <= listed.top <= max(0, len(listed.shown) - rows)
        else:
            assert listed.cursor is None


# The kill key


async def test_k_opens_the_dialog_of_exactly_the_row_under_the_cursor() -> None:
    backend = Many(DRAFTS, STAGING, CALLS)
    app = app_on(backend)
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.press("f", "j", "j", "K")
        assert backend.opened == ["drafts@staging"]
        assert isinstance(app.screen, KillScreen)
        await pilot.press(*"kill")
        assert "Enter kills drafts-ai in staging" in shown(app)


@pytest.mark.parametrize("drawn", [False, True], ids=["between paint and press", "before the paint"])
async def test_data_that_comes_before_the_press_does_not_change_what_k_means(drawn: bool) -> None:
    backend = Many(DRAFTS, STAGING, CALLS)
    app = app_on(backend)
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.press("f", "j", "j")
        backend.become(
            feature("new", worst=State.BREACH),
            feature("calls"),
            feature("drafts", "staging", State.ERROR),
            feature("drafts", worst=State.BREACH),
        )
        if drawn:
            app.draw()
        await pilot.press("K", *"kill", "enter")
        assert backend.opened == ["drafts@staging"]
        assert len(backend.executors[0].reasons) == 1
        assert "drafts" in shown(app)
        assert "STAGING" in shown(app)


async def test_the_row_of_the_press_counts_also_when_both_keys_came_in_one_read() -> None:
    backend = Many(DRAFTS, STAGING, CALLS)
    app = app_on(backend)
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.press("f")
        driver = app._driver
        assert driver is not None
        for key in "jK":
            driver.process_message(events.Key(key, key))
        await pilot.pause()
        await pilot.pause()
        assert backend.opened == ["drafts@production"]


async def test_k_on_a_broken_row_explains_and_opens_nothing() -> None:
    backend = Many(DRAFTS, broken=(BROKEN,))
    app = app_on(backend)
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.press("f")
        assert table_of(app).cursor == "!coach@staging"
        assert "K does nothing here: mend its table" in shown(app)
        await pilot.press("K")
        assert backend.opened == []
        assert "coach cannot be watched or killed from here: feature[4]: flag.provider" in shown(app)
        await pilot.press("enter")
        assert isinstance(app.screen, FeaturesScreen)


async def test_where_the_row_cannot_be_chosen_nothing_is_done_to_the_one_that_was() -> None:
    backend = Many(DRAFTS, STAGING, CALLS)
    backend.deaf = True
    app = app_on(backend)
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.press("f", "K")
        assert backend.opened == []
        assert "calls@production could not be chosen: nothing was done" in shown(app)


async def test_while_one_kill_runs_another_feature_can_be_killed_and_each_has_its_own_ladder() -> None:
    backend = Many(DRAFTS, STAGING, CALLS)
    app = app_on(backend)
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.press("f", "K", *"kill", "enter")
        calls = replace(ASKING, feature="calls", flag_key="calls-ai", kill_id="calls")
        backend.executors[0].say(calls)
        await pilot.pause(0.3)
        await pilot.press("escape", "f", "j", "K")
        assert backend.opened == ["calls@production", "drafts@production"]
        await pilot.press(*"kill")
        assert "Enter kills drafts-ai in production" in shown(app)
        assert "KILLING" not in shown(app)
        assert not backend.executors[0].left
        await pilot.press("escape", "f", "K")
        assert len(backend.executors) == 2
        assert "lever 1 did not answer" in shown(app)


async def test_the_steps_of_the_runbook_are_those_of_the_row() -> None:
    class Shelf(Many):
        def runbook(self) -> Book:
            assert self.snapshot is not None
            return Book(f"1. Step of {self.snapshot.config.name}.\n")

    app = app_on(Shelf(DRAFTS, STAGING, CALLS))
    async with app.run_test(size=(120, 40)) as pilot:
        await app.workers.wait_for_complete()
        await pilot.press("f", "j", "j", "K")
        assert "Step of drafts@production" not in shown(app)
        await app.workers.wait_for_complete()
        app.draw()
        assert "Step of drafts@staging." in shown(app)


async def test_read_only_k_explains_for_the_row() -> None:
    backend = Many(DRAFTS, STAGING, CALLS)
    backend.read_only = True
    app = app_on(backend)
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.press("f")
        assert "K (read-only: not from here) would turn calls-ai OFF" in shown(app)
        await pilot.press("K")
        assert backend.opened == []
        assert "console kill calls" in shown(app)


async def test_what_opens_a_place_of_one_feature_opens_that_of_the_row() -> None:
    backend = Many(DRAFTS, STAGING, CALLS)
    app = app_on(backend)
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.press("f", "j", "j", "enter")
        assert isinstance(app.screen, SignalsScreen)
        assert "STAGING" in shown(app)
        assert "The drafts" in shown(app)
        await pilot.press("f", "exclamation_mark")
        assert "calls-ai" in shown(app)


async def test_a_view_that_was_held_of_one_feature_is_not_shown_for_another() -> None:
    backend = Many(DRAFTS, STAGING, CALLS)
    app = app_on(backend)
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.press("space")
        assert "HELD" in shown(app)
        await pilot.press("f", "enter")
        assert "HELD" not in shown(app)
        assert "error rate of calls" in shown(app)


# The filter


async def test_letters_filter_as_they_are_typed_and_escape_shows_all() -> None:
    backend = Many(DRAFTS, STAGING, CALLS, broken=(BROKEN,))
    app = app_on(backend)
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.press("f", "slash", *"DRA")
        assert names(app) == ["drafts@production", "drafts@staging"]
        assert "/ DRA▏" in shown(app)
        assert "2 of 4" in shown(app)
        await pilot.press("space", *"stag")
        assert names(app) == ["drafts@staging"]
        await pilot.press("backspace", "enter")
        assert "/ DRA sta ─" in shown(app)
        await pilot.press("K")
        assert backend.opened == ["drafts@staging"]
        await pilot.press("escape", "f", "slash", *"zz")
        assert "nothing has 'zz' in it; esc shows all" in shown(app)
        assert table_of(app).cursor is None
        await pilot.press("escape")
        assert len(names(app)) == 4
        await pilot.press("slash", *"unleesh", "enter")
        assert names(app) == ["coach@staging"]
        await pilot.press("escape")
        assert isinstance(app.screen, FeaturesScreen)
        assert len(names(app)) == 4
        await pilot.press("escape")
        assert isinstance(app.screen, SignalsScreen)


async def test_while_letters_are_typed_no_letter_acts() -> None:
    backend = Many(DRAFTS, STAGING, CALLS)
    app = app_on(backend)
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.press("f", "slash", "K", "q", "s", "j", "f", "colon", "exclamation_mark")
        assert backend.opened == []
        assert "/ Kqsjf:!▏" in shown(app)
        await pilot.press(*["backspace"] * 20)
        assert "/ ▏" in shown(app)
        await pilot.press("up", "up")
        assert table_of(app).cursor == "calls@production"


async def test_a_paste_into_the_filter_is_one_line_of_plain_letters() -> None:
    app = app_on(Many(DRAFTS, STAGING, CALLS))
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.press("f", "slash")
        app.post_message(events.Paste(f"dra\nfts {HOSTILE.raw}" + "x" * 500))
        await pilot.pause()
        await pilot.pause()
        assert "/ dra fts" in shown(app)
        assert_inert(app)


# Rows, many of them


async def test_hundreds_are_drawn_as_fast_as_a_screenful() -> None:
    many = [feature(f"feature-{number}", worst=list(State)[number % 7]) for number in range(300)]
    app = app_on(Many(*many))
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.press("f")
        assert "… 27" in shown(app)
        began = process_time()
        for _ in range(5):
            app.draw()
        assert (process_time() - began) / 5 < 0.1
        await pilot.press(*["pagedown"] * 14)
        assert "more above" in shown(app)
        assert table_of(app).cursor is not None
        assert "▸" in shown(app)
        await pilot.press(*["pageup"] * 14)
        assert "more above" not in shown(app)


@pytest.mark.parametrize(
    "size",
    [(120, 40), (100, 30), (80, 24), (60, 16), (40, 10), (20, 6), (200, 60)],
    ids=lambda s: f"{s[0]}x{s[1]}",
)
@pytest.mark.parametrize("look", ["unicode", "ascii"])
async def test_at_every_size_the_row_under_the_cursor_is_on_the_screen(
    size: tuple[int, int], look: str
) -> None:
    many = [feature(f"feature-{number}") for number in range(60)]
    backend = Many(*many, broken=(BROKEN,))
    app = app_on(backend) if look == "unicode" else ConsoleApp(backend, look=ASCII, now=lambda: NOW)  # type: ignore[arg-type]
    async with app.run_test(size=size) as pilot:
        await pilot.press("f")
        for _ in range(3):
            await pilot.press("j", "pagedown")
            assert sum(line[:1] in "▸>" for line in shown(app).splitlines() if line.strip()) == 1
        await pilot.resize_terminal(size[0] + 10, max(6, size[1] - 4))
        await pilot.pause()
        assert sum(line[:1] in "▸>" for line in shown(app).splitlines() if line.strip()) == 1
        assert look == "unicode" or shown(app).isascii()


def scene_of(*snapshots: Snapshot, broken: tuple[BrokenFeature, ...] = ()) -> Scene:
    return Scene(snapshots[0] if snapshots else None, "", NOW, TZ, snapshots=snapshots, broken=broken)


def test_a_killed_feature_says_by_whom_and_since_when_and_what_is_still_on() -> None:
    killed = replace(DRAFTS, kill=RECORD)
    scene = scene_of(killed)
    model = row(scene, entries(scene)["drafts@production"])
    assert (model.word, model.state.value, model.since) == ("KILLED", "OFF", "03:12")
    assert model.worst == "off by Mara Voss; flag still ON in flag service"


@pytest.mark.requirement(9)
def test_a_rung_that_did_not_come_true_is_loud_in_the_table_until_somebody_has_seen_it() -> None:
    still = Step(Rung.EVALUATED, 0, Mark.FALSE, 20.0, "1 of 3 contexts still get the AI: agent-2")
    record = replace(RECORD, ladder=replace(KILLED, steps=(*KILLED.steps[:4], still), still_on=()))
    alarmed = replace(DRAFTS, kill=record)
    model = row(scene_of(alarmed), Entry("drafts@production", snapshot=alarmed))
    assert model.worst.startswith(
        "but evaluated: 1 of 3 contexts still get the AI: agent-2; off by Mara Voss"
    )
    assert model.tone is Tone.DANGER
    done = Done(NOW, 9, Operator("Jonas Ek", 1000), AlarmSeen("k1", ("evaluated",)))
    seen = replace(alarmed, records=fold((done,)))
    model = row(scene_of(seen), Entry("drafts@production", snapshot=seen))
    assert (model.worst, model.tone) == ("off by Mara Voss", Tone.PLAIN)


def test_a_flag_that_was_turned_on_again_is_no_longer_killed() -> None:
    by_flag = replace(RECORD, ladder=replace(KILLED, killed_by=1))
    killed = replace(DRAFTS, kill=by_flag, flag=flag(read_at=NOW.replace(hour=9)))
    assert word_of(scene_of(killed), Entry("drafts@production", snapshot=killed)) == "WATCH"


def test_a_latched_breach_is_a_breach_in_the_table_whatever_the_signal_says_now() -> None:
    latched = replace(CALM[0], state=State.STALE, was=State.BREACH, headline="newest is 20 min old")
    snapshot = replace(DRAFTS, board=board((latched, *CALM[1:])))
    scene = scene_of(snapshot)
    model = row(scene, entries(scene)["drafts@production"])
    assert model.word == "BREACH"
    assert model.worst == "now STALE: newest is 20 min old"


def test_whether_it_can_be_killed_is_said_by_row() -> None:
    assert SNAPSHOT.arming is not None
    first, second = SNAPSHOT.arming.levers
    failed = replace(first, checks=(ArmingCheck("token valid", False, "expired"),))
    dead = replace(second, checks=(ArmingCheck("present", False, "missing"),))

    def says(snapshot: Snapshot) -> str:
        scene = scene_of(snapshot)
        return row(scene, entries(scene)[snapshot.config.name]).kill

    assert says(DRAFTS) == "NOT PROVEN"
    assert says(replace(DRAFTS, last_confirmed_kill=NOW)) == "ARMED ✓"
    assert says(replace(DRAFTS, arming=replace(SNAPSHOT.arming, levers=(failed, second)))) == "lever 2 ✓"
    assert says(replace(DRAFTS, arming=replace(SNAPSHOT.arming, levers=(failed, dead)))) == "NOT ARMED"
    assert says(replace(DRAFTS, arming=None)) == "asking"


def test_two_broken_tables_of_one_name_are_two_rows() -> None:
    found = entries(scene_of(DRAFTS, broken=(BROKEN, BROKEN, BrokenFeature("drafts@production", "twice"))))
    assert list(found) == ["drafts@production", "!coach@staging", "!coach@staging#2", "!drafts@production"]


def test_the_panel_says_what_k_does_to_an_inverse_flag_and_without_a_fallback() -> None:
    inverse = replace(CONFIG, flag=replace(CONFIG.flag, kill_state="on"), fallback=None)
    snapshot = replace(SNAPSHOT, config=inverse, flag=flag(on=False))
    lines = panel(scene_of(snapshot), Entry(inverse.name, snapshot=snapshot))
    assert lines[0] == "K would turn support-drafts-ai ON in production, which is the kill here; now OFF"
    assert lines[2] == "instead  nobody has described what"


@pytest.mark.parametrize("size", [(80, 24), (120, 40)], ids=["80x24", "120x40"])
async def test_hostile_names_and_words_are_inert_in_every_row(size: tuple[int, int]) -> None:
    bad = HOSTILE.raw
    verdicts = tuple(replace(verdict, title=bad, headline=bad, why=bad, problem=bad) for verdict in VERDICTS)
    config = replace(CONFIG, key=bad, environment=bad, title=bad, flag_key=bad, fallback=FallbackConfig(bad))
    hostile = replace(SNAPSHOT, config=config, board=board(verdicts))
    app = app_on(Many(hostile, DRAFTS, broken=(BrokenFeature(f"{bad}@{bad}", bad),)))
    async with app.run_test(size=size) as pilot:
        for keys in (["f"], ["j"], ["K"], ["escape", "f", "slash", "x"], ["enter", "enter"]):
            await pilot.press(*keys)
            assert_inert(app)


async def test_the_footer_names_what_works_on_the_table() -> None:
    app = app_on(Many(DRAFTS, CALLS))
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.press("f")
        last = shown(app).splitlines()[-1]
        for words in ("K kill", "↵ open", "/ filter", "s sort now", "esc back"):
            assert words in last
        await _filter(pilot)
        assert "↵ keep  esc show all" in shown(app).splitlines()[-1]


async def _filter(pilot: Pilot[int]) -> None:
    await pilot.press("slash", "x")


async def test_a_dialog_whose_feature_a_reload_took_away_sends_nothing() -> None:
    backend = Many(CALLS, DRAFTS, STAGING)
    app = app_on(backend)
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.press("f", "K", *"kil")
        backend.become(DRAFTS, STAGING)
        app.draw()
        await pilot.press("l")
        await pilot.pause()
        await pilot.press("enter", "enter")
        assert backend.opened == ["calls@production"]
        assert backend.executors[0].reasons == []
        assert "NOT SENT: calls@production is no longer in console.toml" in shown(app)


async def test_k_before_it_is_known_that_there_are_several_features_opens_no_dialog_of_any() -> None:
    backend = Many()
    app = ConsoleApp(backend, look=UNICODE, now=lambda: NOW, table=True)  # type: ignore[arg-type]
    async with app.run_test(size=(120, 40)) as pilot:
        while not backend.started:
            await pilot.pause(0.02)
        await pilot.press("K")
        backend.snapshot, backend.others = DRAFTS, (CALLS,)
        app.draw()
        await pilot.pause()
        assert backend.opened == []
        assert table_of(app).cursor == "calls@production"
        assert "press it again on the row that is meant" in shown(app)
        await pilot.press("K")
        assert backend.opened == ["calls@production"]
