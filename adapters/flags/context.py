"""Whom an evaluation is for."""

from __future__ import annotations

from collections.abc import Mapping

IDENTITIES = ("targetingKey", "userId", "sessionId")
"""Fields that identify a user, the strongest first."""


def named(context: Mapping[str, str]) -> str:
    """What identifies the user in this context: "agent-1"; "nobody" for an empty one."""
    for name in IDENTITIES:
        if name in context:
            return context[name]
    return next(iter(context.values()), "nobody")
