"""Unleash's strategies, put as one percentage where that is true, and in words.

Several strategies are a union: whoever one of them lets in gets the feature. Constraints and segments of one
strategy all have to hold. Shapes: featureSchema and featureStrategySchema of Unleash's OpenAPI document.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import msgspec

from adapters.untrusted import Untrusted

PERCENT_PARAMETERS: Mapping[str, str] = {
    "flexibleRollout": "rollout",
    "gradualRolloutUserId": "percentage",
    "gradualRolloutSessionId": "percentage",
    "gradualRolloutRandom": "percentage",
}
"""Which parameter of which built-in strategy is a percentage; a string from "0" to "100"."""

LONGEST_LIST = 10
"""Values of a list that are repeated in words."""


class Constraint(msgspec.Struct, rename="camel"):
    """A condition on one field of the context."""

    context_name: str
    operator: str
    values: list[str] = []
    value: str | None = None
    inverted: bool | None = None
    case_insensitive: bool | None = None


class Strategy(msgspec.Struct):
    """One way of being let in."""

    name: str
    id: str = ""
    title: str | None = None
    disabled: bool | None = None
    parameters: dict[str, Any] = {}
    constraints: list[Constraint] = []
    segments: list[int] = []


@dataclass(frozen=True, slots=True)
class Share:
    """The strategy whose percentage says who gets the feature.

    Attributes:
        parameter: which of its parameters is the percentage.
        percent: as it stands.
    """

    strategy: Strategy
    parameter: str
    percent: float


def share_of(strategies: Sequence[Strategy]) -> Share | str:
    """The one enabled strategy that lets in a share of users; or why there is not just one, in words.

    Beside it only such strategies may be enabled as name their users one by one.
    """
    active = [strategy for strategy in strategies if not strategy.disabled]
    if not active:
        return "no strategy is enabled there, and turned on it would let everybody in"
    found: list[Share] = []
    for strategy in active:
        share, parameter = _share(strategy), PERCENT_PARAMETERS.get(strategy.name)
        if share is not None and parameter is not None:
            found.append(Share(strategy, parameter, share))
        elif not _names_users(strategy):
            return f"another strategy lets users in that no percentage bounds: {_words(strategy)}"
    if len(found) != 1:
        count = "none" if not found else str(len(found))
        return f"{count} of its enabled strategies have a percentage, and one is wanted"
    return found[0]


def exposure(
    strategies: Sequence[Strategy], parents: Sequence[str] = ()
) -> tuple[float | None, tuple[Untrusted, ...]]:
    """Say who gets the feature while it is on.

    Args:
        strategies: of one environment; disabled ones count for nothing.
        parents: flags that must be on too.

    Returns:
        (percent, rules). The percentage is given where it holds for all users but those named one by one in
        `rules`; None where a share cannot be put as one number.
    """
    rules = [Untrusted(f"only where the flag {parent} is on too") for parent in parents]
    active = [strategy for strategy in strategies if not strategy.disabled]
    if not active:
        # Evaluation lets everybody in where there is no strategy (Unleash, activation strategies).
        if not strategies:
            return (None if parents else 100.0), tuple(rules)
        return None, (*rules, Untrusted("every strategy is disabled"))
    shares: list[float] = []
    whole = not parents
    for strategy in active:
        share = _share(strategy)
        if share is not None and not strategy.constraints and not strategy.segments:
            shares.append(share)
            if len(active) > 1:
                rules.append(Untrusted(_words(strategy)))
            continue
        rules.append(Untrusted(_words(strategy)))
        whole = whole and _names_users(strategy)
    if not whole or len(shares) > 1:
        return None, tuple(rules)
    return (shares[0] if shares else 0.0), tuple(rules)


def _share(strategy: Strategy) -> float | None:
    if strategy.name == "default":
        return 100.0
    parameter = PERCENT_PARAMETERS.get(strategy.name)
    if parameter is None:
        return None
    try:
        share = float(strategy.parameters.get(parameter, ""))
    except (TypeError, ValueError):
        return None
    return share if math.isfinite(share) and 0 <= share <= 100 else None


def _names_users(strategy: Strategy) -> bool:
    """Whether it lets in users named one by one, and nobody else."""
    if strategy.segments:
        return False
    if strategy.name == "userWithId":
        return True
    return any(
        constraint.context_name == "userId" and constraint.operator == "IN" and not constraint.inverted
        for constraint in strategy.constraints
    )


def _words(strategy: Strategy) -> str:
    share = _share(strategy)
    if strategy.name == "userWithId":
        users = [user.strip() for user in str(strategy.parameters.get("userIds", "")).split(",")]
        who = f"users {_listed([user for user in users if user])}"
    elif share is not None:
        who = f"{share:g} %"
    else:
        pairs = ", ".join(f"{name}={value}" for name, value in sorted(strategy.parameters.items()))
        who = f"strategy {strategy.name}" + (f" ({pairs})" if pairs else "")
    conditions = [_condition(constraint) for constraint in strategy.constraints]
    conditions += [f"in segment {segment}" for segment in strategy.segments]
    if conditions:
        who = f"{who} of those {' and '.join(conditions)}"
    return f"{strategy.title}: {who}" if strategy.title else who


def _condition(constraint: Constraint) -> str:
    values = constraint.values if constraint.values else [constraint.value or ""]
    case = ", case ignored" if constraint.case_insensitive else ""
    words = f"{constraint.context_name} {constraint.operator} {_listed(values)}{case}"
    return f"not ({words})" if constraint.inverted else f"with {words}"


def _listed(values: Sequence[str]) -> str:
    more = len(values) - LONGEST_LIST
    return ", ".join(values[:LONGEST_LIST]) + (f" and {more} more" if more > 0 else "")
