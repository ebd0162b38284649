"""The checklist as a whole: order, count, and what people's word can do to what is seen."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from console.exits import Exit
from console.incident.acts import Attest, Done, Waive
from console.readiness.assess import assess, count, count_words, unmet_first
from console.readiness.finding import Finding
from console.readiness.gates import BY_KEY, DEFINITIONS, GateState, Seen
from console.readiness.records import Records
from console.readiness.report import exit_status
from console.readiness.standing import stand
from console.readiness.terms import WAIVED_AT_MOST
from console.signals.verdict import State
from console.snapshot import Snapshot
from tests.console.readiness.made import (
    DAY,
    MINUTE,
    NOW,
    READY,
    also,
    attested,
    board,
    did,
    gate,
    kill,
    person,
    records,
    said,
    verdict,
    waived,
)

STALE = replace(READY, board=board(verdict("cost", State.STALE, age=11 * MINUTE)))


def keys(snapshot: Snapshot) -> list[str]:
    return [one.definition.key for one in unmet_first(assess(snapshot, NOW))]


def test_a_feature_that_is_ready_has_eight_of_eight_and_the_ninth_below() -> None:
    gates = assess(READY, NOW)
    assert [one.state for one in gates] == [GateState.PASS] * 9
    assert count_words(gates) == "8 of 8"
    assert exit_status(gates) is Exit.OK
    assert all(not one.missing and not one.fix for one in gates)


def test_the_eight_stand_in_the_order_of_the_deployment_checklist() -> None:
    assert [definition.key for definition in DEFINITIONS if definition.counted] == [
        "flag",
        "kill-switch",
        "fallback",
        "internal-cohort",
        "ramp-criteria",
        "dashboards",
        "nightly-eval",
        "runbook",
    ]
    assert [definition.key for definition in DEFINITIONS if not definition.counted] == ["answered"]
    assert all(definition.asked and definition.why for definition in DEFINITIONS)


def test_what_is_unmet_comes_first_and_the_ninth_stays_below_even_when_it_is_unmet() -> None:
    unmet = replace(STALE, kill=None, last_confirmed_kill=None, board=replace(STALE.board, first_seen={}))
    assert keys(unmet) == [
        "kill-switch",
        "fallback",
        "dashboards",
        "flag",
        "internal-cohort",
        "ramp-criteria",
        "nightly-eval",
        "runbook",
        "answered",
    ]
    assert count(assess(unmet, NOW)) == (5, 8)


def test_the_ninth_is_in_neither_count_nor_exit_status() -> None:
    late = replace(READY, board=replace(READY.board, first_seen={}))
    gates = assess(late, NOW)
    assert not gates[-1].state.met
    assert count_words(gates) == "8 of 8"
    assert exit_status(gates) is Exit.OK


def test_a_failure_is_exit_1_and_what_is_only_unknown_or_expired_is_3() -> None:
    assert exit_status(assess(STALE, NOW)) is Exit.NO
    assert exit_status(assess(replace(READY, kill=None, last_confirmed_kill=None), NOW)) is Exit.UNKNOWN
    assert exit_status(assess(READY, NOW + 40 * DAY)) is Exit.NO, "the signals are stale by then"
    old = replace(READY, kill=kill(at=NOW - 31 * DAY), last_confirmed_kill=NOW - 31 * DAY)
    assert gate(old, "kill-switch").state is GateState.EXPIRED
    assert exit_status(assess(old, NOW)) is Exit.UNKNOWN


def test_a_waived_gate_is_met_and_says_by_whom_until_when_and_what_it_goes_without() -> None:
    shown = gate(also(STALE, waived("dashboards", reason="export is late on Mondays")), "dashboards")
    assert (shown.state, shown.by, shown.good_to) == (GateState.WAIVED, "Ana Ruiz", NOW + 29 * DAY)
    assert "cost is 11 min old" in shown.evidence
    assert "accepted: export is late on Mondays" in shown.evidence
    assert not shown.missing
    assert not shown.fix


def test_an_attestation_never_covers_a_failure_that_the_console_sees_and_says_so() -> None:
    shown = gate(also(STALE, attested("dashboards", evidence="looks fine to me")), "dashboards")
    assert shown.state is GateState.FAIL
    assert "does not cover what the console sees: looks fine to me" in shown.seen[-1].text


def test_a_waiver_that_is_over_leaves_the_failure_and_says_that_it_is_over() -> None:
    shown = gate(also(STALE, waived("dashboards", until=NOW - 3 * DAY)), "dashboards")
    assert shown.state is GateState.FAIL
    assert "its waiver by Ana Ruiz expired 3 days ago" in shown.missing
    assert shown.seen[-1].state is GateState.EXPIRED


def test_a_waiver_counts_to_its_last_second_and_no_longer() -> None:
    snapshot = also(STALE, waived("dashboards", until=NOW + DAY))
    assert gate(snapshot, "dashboards", NOW + DAY - timedelta(seconds=1)).state is GateState.WAIVED
    assert gate(snapshot, "dashboards", NOW + DAY).state is GateState.FAIL


def test_an_attestation_that_is_over_is_expired_and_not_unknown() -> None:
    shown = gate(also(READY, attested("internal-cohort", until=NOW - 2 * DAY)), "internal-cohort")
    assert shown.state is GateState.EXPIRED
    assert shown.evidence == "expired 2 days ago, attested by Jonas Ek: seen it"
    assert (shown.by, shown.good_to) == ("Jonas Ek", NOW - 2 * DAY)
    assert shown.fix


def test_what_the_newest_word_says_counts() -> None:
    twice = records(
        attested("internal-cohort", evidence="first"), attested("internal-cohort", evidence="second")
    )
    assert gate(replace(READY, records=twice), "internal-cohort").evidence == "second"


def test_a_waiver_approved_by_the_one_who_asked_for_it_counts_for_nothing() -> None:
    own = did(Waive("dashboards", "it is fine", "jonas EK ", NOW + DAY), "Jonas Ek")
    shown = gate(also(STALE, own), "dashboards")
    assert shown.state is GateState.FAIL
    assert "does not count, approved by the one who asked for it" in shown.seen[-1].text
    by_login = Done(NOW, 1, person("Jonas Ek", login="jek"), Waive("dashboards", "fine", "jek", NOW + DAY))
    assert gate(also(STALE, by_login), "dashboards").state is GateState.FAIL
    nobody = did(Waive("dashboards", "it is fine", "  ", NOW + DAY))
    assert gate(also(STALE, nobody), "dashboards").state is GateState.FAIL


def test_a_row_that_says_it_holds_for_ever_holds_no_longer_than_the_rules_allow() -> None:
    forever = NOW + 40_000 * DAY
    snapshot = also(STALE, waived("dashboards", until=forever), attested("kill-switch", until=forever))
    snapshot = replace(snapshot, kill=None, last_confirmed_kill=None)
    assert gate(snapshot, "dashboards").state is GateState.WAIVED
    assert gate(snapshot, "dashboards", NOW + WAIVED_AT_MOST + 2 * DAY).state is GateState.FAIL
    assert gate(snapshot, "kill-switch").state is GateState.PASS
    assert gate(snapshot, "kill-switch", NOW + 32 * DAY).state is GateState.EXPIRED


def test_a_row_without_an_offset_is_taken_as_utc_and_breaks_nothing() -> None:
    bare = did(Attest("internal-cohort", "seen it", (NOW + DAY).replace(tzinfo=None)))
    assert gate(also(READY, bare), "internal-cohort").state is GateState.PASS


def test_what_the_meeting_said_stands_at_its_gate_with_its_name() -> None:
    shown = gate(also(READY, said("runbook", "ramp Thursday,\nnot today")), "runbook")
    assert shown.said == "Jonas Ek: ramp Thursday,^Jnot today"


@pytest.mark.parametrize(
    "text",
    ["\x1b]52;c;YQ==\x07", "a\nb\r\n| c |", "\u202edrowssap", "x" * 100_000, "[/]", "\udc80"],
    ids=range(6),
)
def test_hostile_words_of_people_are_shown_and_do_nothing(text: str) -> None:
    snapshot = also(
        replace(STALE, rotation=("Mara Voss", text[:90])),
        attested("internal-cohort", evidence=text, by=text),
        waived("dashboards", reason=text, approver=text),
        said("runbook", text),
    )
    for one in assess(snapshot, NOW):
        shown = [one.evidence, one.by, one.missing, one.fix, one.said, *(row.text for row in one.seen)]
        for line in shown:
            assert line.isprintable(), line[:80]
            assert len(line) < 5_000
        assert len(one.evidence) < 1_000


# Whatever people write


def acts(key: str) -> st.SearchStrategy[list[Done]]:
    days = st.integers(-400, 400).map(lambda number: NOW + number * DAY)
    names = st.sampled_from(["Jonas Ek", "Ana Ruiz", "", "jonas ek"])
    words = st.text(max_size=20)
    attests = st.builds(Attest, st.just(key), words, days)
    waivers = st.builds(Waive, st.just(key), words, names, days)
    return st.lists(st.builds(did, attests | waivers, names, days), max_size=4)


findings = st.builds(
    Finding,
    st.sampled_from([GateState.PASS, GateState.FAIL, GateState.UNKNOWN, GateState.EXPIRED]),
    st.just("as seen"),
    attestable=st.booleans(),
)
definitions = st.sampled_from(list(BY_KEY))
moments = st.integers(-500, 500).map(lambda number: NOW + number * DAY)


@given(st.data(), definitions, findings, moments)
def test_no_word_of_anybody_turns_a_failure_into_a_pass_nor_a_pass_into_anything(
    data: st.DataObject, key: str, finding: Finding, now: object
) -> None:
    assert isinstance(now, type(NOW))
    known: Records = records(*data.draw(acts(key)))
    shown = stand(BY_KEY[key], finding, known, now)
    if finding.state is GateState.FAIL:
        assert shown.state in (GateState.FAIL, GateState.WAIVED)
    if finding.state is GateState.PASS:
        assert shown.state is GateState.PASS
    if shown.state is GateState.PASS and finding.state is not GateState.PASS:
        assert finding.attestable
        assert key in known.attested
    if shown.state is GateState.WAIVED:
        act = known.waived[key].act
        assert isinstance(act, Waive)
        assert act.until > now
        assert shown.by.strip()
    assert bool(shown.missing) is not shown.state.met


@given(st.data(), definitions, findings, moments, st.integers(0, 500))
def test_time_alone_never_makes_a_gate_met(
    data: st.DataObject, key: str, finding: Finding, now: object, days: int
) -> None:
    assert isinstance(now, type(NOW))
    known = records(*data.draw(acts(key)))
    before = stand(BY_KEY[key], finding, known, now)
    after = stand(BY_KEY[key], finding, known, now + days * DAY)
    assert before.state.met or not after.state.met
    if before.state is GateState.EXPIRED:
        assert after.state is GateState.EXPIRED


@given(st.lists(st.sampled_from(list(GateState)), min_size=9, max_size=9))
def test_the_count_is_of_the_eight_that_are_met_and_the_order_keeps_every_gate(
    states: list[GateState],
) -> None:
    gates = tuple(
        replace(one, state=state, seen=(Seen(None, "x"),))
        for one, state in zip(assess(READY, NOW), states, strict=True)
    )
    met = sum(state in (GateState.PASS, GateState.WAIVED) for state in states[:8])
    assert count(gates) == (met, 8)
    ordered = unmet_first(gates)
    assert sorted(one.definition.key for one in ordered) == sorted(BY_KEY)
    assert [one.state.met for one in ordered[:8]] == [False] * (8 - met) + [True] * met
    assert not ordered[-1].definition.counted
    assert (exit_status(gates) is Exit.OK) is (met == 8)
    assert (exit_status(gates) is Exit.NO) is (GateState.FAIL in states[:8])
