"""Flag, internal cohort and ramp criteria."""

from __future__ import annotations

from dataclasses import replace

import pytest

from console.config import Stage
from console.readiness.gates import GateState
from console.snapshot import FlagView
from tests.console.readiness.made import NOW, READY, also, attested, configured, flag, gate, records, waived


@pytest.mark.parametrize(
    ("view", "words"),
    [
        (flag(5.0), "unleash: 5 % of users"),
        (flag(0.0, "userId is one of 8"), "unleash: 0 % of users, 1 rule besides"),
        (flag(None, "team only", "beta"), "unleash: by its own rules, 2 rules"),
        (flag(25.0, on=False), "unleash: OFF, set to 25 % of users"),
    ],
)
def test_a_flag_with_a_percentage_or_rules_passes_and_says_which(view: FlagView, words: str) -> None:
    shown = gate(replace(READY, flag=view), "flag")
    assert (shown.state, shown.evidence, shown.at) == (GateState.PASS, words, NOW)
    assert shown.good_to is None, "it is always read anew"


def test_a_flag_that_names_neither_is_unknown() -> None:
    assert gate(replace(READY, flag=flag(None)), "flag").state is GateState.UNKNOWN


def test_a_flag_that_cannot_be_read_now_is_unknown_whatever_it_was_before() -> None:
    gone = replace(flag(5.0), problem="unleash: 404, no such flag")
    shown = gate(replace(READY, flag=gone), "flag")
    assert shown.state is GateState.UNKNOWN
    assert shown.missing == "unleash: 404, no such flag"
    assert "console doctor drafts@production" in shown.fix
    assert gate(replace(READY, flag=FlagView(None, "", None)), "flag").state is GateState.UNKNOWN


def test_the_internal_cohort_is_never_met_without_somebodys_word() -> None:
    shown = gate(replace(READY, records=records()), "internal-cohort")
    assert shown.state is GateState.UNKNOWN
    assert (
        shown.evidence == "stage internal: cohort team, held 7d; whether its issues are triaged is not known"
    )
    assert "console attest drafts@production internal-cohort --evidence TEXT" in shown.fix
    assert gate(READY, "internal-cohort").state is GateState.PASS


def test_a_plan_of_under_three_days_is_said() -> None:
    short = replace(configured(stages=(Stage("internal", 0, "team", "24h"),)), records=records())
    assert "held 24h, under 3 days" in gate(short, "internal-cohort").evidence


def test_a_launch_that_gives_it_to_more_than_a_tenth_at_once_fails_and_only_a_waiver_covers_it() -> None:
    bang = configured(stages=(Stage("internal", 0, "team", "7d"), Stage("all", 100)))
    shown = gate(bang, "ramp-criteria")
    assert shown.state is GateState.FAIL, "its attestation does not cover what is seen"
    assert "the first users are 100 % at once, stage all" in shown.evidence
    assert gate(also(bang, waived("ramp-criteria")), "ramp-criteria").state is GateState.WAIVED


@pytest.mark.parametrize(
    ("stages", "words"),
    [
        ((), "no stages in [feature.rollout]"),
        ((Stage("5%", 5), Stage("100%", 100)), "no hold at 5%"),
        ((Stage("5%", 5, None, "soon"), Stage("100%", 100)), "no hold at 5%"),
        ((Stage("5%", 5, None, "7d"), Stage("100%", 100)), "each is held"),
        ((Stage("internal", 0, "team", "7d"),), "no stage gives it to users yet"),
    ],
)
def test_what_the_stages_lack_is_said_and_the_criteria_are_for_people(
    stages: tuple[Stage, ...], words: str
) -> None:
    planned = replace(configured(stages=stages), records=records())
    shown = gate(planned, "ramp-criteria")
    assert shown.state is GateState.UNKNOWN
    assert words in shown.evidence
    agreed = replace(planned, records=records(attested("ramp-criteria", evidence="wiki.test/ramp")))
    assert gate(agreed, "ramp-criteria").state is GateState.PASS
