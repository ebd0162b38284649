import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import MappingProxyType

import pytest

from adapters.flags.port import FlagState
from adapters.untrusted import Untrusted
from console.config import FeatureConfig, ProviderTable
from console.exits import Exit
from console.feature import FlagView, Snapshot
from console.identity import Operator
from console.incident.acts import AlarmSeen, Done
from console.killswitch.record import DrillRecord, KillRecord
from console.killswitch.steps import Ladder, Mark, Outcome, Rung, Step
from console.readiness.records import fold
from console.signals.verdict import Board, Clock, State, Verdict
from console.status import document, exit_status, flag_words, lines

NOW = datetime(2026, 11, 24, 8, 11, 8, tzinfo=UTC)
FLAG = FlagView(
    FlagState("drafts-ai", "production", True, 25.0, (), "7", NOW, Untrusted("Mara\x1b[31m"), NOW), "", NOW
)


def verdict(signal: str, state: State, *, was: State | None = None) -> Verdict:
    return Verdict(signal, signal, state, NOW - timedelta(minutes=13), was=was, headline=f"{signal} is so")


def snapshot(
    verdicts: Mapping[str, Verdict], *, flag: FlagView = FLAG, kill: KillRecord | None = None
) -> Snapshot:
    feature = FeatureConfig(
        key="drafts",
        title="Drafts",
        environment="production",
        flag=ProviderTable("feature.flag of drafts", "unleash", {}),
        flag_key="drafts-ai",
        lever_order="in_turn",
        levers=(),
        runbook=Path("runbook.md"),
        evaluate=None,
        traffic=None,
        fallback=None,
        signals={},
        stages=(),
        findings=("only one lever",),
    )
    board = Board(MappingProxyType(dict(verdicts)), Clock(NOW, NOW, 1.0), None, None, (), 1)
    return Snapshot(feature, board, flag, None, kill)


def killed(outcome: Outcome = Outcome.CONFIRMED) -> KillRecord:
    step = Step(Rung.CONFIRMED, 2, Mark.TRUE, 0.9, "check holds")
    ladder = Ladder(
        kill_id="k1",
        feature="drafts",
        environment="production",
        flag_key="drafts-ai",
        operator="Mara Voss",
        started=NOW.isoformat(),
        row=4182,
        steps=(step,),
        outcome=outcome,
        killed_by=2,
        finished=True,
        exit_status=0,
        still_on=("flag still ON in unleash",),
    )
    return KillRecord(ladder, NOW, NOW + timedelta(seconds=0.9))


@pytest.mark.parametrize(
    ("states", "expected"),
    [
        ([State.OK, State.OK], Exit.OK),
        ([State.OK, State.WATCH], Exit.UNDECIDED),
        ([State.OK, State.TOO_FEW], Exit.UNDECIDED),
        ([State.WATCH, State.STALE], Exit.UNKNOWN),
        ([State.WATCH, State.NO_DATA], Exit.UNKNOWN),
        ([State.TOO_FEW, State.ERROR], Exit.UNKNOWN),
        ([State.ERROR, State.BREACH], Exit.NO),
        ([State.OFF, State.OFF], Exit.OK),
        ([State.OFF, State.STALE], Exit.UNKNOWN),
    ],
)
def test_the_exit_status_tells_the_worst_signal(states: list[State], expected: Exit) -> None:
    verdicts = {str(number): verdict(str(number), state) for number, state in enumerate(states)}
    assert exit_status([snapshot(verdicts)], []) is expected


def test_a_breach_that_missing_data_hides_is_still_a_no() -> None:
    verdicts = {"errors": verdict("errors", State.STALE, was=State.BREACH)}
    assert exit_status([snapshot(verdicts)], []) is Exit.NO


def test_a_broken_feature_among_others_is_could_not_find_out() -> None:
    fine = snapshot({"errors": verdict("errors", State.OK)})
    assert exit_status([fine], [("other@production", "no flag")]) is Exit.UNKNOWN
    bad = snapshot({"errors": verdict("errors", State.BREACH)})
    assert exit_status([bad], [("other@production", "no flag")]) is Exit.NO


def test_a_flag_that_cannot_be_read_is_could_not_find_out() -> None:
    verdicts = {"errors": verdict("errors", State.OK)}
    silent = FlagView(FLAG.state, "unleash did not answer", NOW)
    assert exit_status([snapshot(verdicts, flag=silent)], []) is Exit.UNKNOWN


