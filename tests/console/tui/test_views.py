"""What the screens say, asked of the pure views."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from adapters.flags.port import ArmingCheck
from console.feature import FlagView, Snapshot
from console.killswitch.record import REHEARSAL, KillRecord
from console.killswitch.steps import Mark as StepMark
from console.killswitch.steps import Outcome, Rung, Step
from console.signals.verdict import Clock, State
from console.tui.confirm import ConfirmWord
from console.tui.last_words import last_words
from console.tui.scene import Killing, Scene
from console.tui.views import when
from console.tui.views.arming import arming_lines, arming_words
from console.tui.views.banner import banner
from console.tui.views.footer import footer
from console.tui.views.kill_dialog import kill_dialog
from console.tui.views.ladder import ladder
from console.tui.views.runbook import line_of, rendered
from console.tui.views.signals import signals
from console.tui.views.standing import standing
from tests.console.tui.stage import (
    ASKING,
    CONFIG,
    FLAG,
    KILLED,
    NOW,
    PREPARED,
    RECORD,
    RUNBOOK,
    SNAPSHOT,
    TZ,
    VERDICTS,
    as_drill,
    at,
    board,
    earlier,
    flag,
)
from widgets.line import plain_text
from widgets.marks import Mark, Tone


def scene(snapshot: Snapshot | None = SNAPSHOT, **changes: object) -> Scene:
    return replace(Scene(snapshot, "", NOW, TZ), **changes)  # type: ignore[arg-type]


def with_states(*states: State) -> Snapshot:
    verdicts = tuple(
        replace(verdict, state=state, was=None) for verdict, state in zip(VERDICTS, states, strict=False)
    )
    return replace(SNAPSHOT, board=board(verdicts))


# Line 2


def test_a_breach_is_said_with_counts_and_since_when_and_loudly() -> None:
    stand = standing(scene())
    assert (stand.word, stand.danger) == ("BREACH", True)
    assert stand.text == "error rate 36.8 %: 14 of 38 answers failed, since 02:58"


def test_all_in_band_is_said_quietly() -> None:
    stand = standing(scene(with_states(*[State.OK] * 7)))
    assert (stand.text, stand.danger) == ("all seven in band", False)


@pytest.mark.parametrize("blind", [State.ERROR, State.STALE, State.NO_DATA, State.TOO_FEW, State.WATCH])
def test_one_signal_that_is_not_ok_never_reads_as_all_in_band(blind: State) -> None:
    stand = standing(scene(with_states(*[State.OK] * 6, blind)))
    assert stand.state is blind
    assert "six in band" in stand.text


def test_a_latched_breach_is_not_forgotten_when_its_data_stops() -> None:
    verdicts = (replace(VERDICTS[0], state=State.STALE, was=State.BREACH), *VERDICTS[1:])
    stand = standing(scene(replace(SNAPSHOT, board=board(verdicts))))
    assert stand.word == "was BREACH, now STALE"
    assert stand.danger


def test_a_second_breach_is_counted() -> None:
    stand = standing(scene(with_states(State.BREACH, State.BREACH, *[State.OK] * 5)))
    assert stand.text.endswith("; one more in BREACH")


def test_no_signal_at_all_is_not_peace() -> None:
    assert standing(scene(replace(SNAPSHOT, board=board(())))).state is State.NO_DATA


def test_a_kill_by_lever_2_says_that_the_flag_is_still_on() -> None:
    stand = standing(scene(replace(SNAPSHOT, kill=RECORD)))
    assert stand.text == "KILLED by lever 2 (flag still ON in flag service)  03:12:16 Mara Voss"
    assert stand.killed
    assert not stand.danger


def test_the_newest_rung_stands_in_line_2_until_all_came_true() -> None:
    steps = (*ASKING.steps[:4], Step(Rung.QUIET, 0, StepMark.NOW, 8.0, ""))
    record = KillRecord(replace(KILLED, steps=steps, finished=False), at("03:12:08"), at("03:12:16"))
    assert standing(scene(replace(SNAPSHOT, kill=record))).text.endswith("· quiet not seen yet")


def test_a_rung_that_did_not_come_true_is_an_alarm() -> None:
    steps = (*ASKING.steps[:4], Step(Rung.QUIET, 0, StepMark.FALSE, 60.0, "AI answers still 70/h"))
    record = KillRecord(replace(KILLED, steps=steps), at("03:12:08"), at("03:12:16"))
    stand = standing(scene(replace(SNAPSHOT, kill=record)))
    assert stand.danger
    assert stand.text == (
        "KILLED by lever 2 (flag still ON in flag service), but quiet: AI answers still 70/h  "
        "03:12:16 Mara Voss"
    )


@pytest.mark.requirement(20)
def test_a_killed_flag_that_is_on_again_is_an_alarm_and_not_called_killed() -> None:
    record = KillRecord(replace(KILLED, killed_by=1, still_on=()), at("03:00:00"), at("03:00:01"))
    stand = standing(scene(replace(SNAPSHOT, kill=record)))
    assert (stand.word, stand.danger) == ("ON AGAIN", True)
    assert stand.text.endswith("outside a restore; one in BREACH")
    off = replace(SNAPSHOT, kill=record, flag=flag(on=False))
    assert standing(scene(off)).text == "KILLED 03:00:01 Mara Voss"


@pytest.mark.parametrize(
    ("outcome", "word"), [(Outcome.FAILED, "KILL FAILED"), (Outcome.UNCONFIRMED, "NOT CONFIRMED")]
)
def test_a_kill_that_is_not_proven_is_never_called_killed(outcome: Outcome, word: str) -> None:
    killing = Killing(confirmed=True, ladder=replace(ASKING, outcome=outcome, finished=True))
    stand = standing(scene(killing=killing))
    assert (stand.word, stand.danger, stand.killed) == (word, True, False)


# Line 1 and 3


def test_the_environment_is_in_the_banner_and_demo_takes_its_place() -> None:
    assert banner(scene()).environment == "PRODUCTION"
    demo = banner(scene(demo=True))
    assert (demo.environment, demo.real_users) == ("DEMO", False)
    assert "made-up users" in demo.levers[0]
    assert "nothing real is touched" in demo.levers[0]


def test_in_the_demo_a_lever_that_is_not_armed_is_named_all_the_same() -> None:
    late = replace(SNAPSHOT, flag=replace(flag(), problem="did not answer", checked_at=at("03:11:05")))
    assert banner(scene(late, demo=True)).levers == ("lever 2 ARMED ✓ 03:09",)


def test_the_seconds_of_a_running_kill_go_on_between_its_steps() -> None:
    asking = Killing(confirmed=True, ladder=ASKING)
    assert standing(scene(killing=asking, now=at("03:12:10"))).aside == "6.2 s"
    assert standing(scene(killing=asking, now=at("03:12:28"))).aside == "20.0 s"


def test_a_read_only_console_says_that_it_cannot_kill_from_here() -> None:
    assert banner(scene(read_only=True)).levers[0] == "not from here: started with --read-only"


def test_modes_stand_only_when_they_are_not_the_ordinary_one() -> None:
    assert banner(scene()).modes == ()
    assert banner(scene(read_only=True)).modes == ("READ-ONLY",)
    held = banner(scene(held=SNAPSHOT, held_at=at("03:09:30")))
    assert held.modes == ("HELD",)
    assert held.levers[0] == "panels held at 03:09:30"


def test_a_faster_world_shows_its_speed_and_its_own_clock() -> None:
    clock = Clock(at("03:00:00"), NOW, 60.0)
    fast = replace(SNAPSHOT, board=replace(SNAPSHOT.board, clock=clock))
    shown = banner(scene(fast, now=NOW + timedelta(seconds=10)))
    assert shown.extra == "x 60"
    assert shown.clock[0] == "Tue 03:10:00 -0500"


def test_a_flag_that_cannot_be_read_now_says_how_old_its_state_is() -> None:
    stale = replace(SNAPSHOT, flag=replace(flag(read_at=at("02:51:00")), problem="did not answer"))
    assert banner(scene(stale)).flag_detail == ("25 %, read 02:51",)
    unread = banner(scene(replace(SNAPSHOT, flag=FlagView(None, "did not answer", NOW))))
    assert (unread.flag_state, unread.flag_detail) == ("?", ("cannot be read",))


def test_armed_needs_a_confirmed_kill_of_this_flag_within_30_days() -> None:
    assert arming_words(scene()).text == ("ARMED, NOT PROVEN ▲ 03:09",)
    assert arming_words(scene()).drill == ("never drilled",)
    recent = arming_words(scene(replace(SNAPSHOT, last_confirmed_kill=NOW - timedelta(days=6))))
    assert recent.text[-1] == "ARMED ✓ 03:09"
    assert recent.drill == ("last pulled 6 days ago",)
    old = arming_words(scene(replace(SNAPSHOT, last_confirmed_kill=NOW - timedelta(days=31))))
    assert old.text == ("ARMED, NOT PROVEN ▲ 03:09",)


def test_not_armed_names_the_reason_and_whether_k_still_works() -> None:
    assert SNAPSHOT.arming is not None
    first, second = SNAPSHOT.arming.levers
    expired = replace(first, checks=(ArmingCheck("token valid", False, "token expired 02:00"),))
    one = arming_words(scene(replace(SNAPSHOT, arming=replace(SNAPSHOT.arming, levers=(expired, second)))))
    assert one.text == ("NOT ARMED ✗ flag service: token expired 02:00",)
    assert one.levers == ("lever 2 ARMED ✓ 03:09",)
    assert one.works
    gone = replace(second, checks=(ArmingCheck("present", None, "cannot be asked"),))
    none = arming_words(scene(replace(SNAPSHOT, arming=replace(SNAPSHOT.arming, levers=(expired, gone)))))
    assert not none.works
    assert none.danger


def test_a_flag_that_can_no_longer_be_read_takes_lever_1s_proof_back() -> None:
    late = replace(SNAPSHOT, flag=replace(flag(), problem="did not answer", checked_at=at("03:11:05")))
    words = arming_words(scene(late))
    assert words.text == ("NOT ARMED ✗ flag service: the flag cannot be read now",)
    assert words.levers == ("lever 2 ARMED ✓ 03:09",)
    dialog = kill_dialog(scene(late), ConfirmWord(), "")
    assert dialog.levers[0].arming.startswith("NOT ARMED ✗")
    assert any("cannot be read now; this was read 03:11" in fact.text for fact in dialog.facts)


def test_before_arming_was_proven_once_it_is_not_called_armed() -> None:
    assert arming_words(scene(replace(SNAPSHOT, arming=None))).text[0].startswith("NOT ARMED ?")


# Panels, checklist, timeline


def test_signals_keep_the_order_of_the_configuration_whatever_their_state() -> None:
    model = signals(scene(with_states(*[State.OK] * 6, State.BREACH)))
    assert [panel.title for panel in model.signals] == [verdict.title for verdict in VERDICTS]


def test_a_source_that_failed_says_what_to_do_in_its_own_panel() -> None:
    broken = replace(VERDICTS[0], state=State.ERROR, problem="prometheus: no answer in 5 s. Is it up?")
    panel = signals(scene(replace(SNAPSHOT, board=board((broken,))))).signals[0]
    assert panel.why == "prometheus: no answer in 5 s. Is it up?"


# Dialog and ladder


def test_the_dialog_says_what_where_who_what_instead_and_how_it_is_undone() -> None:
    dialog = kill_dialog(scene(), ConfirmWord(), RUNBOOK)
    facts = {fact.label: fact for fact in dialog.facts}
    assert dialog.lead == "Turns the AI path OFF for every user in production. Real users."
    assert facts["flag"].text == f"{FLAG}    ON at 25 %  →  OFF"
    assert facts["flag"].right == "(OFF is the kill)"
    assert facts["affects"].text == "25 % of users, stage 3 of 3; 151 people a day; 76 answers an hour"
    assert "temporarily unavailable" in facts["instead"].text
    assert facts["way back"].text == "R, to 5 % or lower, with the flag key and a reason"
    assert [number for number, _ in dialog.runbook] == ["3", "4"]


def test_an_inverse_flag_is_said_to_be_killed_by_on() -> None:
    inverse = replace(CONFIG, flag=replace(CONFIG.flag, kill_state="on"))
    dialog = kill_dialog(scene(replace(SNAPSHOT, config=inverse, flag=flag(on=False))), ConfirmWord(), "")
    assert dialog.lead.startswith("Turns the flag ON, so that nobody in production gets the AI.")
    assert dialog.facts[0].text == f"{FLAG}    OFF  →  ON"
    assert dialog.facts[0].right == "(kill = turn this flag ON)"


def test_what_is_not_known_is_said_to_be_unknown() -> None:
    blank = replace(
        SNAPSHOT,
        board=replace(SNAPSHOT.board, flow=None),
        config=replace(CONFIG, fallback=None),
        flag=FlagView(None, "did not answer", NOW),
        arming=None,
    )
    dialog = kill_dialog(scene(blank), ConfirmWord(), "")
    facts = {fact.label: fact.text for fact in dialog.facts}
    assert "not known" in facts["flag"]
    assert "not known" in facts["affects"]
    assert "not known" in facts["instead"]
    assert {lever.arming for lever in dialog.levers} == {"not proven yet"}


def test_a_demo_dialog_says_that_nothing_real_is_touched() -> None:
    assert "Made-up users" in kill_dialog(scene(demo=True), ConfirmWord(), "").lead


def test_latency_p95_finds_the_steps_under_latency() -> None:
    latency = replace(VERDICTS[2], state=State.BREACH)
    dialog = kill_dialog(scene(replace(SNAPSHOT, board=board((latency,)))), ConfirmWord(), RUNBOOK)
    assert [number for number, _ in dialog.runbook] == ["6", "7"]


def test_a_ladder_in_mid_kill_tells_that_it_may_be_left_and_nothing_need_be_pressed() -> None:
    shown = ladder(scene(killing=Killing(confirmed=True, ladder=ASKING)), RUNBOOK)
    assert shown.tone is Tone.DANGER
    assert "the kill goes on without this screen" in shown.notes[0].text
    assert "need not press anything" in shown.sections[0].notes[0].text


def test_a_rung_that_is_not_configured_is_never_shown_as_passed() -> None:
    step = Step(Rung.QUIET, 0, StepMark.NOT_CONFIGURED, None, "")
    shown = ladder(scene(killing=Killing(confirmed=True, ladder=replace(ASKING, steps=(step,)))), "")
    assert shown.rungs[0].mark is not Mark.PASS
    assert "not configured" in shown.rungs[0].text


def test_a_kill_that_failed_shows_the_exact_requests_to_send_by_hand() -> None:
    failed = Killing(prepared=PREPARED, confirmed=True, ladder=replace(ASKING, outcome=Outcome.FAILED))
    section = ladder(scene(killing=failed), RUNBOOK).sections[0]
    assert section.title == "by hand"
    assert any("curl -X PATCH" in note.text and "$FLAG_TOKEN" in note.text for note in section.notes)


def test_after_30_seconds_without_a_confirmation_the_requests_by_hand_show_themselves() -> None:
    asking = Killing(prepared=PREPARED, confirmed=True, ladder=ASKING)
    early = ladder(scene(killing=asking, now=at("03:12:37")), RUNBOOK)
    assert [section.title for section in early.sections] == ["while you wait"]
    late = ladder(scene(killing=asking, now=at("03:12:39")), RUNBOOK)
    assert any("curl -X PATCH" in note.text for section in late.sections for note in section.notes)


def test_after_the_kill_every_lever_that_was_pulled_has_its_way_back() -> None:
    shown = ladder(scene(killing=Killing(confirmed=True, ladder=KILLED)), RUNBOOK)
    notes = {note.label: note.text for note in shown.sections[-1].notes}
    assert notes["way back"] == "R, to 5 % or lower, with the flag key and a reason"
    assert notes["lever 2"] == "/usr/local/bin/force-fallback --release support-drafts"


def test_after_the_kill_the_steps_are_those_of_the_signal_that_was_in_breach_without_the_kill_itself() -> (
    None
):
    quiet = with_states(*[State.OFF] * 7)
    shown = ladder(scene(quiet, killing=Killing("error rate", None, True, KILLED)), RUNBOOK)
    left = {note.label: note.text for note in shown.sections[0].notes}
    assert "step 4" in left
    assert "step 3" not in left


def test_the_undo_stands_apart_from_what_is_left_to_do() -> None:
    shown = ladder(scene(killing=Killing(confirmed=True, ladder=KILLED)), RUNBOOK)
    assert [section.title for section in shown.sections] == [
        "what is left to do",
        "not now: only when the cause is known",
    ]


# Runbook, footer, time


def test_a_runbook_cannot_act() -> None:
    lines = rendered(
        "# [x](http://evil/\x1b[2J)\n\n\x1b]52;c;aGk=\x07 `code` **bold** [/] [@click=app.kill]k[/]", 80
    )
    text = "\n".join(plain_text(line) for line in lines)
    assert "\x1b" not in text
    assert "http://evil/" in text
    assert "[@click=app.kill]k[/]" in text


def test_the_runbook_opens_at_the_signal_in_breach() -> None:
    lines = rendered(RUNBOOK, 80)
    assert plain_text(lines[line_of(RUNBOOK, 80, "error rate")]).strip() == "Error rate"
    assert plain_text(lines[line_of(RUNBOOK, 80, "latency p95")]).strip() == "Latency"


def test_a_dangerous_key_is_dimmed_in_read_only_and_says_why() -> None:
    kill = footer(scene(read_only=True), "signals").groups[0][0]
    assert (kill.key, kill.enabled, kill.reason) == ("K", False, "read-only")


@pytest.mark.parametrize(
    ("instant", "shown"),
    [
        (datetime(2026, 11, 24, 8, 0, tzinfo=UTC), "03:00"),
        (datetime(2026, 11, 23, 4, 40, tzinfo=UTC), "Sun 23:40"),
        (datetime(2026, 11, 9, 12, 0, tzinfo=UTC), "9 Nov"),
    ],
)
def test_an_instant_of_another_day_is_never_shown_as_one_of_today(instant: datetime, shown: str) -> None:
    assert when.minute(instant, NOW, TZ) == shown


def test_a_fault_of_our_own_is_one_sentence_with_its_place_and_no_values() -> None:
    secret = "hunter2"
    try:
        raise KeyError(secret)
    except KeyError as error:
        said = last_words(error)
    assert "KeyError in test_views.py" in said
    assert secret not in said
    assert "\n" not in said


@pytest.mark.requirement(26)
def test_each_lever_says_when_it_was_last_seen_to_work_as_it_is_now() -> None:
    def said(**changes: Any) -> list[str]:
        lines = [text.strip() for text, _ in arming_lines(scene(replace(SNAPSHOT, **changes)))]
        return [" ".join(line.split()) for line in lines if line[2:8] in ("pulled", "drille")]

    never = "? pulled never seen to work, as it is now"
    assert said() == [never, never]
    kill = earlier("k1", 6, 0.9, 11.0, 12.0)
    assert said(kills=(kill,)) == ["✓ pulled 18 Nov, worked in 0.9 s", never]
    drill = as_drill(replace(kill, at=kill.at + timedelta(days=2)))
    assert said(kills=(kill,), drills=(drill,))[0] == "✓ drilled 20 Nov, worked in 0.9 s"
    assert said(drills=(replace(drill, kind=REHEARSAL),)) == [never, never]
    changed = replace(kill, prints={1: "before"})
    assert said(kills=(changed,), prints={1: "now"}) == [never, never]
    old = earlier("k1", 40, 0.9, 11.0, 12.0)
    assert said(kills=(old,))[0].startswith("? pulled")
