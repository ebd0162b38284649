"""What a restore asks for: each thing that is missing is said, and nothing else stands in the way."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.flags.port import Rollout
from console.config import FeatureConfig, ProviderTable, Stage
from console.restoring.rules import Facts, Wish, unmet
from console.restoring.stages import Target, allowed, target

NOW = datetime(2026, 3, 2, 3, 30, tzinfo=UTC)
WISH = Wish("support-drafts-ai", "the prompt is mended", {"errors": "a new prompt"})
FACTS = Facts(
    flag_key="support-drafts-ai",
    killed=True,
    killed_at=NOW - timedelta(minutes=20),
    breaches={"errors": "error rate"},
    silent=(),
    traffic="",
    stage="",
    not_undone=(),
)
STAGES = (
    Stage("internal", 0, "team"),
    Stage("5%", 5),
    Stage("25%", 25),
    Stage("everyone", 100),
)
FEATURE = FeatureConfig(
    key="support-drafts",
    title="Drafts",
    environment="production",
    flag=ProviderTable("homegrown", {}, "feature.flag of support-drafts"),
    flag_key="support-drafts-ai",
    lever_order="in_turn",
    levers=(),
    runbook=None,
    evaluate=None,
    traffic=None,
    fallback=None,
    signals={},
    stages=STAGES,
    cohorts={"team": ("agent-1", "agent-2")},
)


@pytest.mark.requirement(21)
def test_where_nothing_is_missing_nothing_is_said() -> None:
    assert unmet(WISH, FACTS, NOW) == ()


@pytest.mark.requirement(21)
@pytest.mark.parametrize(
    ("wish", "facts", "rule", "words", "hard"),
    [
        (WISH, replace(FACTS, killed=False), "killed", "it is not killed", True),
        (
            replace(WISH, confirm="support-drafts"),
            FACTS,
            "confirm",
            "not typed whole: support-drafts-ai",
            True,
        ),
        (replace(WISH, reason=" \t"), FACTS, "reason", "say why users may have it again", True),
        (replace(WISH, causes={}), FACTS, "cause", "--cause errors=", False),
        (replace(WISH, causes={"errors": " "}), FACTS, "cause", "error rate was in BREACH", False),
        (WISH, replace(FACTS, silent=("latency p95",)), "sources", "source of latency p95", False),
        (WISH, replace(FACTS, traffic="no fresh answer is logged"), "traffic", "no fresh answer", False),
        (WISH, replace(FACTS, stage="25 % is not lower than the 25 % before"), "stage", "not lower", False),
        (WISH, replace(FACTS, stage="there is no stage 'six'"), "stage", "no stage 'six'", True),
        (WISH, replace(FACTS, not_undone=("lever 2, command, has no undo",)), "undo", "lever 2", True),
        (WISH, replace(FACTS, killed_at=NOW - timedelta(minutes=3)), "hold-down", "12 min to go", False),
    ],
)
def test_each_thing_that_is_missing_is_one_sentence(
    wish: Wish, facts: Facts, rule: str, words: str, hard: bool
) -> None:
    (missing,) = unmet(wish, facts, NOW)
    assert (missing.rule, missing.hard) == (rule, hard)
    assert words in missing.text


@pytest.mark.requirement(21)
def test_everything_that_is_missing_is_said_at_once() -> None:
    nothing = Wish("", "", {})
    worst = replace(
        FACTS, silent=("cost",), traffic="none", stage="too high", not_undone=("lever 2",), killed_at=NOW
    )
    rules = [missing.rule for missing in unmet(nothing, worst, NOW)]
    assert rules == ["confirm", "stage", "undo", "reason", "cause", "sources", "traffic", "hold-down"]


@given(st.text(max_size=30))
def test_only_the_whole_key_counts(typed: str) -> None:
    missing = {each.rule for each in unmet(replace(WISH, confirm=typed), FACTS, NOW)}
    assert ("confirm" in missing) is (typed != FACTS.flag_key)


@given(st.floats(0, 100), st.floats(0, 100))
def test_a_share_that_may_be_gone_to_is_lower_or_it_is_the_first_stage(before: float, wanted: float) -> None:
    found = target(FEATURE, f"{wanted}%", before)
    share = found.rollout.percent
    if not found.problem:
        assert share < before or (share == before and before <= STAGES[0].percent)


@pytest.mark.parametrize(
    ("before", "names"),
    [
        (100.0, ["internal", "5%", "25%"]),
        (25.0, ["internal", "5%"]),
        (5.0, ["internal"]),
        (0.0, ["internal"]),
    ],
)
def test_lower_stages_are_offered_and_of_the_first_one_itself(before: float, names: list[str]) -> None:
    assert [stage.name for stage in allowed(STAGES, before)] == names
    assert all(target(FEATURE, name, before).problem == "" for name in names)


def test_a_stage_brings_its_cohort_and_a_bare_share_leaves_the_users_as_they_are() -> None:
    assert target(FEATURE, "internal", 25.0) == Target("internal", Rollout(0, ("agent-1", "agent-2")))
    assert target(FEATURE, "7", 25.0) == Target("7 %", Rollout(7.0))
    assert target(FEATURE, "everyone", 25.0).problem.startswith("100 % is not lower than the 25 % before")
    assert "known: internal, 5%, 25%, everyone" in target(FEATURE, "six", 25.0).problem
    assert target(FEATURE, "everyone", None).problem == ""


def test_a_cohort_that_nothing_describes_cannot_be_gone_to() -> None:
    lacking = replace(FEATURE, cohorts={})
    assert "add [feature.cohorts.team]" in target(lacking, "internal", 25.0).problem