@pytest.mark.parametrize("outcome", [Outcome.UNCONFIRMED, Outcome.FAILED])
def test_a_kill_that_nothing_proves_is_a_no(outcome: Outcome) -> None:
    verdicts = {"errors": verdict("errors", State.OK)}
    assert exit_status([snapshot(verdicts, kill=killed(outcome))], []) is Exit.NO


def test_the_document_is_plain_json_with_a_version_and_every_number_of_the_look() -> None:
    made = document([snapshot({"errors": verdict("errors", State.BREACH)}, kill=killed())], [("x@y", "why")])
    read = json.loads(json.dumps(made))
    assert read["version"] == 1
    (feature,) = read["features"]
    assert (feature["feature"], feature["environment"]) == ("drafts", "production")
    assert feature["flag"]["on"] is True
    assert feature["flag"]["percent"] == 25.0
    assert feature["signals"][0]["state"] == "BREACH"
    assert feature["kill"]["killed_by_lever"] == 2
    assert feature["kill"]["still_on"] == ["flag still ON in unleash"]
    assert feature["kill"]["steps"][0]["rung"] == "confirmed"
    assert feature["findings"] == ["only one lever"]
    assert read["broken"] == [{"feature": "x@y", "problem": "why"}]


@pytest.mark.requirement(11)
def test_the_document_has_what_kills_took_by_step_drills_and_real_ones_apart() -> None:
    kill = killed()
    shown = replace(
        snapshot({}), kills=(kill,), drills=(DrillRecord(kill.ladder, kill.at, kill.confirmed_at),) * 2
    )
    (feature,) = json.loads(json.dumps(document([shown], [])))["features"]
    times = feature["time_to_kill"]
    (real,) = times["real"]["kills"]
    assert (real["confirmed_seconds"], real["quiet_seconds"]) == (kill.ladder.steps[0].seconds, None)
    assert times["real"]["median_confirmed_seconds"] == kill.ladder.steps[0].seconds
    assert len(times["drills"]["kills"]) == 2


@pytest.mark.requirement(10)
def test_a_rung_that_did_not_come_true_is_said_until_somebody_has_seen_it() -> None:
    kill = killed()
    late = Step(Rung.QUIET, 0, Mark.FALSE, 63.0, "still 12 AI answers in 60 s")
    kill = replace(kill, ladder=replace(kill.ladder, steps=(*kill.ladder.steps, late)))
    done = Done(NOW, 9, Operator("Jonas Ek", 1000), AlarmSeen(kill.ladder.kill_id, ("quiet",)))
    before, after = snapshot({}, kill=kill), replace(snapshot({}, kill=kill), records=fold((done,)))
    assert "but quiet: still 12 AI answers in 60 s" in "\n".join(lines(before, UTC))
    assert "quiet" not in "\n".join(lines(after, UTC))
    (alarm,) = document([after], [])["features"][0]["kill"]["alarms"]
    assert (alarm["rung"], alarm["seen_by"]) == ("quiet", "Jonas Ek")


def test_what_a_provider_says_is_made_harmless_before_it_is_printed() -> None:
    made = json.dumps(document([snapshot({})], []), ensure_ascii=False)
    assert "\x1b" not in made
    assert "^[[31m" in made


def test_the_lines_say_flag_verdict_and_findings() -> None:
    text = "\n".join(lines(snapshot({"errors": verdict("errors", State.BREACH)}), UTC))
    assert "drafts@production  flag drafts-ai  ON at 25 %" in text
    assert "errors is so" in text
    assert "BREACH" in text
    assert "since 2026-11-24 07:58:08 +0000" in text
    assert "only one lever" in text


def test_a_kill_is_the_first_thing_that_the_lines_say() -> None:
    text = list(lines(snapshot({}, kill=killed()), UTC))[1]
    assert "KILLED by lever 2 (flag still ON in unleash)" in text
    assert "Mara Voss" in text


def test_a_flag_that_was_read_before_and_is_silent_now_says_both() -> None:
    assert flag_words(FlagView(FLAG.state, "no answer", NOW)) == "ON at 25 % when last read; now no answer"
    assert flag_words(FlagView(None, "no answer", NOW)) == "no answer"
    assert flag_words(FlagView(None, "", None)) == "not read yet"
