"""The ladder and its alarms, as a person meets them."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, timedelta

import pytest

from console.identity import Operator
from console.incident.acts import AlarmSeen, Done
from console.killswitch.record import KillRecord
from console.killswitch.steps import Ladder, Mark, Outcome, Rung, Step
from console.readiness.records import fold
from console.snapshot import Snapshot
from console.tui import session
from console.tui.action import KILL, Action
from console.tui.actions import ACTIONS, Keymap
from console.tui.confirm import ConfirmWord
from console.tui.scene import Killing
from console.tui.views.kill_dialog import kill_dialog
from console.tui.views.kill_facts import facts
from console.tui.views.ladder import ladder
from console.tui.views.standing import standing
from tests.console.tui.stage import (
    ASKING,
    DRILLS,
    FLAG,
    KILLED,
    KILLS,
    NOW,
    RUNBOOK,
    SNAPSHOT,
    StageBackend,
    as_drill,
    at,
    earlier,
    flag,
)
from tests.console.tui.test_kill_keys import app_on, shown
from tests.console.tui.test_views import scene
from widgets.ladder import LadderModel

STILL = Step(Rung.EVALUATED, 0, Mark.FALSE, 20.0, "1 of 3 contexts still get the AI: agent-2")
TRAFFIC = Step(Rung.QUIET, 0, Mark.FALSE, 63.0, "still 12 AI answers in 60 s; fallback 30")


def alarmed(*steps: Step) -> Ladder:
    """A kill by lever 1 of which some rungs did not come true."""
    return replace(KILLED, killed_by=1, still_on=(), steps=(*ASKING.steps[:1], *steps))


def killed(newest: Ladder, *seen: str, by: str = "Jonas Ek") -> Snapshot:
    """The newest kill in the journal, and rungs of it that somebody has seen not to come true."""
    done = Done(at("03:15:00"), 4200, Operator(by, 1000), AlarmSeen(newest.kill_id, seen))
    return replace(
        SNAPSHOT,
        kill=KillRecord(newest, at("03:12:08"), at("03:12:09")),
        flag=flag(on=False),
        records=fold((done,)) if seen else SNAPSHOT.records,
    )


def text_of(model: LadderModel) -> str:
    rungs = [f"{rung.name}: {rung.text} {rung.note}" for rung in model.rungs]
    notes = [f"{note.label}: {note.text} {note.right}" for s in model.sections for note in s.notes]
    return "\n".join([model.title, *rungs, *(f"{n.text}  {n.right}" for n in model.notes), *notes])


@pytest.mark.requirement(9)
def test_the_contexts_that_still_get_the_ai_are_named_on_the_ladder_and_in_line_2() -> None:
    now = scene(killed(alarmed(STILL)))
    assert "1 of 3 contexts still get the AI: agent-2" in text_of(ladder(now, RUNBOOK))
    stand = standing(now)
    assert stand.danger
    assert stand.text.startswith("KILLED, but evaluated: 1 of 3 contexts still get the AI: agent-2")


@pytest.mark.requirement(10)
def test_traffic_that_goes_on_is_an_alarm_until_somebody_has_seen_it() -> None:
    stand = standing(scene(killed(alarmed(TRAFFIC))))
    assert stand.danger
    assert "but quiet: still 12 AI answers" in stand.text
    after = standing(scene(killed(alarmed(TRAFFIC), "quiet")))
    assert not after.danger
    assert after.text.endswith("quiet did not come true, seen by Jonas Ek 03:15")


@pytest.mark.requirement(9)
def test_a_rung_that_nobody_can_tell_is_an_alarm_too_and_never_passed() -> None:
    blind = Step(Rung.EVALUATED, 0, Mark.UNKNOWN, 20.0, "no answer")
    assert "but evaluated cannot be told: no answer" in standing(scene(killed(alarmed(blind)))).text


def test_an_alarm_that_was_seen_covers_no_other_rung() -> None:
    stand = standing(scene(killed(alarmed(STILL, TRAFFIC), "evaluated")))
    assert stand.danger
    assert "but quiet" in stand.text


def test_an_alarm_of_an_older_kill_that_was_seen_covers_no_newer_one() -> None:
    old = killed(alarmed(TRAFFIC), "quiet")
    newer = replace(alarmed(TRAFFIC), kill_id="k2")
    assert old.kill is not None
    assert standing(scene(replace(old, kill=replace(old.kill, ladder=newer)))).danger


def test_who_has_seen_an_alarm_stands_beside_its_rung() -> None:
    assert "o: seen" in text_of(ladder(scene(killed(alarmed(TRAFFIC))), ""))
    assert "seen by Jonas Ek 03:15" in text_of(ladder(scene(killed(alarmed(TRAFFIC), "quiet")), ""))


async def test_o_on_the_ladder_journals_in_the_persons_name_what_did_not_come_true() -> None:
    backend = StageBackend(killed(alarmed(STILL, TRAFFIC)))
    app = app_on(backend)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("enter")
        assert "o seen it" in shown(app)
        await pilot.press("o")
        await app.workers.wait_for_complete()
        await pilot.pause()
        assert [act for act in backend.acts if isinstance(act, AlarmSeen)] == [
            AlarmSeen("k1", ("evaluated", "quiet"))
        ]
        assert "journaled: Mara Voss has seen that evaluated, quiet did not come true" in shown(app)


async def test_an_acknowledgement_that_could_not_be_written_says_so_and_the_alarm_stands() -> None:
    backend = StageBackend(killed(alarmed(TRAFFIC)), trouble="the disk is full")
    app = app_on(backend)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("enter", "o")
        await app.workers.wait_for_complete()
        await pilot.pause()
        assert "NOT WRITTEN, the alarm stands: the disk is full" in shown(app)
        assert "but quiet" in shown(app)


async def test_without_an_alarm_o_writes_nothing_and_is_not_offered() -> None:
    backend = StageBackend(killed(replace(KILLED, killed_by=1, still_on=())))
    app = app_on(backend)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("enter")
        assert "seen it" not in shown(app)
        await pilot.press("o")
        await app.workers.wait_for_complete()
        await pilot.pause()
        assert not [act for act in backend.acts if isinstance(act, AlarmSeen)]
        assert "no alarm stands" in shown(app)


def test_a_lever_that_does_not_hold_says_that_it_is_tried_again_as_long_as_it_is() -> None:
    proven = replace(KILLED, finished=False)
    running = ladder(scene(killing=Killing(confirmed=True, ladder=proven)), "")
    assert [rung.note for rung in running.rungs if rung.name == "lever 1"] == ["tried again"]
    over = ladder(scene(killing=Killing(confirmed=True, ladder=KILLED)), "")
    assert [rung.note for rung in over.rungs if rung.name == "lever 1"] == [""]
    assert "Nobody tries any more" in text_of(over)


# Time to kill


@pytest.mark.requirement(11)
def test_time_to_kill_stands_beside_the_drills_and_the_real_ones_apart() -> None:
    now = scene(replace(SNAPSHOT, kills=KILLS, drills=DRILLS), killing=Killing(confirmed=True, ladder=KILLED))
    (times,) = ladder(now, "").notes
    assert (times.text, times.right) == ("time to kill 7.9 s", "drills 0.9 s median of 4 · real 8.0 s, 7.9 s")


@pytest.mark.requirement(11)
def test_the_first_kill_of_all_says_that_it_is() -> None:
    (times,) = ladder(scene(killing=Killing(confirmed=True, ladder=KILLED)), "").notes
    assert times.right == "the first that is on record"


@pytest.mark.requirement(11)
def test_a_kill_that_sent_nothing_shows_no_time() -> None:
    already = replace(KILLED, outcome=Outcome.ALREADY)
    assert ladder(scene(killing=Killing(confirmed=True, ladder=already)), "").notes == ()


@pytest.mark.requirement(11)
@pytest.mark.parametrize("hours", [-3, 3])
def test_a_wall_clock_that_is_set_in_mid_kill_moves_neither_its_seconds_nor_the_30_s(hours: int) -> None:
    killing = Killing(confirmed=True, ladder=ASKING, seconds=6.4)
    stepped = scene(killing=killing, now=at("03:12:14") + timedelta(hours=hours))
    assert standing(stepped).aside == "6.4 s"
    assert [section.title for section in ladder(stepped, "").sections] == ["while you wait"]


def test_while_it_climbs_the_last_drill_says_how_long_each_step_took() -> None:
    now = scene(replace(SNAPSHOT, kills=KILLS, drills=DRILLS), killing=Killing(confirmed=True, ladder=ASKING))
    assert "Last drill, same point:  0.9 s confirmed · 11.0 s quiet · 12.0 s fallback" in text_of(
        ladder(now, "")
    )


# An older kill


def test_an_older_kill_is_named_as_one_and_offers_nothing_to_do() -> None:
    before = KillRecord(replace(KILLED, kill_id="k0", still_on=()), at("02:12:08"), at("02:12:16"))
    now = scene(replace(killed(alarmed(STILL)), kills=(before,)))
    shown_ladder = ladder(now, RUNBOOK, "k0")
    assert shown_ladder.title == "KILLED by lever 2  support-drafts  02:12:08"
    assert shown_ladder.sections == ()
    assert "An older kill" in shown_ladder.notes[0].text


def test_the_kill_of_a_drill_is_called_a_drill() -> None:
    drill = as_drill(earlier("d1", 0, 0.9, 11.0, 12.0))
    now = scene(replace(killed(alarmed(STILL)), drills=(drill,)))
    assert ladder(now, "", "d1").title.startswith("DRILL  KILLED")


# The dialog


@pytest.mark.requirement(18)
def test_the_dialog_says_when_the_fallback_was_last_seen_to_work_and_where() -> None:
    def seen(snapshot: Snapshot) -> str:
        return facts(scene(snapshot), snapshot)[3].text

    assert seen(replace(SNAPSHOT, kills=KILLS, drills=DRILLS)) == "seen to work 18 Nov, in the drill"
    assert seen(replace(SNAPSHOT, kills=KILLS)) == "seen to work 15 Oct, in the kill"
    assert seen(SNAPSHOT).startswith("never seen to work")
    broken = replace(
        KILLED, steps=(*KILLED.steps[:-1], Step(Rung.FALLBACK, 0, Mark.FALSE, 30.0, "probe: status 500"))
    )
    record = KillRecord(broken, NOW.astimezone(UTC) - timedelta(hours=1), None)
    assert seen(replace(SNAPSHOT, kills=(*KILLS, record), drills=DRILLS)) == (
        "did NOT answer as described 02:11, in the kill"
    )


@pytest.mark.parametrize(
    ("percent", "said"),
    [
        (25.0, "R, to 5 % or lower, with the flag key and a reason"),
        (5.0, "R, to internal, with the flag key and a reason"),
        (0.0, "R, to internal, with the flag key and a reason"),
    ],
)
@pytest.mark.requirement(18)
def test_the_way_back_names_the_key_and_the_highest_stage_that_it_allows(percent: float, said: str) -> None:
    restore = Action(
        "restore", ("R",), "R", "restore", "the way back", frozenset({"signals"}), KILL, dangerous=True
    )
    state = SNAPSHOT.flag.state
    assert state is not None
    now = replace(SNAPSHOT, flag=replace(SNAPSHOT.flag, state=replace(state, percent=percent)))
    keys = Keymap((*(action for action in ACTIONS if action.id != "restore"), restore))
    assert facts(scene(now, keys=keys), now)[-1].text == said


@pytest.mark.requirement(18)
def test_every_sentence_about_an_inverse_flag_says_that_on_is_the_kill() -> None:
    config = replace(SNAPSHOT.config, flag=replace(SNAPSHOT.config.flag, kill_state="on"))
    inverse = replace(SNAPSHOT, config=config, flag=flag(on=False))
    dialog = kill_dialog(scene(inverse), ConfirmWord(), "")
    said = {fact.label: fact.text for fact in dialog.facts if fact.label}
    assert dialog.lead == ("Turns the flag ON, so that nobody in production gets the AI. Real users.")
    assert said["flag"] == f"{FLAG}    OFF  →  ON"
    assert dialog.facts[0].right == "(kill = turn this flag ON)"
    assert "the AI runs while this flag is off" in said["affects"]
    assert said["way back"].startswith("R, ")
    failed = Killing(confirmed=True, ladder=replace(ASKING, outcome=Outcome.FAILED))
    assert "Turn the flag ON, which is its kill state" in text_of(ladder(scene(inverse, killing=failed), ""))
    on = replace(inverse, flag=flag(on=True))
    assert "nobody by the flag: it is on already" in facts(scene(on), on)[1].text


@pytest.mark.requirement(2)
async def test_after_half_a_minute_without_a_confirmation_the_manual_card_shows_by_itself_once(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    clock = [1000.0]
    monkeypatch.setattr(session, "monotonic", lambda: clock[0])
    backend = StageBackend()
    app = app_on(backend)
    async with app.run_test(size=(80, 24)) as pilot:
        await app.workers.wait_for_complete()
        await pilot.press("K", *"kill")
        await pilot.pause()
        await pilot.press("enter")
        backend.executors[0].say(replace(ASKING, started=NOW.isoformat()))
        await pilot.pause(0.3)
        assert "MANUAL CARD" not in shown(app)
        clock[0] += 31
        app.draw()
        await pilot.pause()
        assert "MANUAL CARD" in shown(app)
        await pilot.press("escape")
        app.draw()
        await pilot.pause()
        assert "MANUAL CARD" not in shown(app)
        assert "by hand" in shown(app)
