"""The flag: it exists, and can be given to a few before it is given to all."""

from __future__ import annotations

from typing import TYPE_CHECKING

from console.readiness.finding import Finding, cut, to_attest
from console.readiness.gates import GateState, Seen
from console.text import plain, sanitize

if TYPE_CHECKING:
    from console.snapshot import Snapshot


def flag(snapshot: Snapshot) -> Finding:
    """PASS while it is read and has a percentage, or rules that name users."""
    config, view = snapshot.config, snapshot.flag
    where = f"{plain(config.flag_key)} in {plain(config.environment)}, at {plain(config.flag.provider)}"
    seen = [Seen(None, where)]
    state = view.state
    if state is not None:
        seen += [Seen(None, f"rule: {cut(sanitize(rule))}") for rule in state.rules]
    if view.problem or state is None:
        problem = cut(view.problem) or "it has not been read yet"
        return Finding(
            GateState.UNKNOWN,
            f"the flag cannot be told: {problem}",
            by="",
            at=view.checked_at,
            seen=(*seen, Seen(GateState.UNKNOWN, problem)),
            missing=problem,
            fix=f"put right what it says, then r; or: console doctor {plain(config.name)}",
        )
    if state.percent is None and not state.rules:
        return Finding(
            GateState.UNKNOWN,
            "read, but its provider names neither a percentage nor rules",
            at=state.read_at,
            seen=tuple(seen),
            missing="whether it can be given to some users only",
            fix="give it a percentage or users at its provider; or attest that it can have them: "
            + to_attest(config, "flag"),
        )
    share = "by its own rules" if state.percent is None else f"{state.percent:g} % of users"
    words = share if state.on else f"OFF, set to {share}"
    if state.rules:
        number = len(state.rules)
        words += f", {number} rule{'s' * (number > 1)}{'' if state.percent is None else ' besides'}"
    return Finding(
        GateState.PASS,
        f"{plain(config.flag.provider)}: {words}",
        at=state.read_at,
        seen=(*seen, Seen(GateState.PASS, words)),
    )
