"""A drill on the screen: DRILL from the first byte, the same keys as in earnest, and never mistaken."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from textual.pilot import Pilot

from console.drilling.rows import Begun, Drill, Ended, Flag
from console.drilling.score import score
from console.drilling.target import DrillOrder
from console.drilling.wire import Told
from console.incident.acts import AlarmSeen
from console.killswitch.record import PRODUCTION, REHEARSAL, TABLETOP
from console.killswitch.steps import Ladder, Mark, Rung
from console.signals.verdict import State
from console.snapshot import Snapshot
from console.status import exit_status, lines
from console.tui.app import ConsoleApp
from console.tui.screens.drill import DrillScreen
from console.tui.screens.form import FormScreen
from console.tui.screens.kill import KillScreen
from console.tui.screens.signals import SignalsScreen
from tests.console.tui.stage import (
    FLAG,
    KILLED,
    NOW,
    PREPARED,
    SNAPSHOT,
    VERDICTS,
    ScriptedDrill,
    StageBackend,
    flag,
)
from tests.console.tui.test_kill_keys import app_on, shown
from tests.console.tui.test_wayback import TYPED

pytestmark = pytest.mark.requirement(23)

DRILL_FLAG = f"{FLAG}-drill"
HEALTHY = replace(
    SNAPSHOT,
    config=replace(SNAPSHOT.config, drill_flag=DRILL_FLAG),
    board=replace(
        SNAPSHOT.board,
        verdicts={each.signal: replace(each, state=State.OK, was=None) for each in VERDICTS},
    ),
    rotation=("Jonas Ek", "Mara Voss", "Priya"),
)
ORDER = DrillOrder(REHEARSAL, "Priya", "schema-failures")
DRILLED = replace(
    KILLED,
    kill_id="d1",
    flag_key=DRILL_FLAG,
    killed_by=1,
    still_on=(),
    steps=(
        KILLED.steps[0],
        replace(KILLED.steps[1], rung=Rung.LEVER, mark=Mark.TRUE, text="flag service: switch off"),
        replace(KILLED.steps[4], lever=1, seconds=0.9),
        replace(KILLED.steps[6], seconds=11.0),
        replace(KILLED.steps[7], seconds=12.1),
    ),
)


def told(phase: str = "running", kind: str = REHEARSAL, **changes: object) -> Told:
    """What the holder of the lease says."""
    base = Told(
        phase,
        kind,
        "Priya",
        "schema-failures",
        drill="d1",
        flag_key=DRILL_FLAG if kind == REHEARSAL else FLAG,
        began=(NOW - timedelta(seconds=28)).isoformat(),
        over_at=(NOW + timedelta(minutes=9)).isoformat(),
        flag=Flag(True, 100.0, []),
        prepared=PREPARED,
        marks={"signals": 19.0},
        earlier={"to signals": [14.0, 22.0, 11.0, 18.0], "Enter to confirmed": [0.9, 1.1]},
    )
    for name, value in changes.items():
        base = replace_field(base, name, value)
    return base


def replace_field(base: Told, name: str, value: object) -> Told:
    from msgspec.structs import replace as changed

    return changed(base, **{name: value})


def over(kind: str = REHEARSAL, ladder: Ladder | None = DRILLED, **changes: object) -> Told:
    """The same, once it is over and scored."""
    marks = {"signals": 19.0, "runbook": 31.0, "dialog": 52.0, "enter": 61.0, "ends": 80.0, "restored": 80.4}
    worth = score(
        kind=kind,
        trainee="Priya",
        flag_key=DRILL_FLAG,
        story="schema-failures",
        marks=marks,
        ladder=ladder,
        levers=("flag service", "command"),
        restored=True,
    )
    given = {"text": "reads ON at 100 %, as before", "result": "restored", "why": "Priya ended it", **changes}
    return told("over", kind, marks=marks, ladder=ladder, score=worth, row=4240, never=("Jonas Ek",), **given)


def app_in(backend: StageBackend, order: DrillOrder = ORDER) -> ConsoleApp:
    return ConsoleApp(backend, now=lambda: NOW, drill=order)  # type: ignore[arg-type]


async def says(pilot: Pilot[int], drill: ScriptedDrill, *messages: object) -> None:
    """Let the holder say something, and the screen draw it."""
    drill.say(*messages)
    while drill.unread:
        await pilot.pause(0.02)
    assert isinstance(pilot.app, ConsoleApp)
    pilot.app.draw()
    await pilot.pause()


async def typed(pilot: Pilot[int], *fields: str) -> None:
    for text in fields:
        await pilot.press(*(TYPED.get(letter, letter) for letter in text), "enter")


async def test_drill_stands_on_the_screen_before_anything_has_been_read() -> None:
    backend = StageBackend(None)
    app = app_in(backend)
    async with app.run_test(size=(80, 24)) as pilot:
        first, second, *_ = shown(app).splitlines()
        assert first.startswith("▌DRILL▐")
        assert second.startswith(" DRILL  being prepared; nothing is sent yet")
        assert backend.begun == []
        backend.publish(HEALTHY)
        await pilot.pause(0.3)
        assert [drill.order for drill in backend.begun] == [ORDER]


@pytest.mark.parametrize("size", [(80, 24), (120, 40), (60, 18)])
@pytest.mark.parametrize("kind", [TABLETOP, REHEARSAL, PRODUCTION])
async def test_each_screen_says_drill_first_and_keeps_a_line_for_what_is_real(
    size: tuple[int, int], kind: str
) -> None:
    backend = StageBackend(HEALTHY)
    app = app_in(backend, replace(ORDER, kind=kind, confirm=FLAG))
    async with app.run_test(size=size) as pilot:
        await pilot.pause(0.3)
        await says(pilot, backend.begun[0], told(kind=kind))
        for key in ("1", "4", "5", "2", "exclamation_mark", "D", "K"):
            await pilot.press(key)
            await pilot.pause()
            first, second, third, *_ = shown(app).splitlines()
            assert first.startswith("▌DRILL▐"), key
            assert second.startswith(" DRILL  made-up breach: error rate 36.8 %"), key
            assert third.startswith(" real: all 7 in band"), key


async def test_the_story_shows_on_the_signals_and_says_that_it_is_made_up() -> None:
    backend = StageBackend(HEALTHY)
    app = app_in(backend)
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.pause(0.3)
        await says(pilot, backend.begun[0], told())
        await pilot.press("1")
        await pilot.pause()
        assert isinstance(app.screen, SignalsScreen)
        page = shown(app)
        assert "BREACH" in page
        assert "14/38" in page
        assert "made up for the drill" in page


async def test_k_the_word_and_enter_kill_for_the_drill_alone() -> None:
    backend = StageBackend(HEALTHY)
    app = app_in(backend)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.pause(0.3)
        (drill,) = backend.begun
        await says(pilot, drill, told())
        await pilot.press("1", "4", "K")
        assert isinstance(app.screen, KillScreen)
        page = shown(app)
        assert "DRILL  KILL  support-drafts" in page
        assert "The rehearsal's flag: nobody is affected." in page
        assert DRILL_FLAG in page
        await pilot.press(*"kill")
        await pilot.pause()
        assert f"Enter kills, for the drill, {DRILL_FLAG} in production" in shown(app)
        await pilot.press("enter")
        assert drill.reasons == ["a drill: error rate"]
        assert backend.executors == []
        assert [name for name, _ in drill.marks] == ["signals", "runbook", "dialog"]
        await says(pilot, drill, told(ladder=DRILLED))
        page = shown(app)
        assert "DRILL  KILLED  support-drafts" in page
        assert "by itself, when the drill ends: E ends it now" in page
        assert "the kill goes on without this screen" not in page


async def test_a_note_in_a_drill_is_the_drills_and_nothing_else_is_written() -> None:
    backend = StageBackend(HEALTHY)
    app = app_in(backend)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.pause(0.3)
        (drill,) = backend.begun
        await says(pilot, drill, told(ladder=DRILLED))
        await pilot.press("n")
        await typed(pilot, "told them")
        await app.workers.wait_for_complete()
        assert ("said", "told them") in drill.marks
        await pilot.press("R")
        await pilot.pause()
        assert "not in a drill" in shown(app)
        assert backend.acts == []


async def test_e_ends_it_and_the_score_says_what_was_not_proven() -> None:
    backend = StageBackend(HEALTHY)
    app = app_in(backend)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.pause(0.3)
        (drill,) = backend.begun
        await says(pilot, drill, told(ladder=DRILLED))
        await pilot.press("E")
        assert drill.ends == [("Mara Voss ended it", "")]
        await says(pilot, drill, over())
        assert isinstance(app.screen, DrillScreen)
        page = shown(app)
        assert "PASSED with 1 finding" in page
        assert "✗ said so, by a note" in page
        assert "the gate needs a drill on the real flag" in page
        assert "not proven  the real flag: this was the rehearsal's flag; lever 2, command" in page
        assert "Jonas Ek has never done one" in page
        assert app.drills.status == 0
        await pilot.press("escape")
        await pilot.pause()
        assert not shown(app).startswith("▌DRILL▐")


async def test_once_it_is_over_k_is_for_real() -> None:
    backend = StageBackend(HEALTHY)
    app = app_in(backend)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.pause(0.3)
        await says(pilot, backend.begun[0], told(), over())
        await pilot.press("K")
        await pilot.pause()
        page = shown(app)
        assert "DRILL" not in page
        assert "Real users." in page
        assert len(backend.executors) == 1


async def test_a_real_breach_ends_it_and_k_is_for_real_at_once() -> None:
    backend = StageBackend(HEALTHY)
    app = app_in(backend)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.pause(0.3)
        (drill,) = backend.begun
        await says(pilot, drill, told())
        await pilot.press("K", *"kil")
        backend.publish(replace(HEALTHY, board=SNAPSHOT.board))
        await pilot.pause(0.4)
        assert drill.ends
        assert drill.ends[0] == ("a real BREACH: error rate", "error rate")
        await says(pilot, drill, told("restoring", why="a real BREACH: error rate"))
        page = shown(app)
        assert "THE DRILL IS OVER, THIS IS REAL" in page
        assert "DRILL" not in page.splitlines()[0]
        # The three letters belonged to the drill's dialog.
        await pilot.press("l", "enter")
        assert backend.executors == []
        assert drill.reasons == []


async def test_a_drill_that_is_refused_says_why_and_nothing_goes_on() -> None:
    backend = StageBackend(HEALTHY)
    app = app_in(backend)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.pause(0.3)
        await says(pilot, backend.begun[0], told("refused", text="a drill of Jonas is running"))
        assert "No drill: a drill of Jonas is running." in shown(app)
        assert app.drills.status == 6


async def test_a_hint_is_one_more_line_and_is_counted() -> None:
    backend = StageBackend(HEALTHY)
    app = app_in(backend)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.pause(0.3)
        (drill,) = backend.begun
        await says(pilot, drill, told())
        assert "none used" in shown(app)
        await pilot.press("f4")
        await pilot.pause()
        assert "the runbook (4), at error rate" in shown(app)
        assert ("hint", "") in drill.marks


async def test_a_process_that_goes_away_is_said() -> None:
    backend = StageBackend(HEALTHY)
    app = app_in(backend)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.pause(0.3)
        (drill,) = backend.begun
        await says(pilot, drill, told())
        drill.die()
        while not drill.closed:
            await pilot.pause(0.02)
        app.draw()
        await pilot.pause()
        assert "its process went away; what it has killed is restored" in shown(app)


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        (("parade", "", "", ""), "one of tabletop, rehearsal, production"),
        (("tabletop", "", "no-such", ""), "one of schema-failures"),
        (("production", "", "", "support-drafts"), f"confirm with its key, {FLAG}"),
    ],
)
async def test_the_form_says_what_is_wrong_beside_its_field(fields: tuple[str, ...], words: str) -> None:
    backend = StageBackend(HEALTHY)
    app = app_on(backend)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("D")
        assert isinstance(app.screen, FormScreen)
        assert "has never done one" in shown(app) or "have never" in shown(app)
        await typed(pilot, *fields)
        await pilot.pause()
        assert words in " ".join(shown(app).split())
        assert backend.begun == []


async def test_d_begins_what_the_form_says() -> None:
    backend = StageBackend(HEALTHY)
    app = app_on(backend)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("D")
        await typed(pilot, "production", "Priya", "slow-model", FLAG)
        await pilot.pause(0.2)
        assert [drill.order for drill in backend.begun] == [
            DrillOrder(PRODUCTION, "Priya", "slow-model", FLAG)
        ]
        assert shown(app).startswith("▌DRILL▐")


async def test_a_console_that_only_looks_begins_none() -> None:
    backend = StageBackend(HEALTHY, read_only=True)
    app = app_on(backend)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("D")
        await pilot.pause()
        assert "--read-only" in shown(app)
        assert backend.begun == []


def journaled(result: str | None, *, kind: str = PRODUCTION, ladder: Ladder | None = DRILLED) -> Drill:
    """A drill as another console reads it."""
    begun = Begun({"name": "Mara Voss"}, kind, "schema-failures", "Priya", FLAG, 600, Flag(True, 25.0, []))
    ended = None if result is None else Ended(result, "the flag was changed by release-bot", "over")
    return Drill(
        "d1", "support-drafts", "production", NOW - timedelta(minutes=2), begun, {}, None, ladder, ended
    )


def left_killed(**changes: object) -> Snapshot:
    return replace(HEALTHY, flag=flag(on=False), rehearsed=(journaled("void"),), **changes)  # type: ignore[arg-type]


@pytest.mark.requirement(24)
async def test_a_flag_that_a_drill_has_left_killed_is_an_alarm_until_somebody_has_seen_it() -> None:
    backend = StageBackend(left_killed())
    app = app_on(backend)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        assert "LEFT KILLED  by a drill of Priya" in shown(app)
        await pilot.press("o")
        await app.workers.wait_for_complete()
        assert backend.acts == [AlarmSeen("d1", ("lease",))]
    assert exit_status([left_killed()], []) == 1
    assert any("LEFT KILLED by a drill of Priya" in line for line in lines(left_killed(), None))


@pytest.mark.requirement(24)
async def test_other_consoles_see_whose_drill_has_the_flag_off() -> None:
    backend = StageBackend(replace(HEALTHY, flag=flag(on=False), rehearsed=(journaled(None),)))
    app = app_on(backend)
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.pause()
        assert "OFF  in a DRILL of Priya" in shown(app)
        await pilot.press("D")
        await pilot.pause()
        assert "a drill of Priya is going on" in shown(app)
