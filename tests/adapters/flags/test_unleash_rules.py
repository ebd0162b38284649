"""Who gets the feature, as Unleash's strategies say: one number only where one number is true."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.flags.unleash_rules import Strategy, exposure

TEAM = {"contextName": "userId", "operator": "IN", "values": ["agent-1", "agent-2"]}
REGION = {"contextName": "region", "operator": "IN", "values": ["eu"], "inverted": True}


def rollout(percent: object, **more: Any) -> dict[str, Any]:
    return {"name": "flexibleRollout", "parameters": {"rollout": percent, "stickiness": "default"}, **more}


def seen(strategies: list[dict[str, Any]], *parents: str) -> tuple[float | None, list[str]]:
    percent, rules = exposure(msgspec.convert(strategies, list[Strategy]), parents)
    return percent, [rule.raw for rule in rules]


CASES: list[tuple[list[dict[str, Any]], float | None, list[str]]] = [
    ([], 100.0, []),
    ([{"name": "default"}], 100.0, []),
    ([rollout("25")], 25.0, []),
    ([rollout("0")], 0.0, []),
    ([rollout("12.5")], 12.5, []),
    ([{"name": "gradualRolloutUserId", "parameters": {"percentage": "5", "groupId": "x"}}], 5.0, []),
    ([rollout("25"), rollout("100", disabled=True)], 25.0, []),
    ([rollout("25", disabled=True)], None, ["every strategy is disabled"]),
    ([rollout("25"), rollout("50")], None, ["25 %", "50 %"]),
    ([rollout("100", constraints=[TEAM])], 0.0, ["100 % of those with userId IN agent-1, agent-2"]),
    (
        [rollout("5"), rollout("100", constraints=[TEAM], title="team")],
        5.0,
        ["5 %", "team: 100 % of those with userId IN agent-1, agent-2"],
    ),
    (
        [{"name": "userWithId", "parameters": {"userIds": "a, b,,c"}}, rollout("25")],
        25.0,
        ["users a, b, c", "25 %"],
    ),
    ([rollout("25", constraints=[REGION])], None, ["25 % of those not (region IN eu)"]),
    ([rollout("100", segments=[7])], None, ["100 % of those in segment 7"]),
    (
        [rollout("100", segments=[7], constraints=[TEAM])],
        None,
        ["100 % of those with userId IN agent-1, agent-2 and in segment 7"],
    ),
    (
        [{"name": "remoteAddress", "parameters": {"IPs": "10.0.0.1"}}],
        None,
        ["strategy remoteAddress (IPs=10.0.0.1)"],
    ),
    ([rollout("lots")], None, ["strategy flexibleRollout (rollout=lots, stickiness=default)"]),
    ([rollout("250")], None, ["strategy flexibleRollout (rollout=250, stickiness=default)"]),
]


@pytest.mark.parametrize(("strategies", "percent", "rules"), CASES)
def test_strategies_are_one_number_only_where_that_is_true(
    strategies: list[dict[str, Any]], percent: float | None, rules: list[str]
) -> None:
    assert seen(strategies) == (percent, rules)


def test_a_flag_that_depends_on_another_has_no_share_of_its_own() -> None:
    assert seen([rollout("25")], "drafts-platform") == (
        None,
        ["only where the flag drafts-platform is on too"],
    )


def test_a_long_list_of_users_is_counted() -> None:
    users = ",".join(f"u{number}" for number in range(500))
    _, rules = seen([{"name": "userWithId", "parameters": {"userIds": users}}])
    assert rules[0].endswith("u9 and 490 more")


PARAMETERS = st.dictionaries(
    st.sampled_from(["rollout", "percentage", "userIds", "stickiness"]),
    st.one_of(st.text(max_size=8), st.floats(), st.integers(), st.none(), st.booleans()),
)
STRATEGIES = st.builds(
    Strategy,
    name=st.sampled_from(["flexibleRollout", "default", "userWithId", "gradualRolloutRandom", "own"]),
    disabled=st.sampled_from([None, True, False]),
    parameters=PARAMETERS,
    segments=st.lists(st.integers(1, 9), max_size=1),
)


@given(st.lists(STRATEGIES, max_size=4), st.lists(st.text(max_size=5), max_size=1))
def test_whatever_unleash_answers_a_share_is_a_share_or_in_words(
    strategies: list[Strategy], parents: list[str]
) -> None:
    percent, rules = exposure(strategies, parents)
    assert percent is None or 0 <= percent <= 100
    assert percent is not None or rules


@given(st.floats(0, 100))
def test_a_single_rollout_is_its_own_number(percent: float) -> None:
    assert seen([rollout(str(percent))]) == (percent, [])
