"""Kill switch and fallback: what a kill proves, for how long, and what it does not."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from console.config import FallbackConfig
from console.killswitch.record import PRODUCTION, REHEARSAL, DrillRecord
from console.killswitch.steps import Mark, Outcome, Rung
from console.readiness.gates import GateState
from console.snapshot import JournalView
from tests.console.readiness.made import (
    CLIMBED,
    CONFIG,
    DAY,
    NOW,
    READY,
    also,
    attested,
    configured,
    gate,
    kill,
    step,
    with_rung,
)

NEVER = replace(READY, kill=None, last_confirmed_kill=None)


def test_a_confirmed_kill_says_where_by_which_lever_how_fast_by_whom_and_to_when() -> None:
    shown = gate(READY, "kill-switch")
    assert shown.state is GateState.PASS
    assert shown.evidence == "in production 5 days ago, confirmed after 0.9 s by lever 1"
    assert shown.by == "Mara Voss"
    assert shown.at is not None
    assert shown.good_to == shown.at + 30 * DAY
    assert [row.text.split()[0] for row in shown.seen] == [one.rung.value for one in CLIMBED]


def test_a_kill_by_lever_2_says_that_lever_1_proved_nothing() -> None:
    steps = (
        step(Rung.LEVER, Mark.UNKNOWN, lever=1),
        step(Rung.LEVER, Mark.TRUE, lever=2),
        step(Rung.CONFIRMED, Mark.TRUE, lever=2),
    )
    shown = gate(replace(READY, kill=kill(by=2, steps=steps)), "kill-switch")
    assert shown.state is GateState.PASS
    assert shown.evidence.endswith("by lever 2; lever 1 did not prove itself")


def test_a_kill_of_over_30_days_ago_is_expired_and_says_what_to_do() -> None:
    old = replace(READY, kill=kill(at=NOW - 30 * DAY))
    assert gate(old, "kill-switch", NOW).state is GateState.PASS, "confirmed a moment after the key"
    shown = gate(old, "kill-switch", NOW + DAY)
    assert shown.state is GateState.EXPIRED
    assert shown.missing == "the last confirmed kill was 30 days ago, and counts for 30 days"
    assert "console drill drafts@production --kind production --confirm drafts-ai" in shown.fix


def drill(kind: str = PRODUCTION, **changes: Any) -> DrillRecord:
    one = kill(**changes)
    return DrillRecord(one.ladder, one.at, one.confirmed_at, None, {1: "c0ffee"}, kind)


@pytest.mark.requirement(26)
def test_a_production_drill_of_the_very_flag_passes_and_says_that_it_was_one() -> None:
    shown = gate(replace(NEVER, drills=(drill(),)), "kill-switch")
    assert shown.state is GateState.PASS
    assert shown.evidence == "in production 5 days ago, in a drill, confirmed after 0.9 s by lever 1"


@pytest.mark.requirement(26)
def test_a_rehearsal_proves_people_and_path_and_never_the_real_flag() -> None:
    shown = gate(replace(NEVER, drills=(drill(REHEARSAL, flag_key="drafts-ai-drill"),)), "kill-switch")
    assert shown.state is GateState.UNKNOWN


@pytest.mark.requirement(26)
@pytest.mark.parametrize(
    "changes",
    [
        {"prints": {1: "another token"}},
        {"config": replace(READY.config, flag_key="drafts-ai-2")},
    ],
    ids=["a changed token or lever", "a renamed flag"],
)
def test_a_drill_is_void_after_a_change(changes: dict[str, Any]) -> None:
    assert gate(replace(NEVER, drills=(drill(),), **changes), "kill-switch").state is GateState.UNKNOWN


@pytest.mark.requirement(26)
def test_a_drill_is_good_for_30_days() -> None:
    drilled = replace(NEVER, drills=(drill(at=NOW),))
    assert gate(drilled, "kill-switch", NOW + 30 * DAY).state is GateState.PASS
    assert gate(drilled, "kill-switch", NOW + 31 * DAY).state is GateState.EXPIRED


@pytest.mark.requirement(26)
def test_a_kill_by_a_lever_that_was_changed_since_says_so() -> None:
    old = replace(kill(), prints={1: "c0ffee"})
    shown = gate(replace(READY, kill=old, last_confirmed_kill=None, prints={1: "new"}), "kill-switch")
    assert shown.state is GateState.UNKNOWN
    assert "lever 1, which the last kill has proven, was changed since" in shown.missing


def test_without_a_kill_it_is_unknown_and_says_how_to_pull_it() -> None:
    shown = gate(NEVER, "kill-switch")
    assert shown.state is GateState.UNKNOWN
    assert shown.missing == "no confirmed kill in production is in the journal"
    assert "console drill drafts@production --kind production --confirm drafts-ai, or D" in shown.fix
    assert "console attest drafts@production kill-switch" in shown.fix


def test_a_journal_that_cannot_be_read_is_named_as_what_is_missing() -> None:
    shown = gate(replace(NEVER, journal=JournalView("disk is gone", NOW)), "kill-switch")
    assert shown.missing == "the journal cannot be read: disk is gone"


@pytest.mark.parametrize("outcome", [Outcome.FAILED, Outcome.UNCONFIRMED])
def test_a_kill_that_did_not_work_fails_even_when_an_earlier_one_did(outcome: Outcome) -> None:
    failed = replace(READY, kill=kill(outcome=outcome, by=None), last_confirmed_kill=NOW - 10 * DAY)
    assert gate(failed, "kill-switch").state is GateState.FAIL
    assert gate(also(failed, attested("kill-switch")), "kill-switch").state is GateState.FAIL


@pytest.mark.parametrize("rung", [Rung.EVALUATED, Rung.QUIET])
def test_a_confirmed_kill_after_which_users_still_got_the_ai_fails(rung: Rung) -> None:
    shown = gate(replace(READY, kill=with_rung(rung, Mark.FALSE, "1 of 3 is still ON")), "kill-switch")
    assert shown.state is GateState.FAIL
    assert f"confirmed, and yet {rung.value} did not come true: 1 of 3 is still ON" in shown.evidence


def test_a_second_kill_that_found_it_killed_has_tested_nothing() -> None:
    again = kill(at=NOW - DAY, outcome=Outcome.ALREADY)
    alone = replace(READY, kill=again, last_confirmed_kill=again.confirmed_at)
    assert gate(alone, "kill-switch").state is GateState.UNKNOWN
    assert "sent nothing" in gate(alone, "kill-switch").missing
    after_a_real_one = replace(alone, last_confirmed_kill=NOW - 6 * DAY)
    shown = gate(after_a_real_one, "kill-switch")
    assert (shown.state, shown.at) == (GateState.PASS, NOW - 6 * DAY)


def test_a_kill_of_the_flag_by_its_old_name_does_not_count() -> None:
    shown = gate(replace(READY, kill=kill(flag_key="drafts-old")), "kill-switch")
    assert shown.state is GateState.UNKNOWN
    assert shown.missing == "the last kill was of the flag drafts-old; drafts-ai was never pulled"


def test_a_kill_that_is_still_running_takes_nothing_away_from_the_one_before() -> None:
    running = kill(at=NOW, outcome=Outcome.ASKING, by=None, finished=False)
    shown = gate(replace(READY, kill=running), "kill-switch")
    assert (shown.state, shown.at) == (GateState.PASS, NOW - 6 * DAY)
    first = gate(replace(NEVER, kill=running), "kill-switch")
    assert first.missing == "the last kill has not ended in the journal"


def test_an_attested_drill_passes_where_the_console_saw_none() -> None:
    shown = gate(also(NEVER, attested("kill-switch", evidence="drilled by hand, ticket 12")), "kill-switch")
    assert (shown.state, shown.by) == (GateState.PASS, "Jonas Ek")
    assert shown.evidence == "drilled by hand, ticket 12"


def test_a_fallback_that_answered_while_killed_passes_for_30_days() -> None:
    shown = gate(READY, "fallback")
    assert shown.state is GateState.PASS
    assert shown.evidence == "answered while killed 6 days ago: 200, 'temporarily unavailable'"
    assert (shown.by, shown.good_to) == ("probe", NOW + 24 * DAY)
    assert gate(READY, "fallback", NOW + 24 * DAY).state is GateState.EXPIRED


def test_a_fallback_that_did_not_answer_fails_however_long_ago_and_whoever_attests() -> None:
    broken = replace(READY, kill=with_rung(Rung.FALLBACK, Mark.FALSE, "502 Bad Gateway"))
    for now in (NOW, NOW + 100 * DAY):
        shown = gate(also(broken, attested("fallback", until=NOW + 20 * DAY)), "fallback", now)
        assert shown.state is GateState.FAIL
        assert "502 Bad Gateway" in shown.missing


@pytest.mark.parametrize("mark", [Mark.NOT_CONFIGURED, Mark.UNKNOWN, Mark.NOW])
def test_a_rung_that_shows_nothing_proves_nothing(mark: Mark) -> None:
    shown = gate(replace(READY, kill=with_rung(Rung.FALLBACK, mark, "")), "fallback")
    assert shown.state is GateState.UNKNOWN
    assert "--wait fallback" in shown.fix


@pytest.mark.parametrize("table", [None, FallbackConfig("by hand")])
def test_a_fallback_that_no_probe_shows_can_be_attested(table: FallbackConfig | None) -> None:
    blind = replace(READY, config=replace(CONFIG, fallback=table))
    assert gate(blind, "fallback").state is GateState.UNKNOWN
    assert "[feature.fallback]" in gate(blind, "fallback").missing
    assert gate(also(blind, attested("fallback")), "fallback").state is GateState.PASS


def test_where_the_kill_was_pulled_is_said() -> None:
    assert "in staging " in gate(configured(environment="staging"), "kill-switch").evidence
