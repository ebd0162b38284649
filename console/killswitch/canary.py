"""Proving a token's right to write by a flag that nothing hangs on.

The canary is a flag beside the real one, at the same provider, which is off. It is asked to be off once more:
a write that changes nothing, and never one that enables anything. A canary that is on is left alone.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from adapters import registry
from adapters.errors import AdapterError
from adapters.flags.port import ArmingCheck

if TYPE_CHECKING:
    from console.config import ProviderTable

NAME = "may write"


async def canary_check(table: ProviderTable) -> ArmingCheck | None:
    """Whether the canary takes a write; None where there is none. Never raises for what a provider does."""
    if not table.canary:
        return None
    options = {**table.options, "key": table.canary}
    try:
        flag = registry.open_flag(table.provider, options, table.where, trust=table.trust)
    except AdapterError as error:
        return ArmingCheck(NAME, None, f"the canary cannot be used: {error.what}", error.todo)
    try:
        if (await flag.read()).on:
            todo = f"Turn {table.canary} off: it must be a flag that nothing hangs on."
            return ArmingCheck(NAME, None, f"the canary {table.canary} is on, and was left alone", todo)
        await flag.switch(False, reason="arming: a write that changes nothing", operator="incident console")
    except AdapterError as error:
        return ArmingCheck(NAME, False, f"the canary {table.canary} took no write: {error.what}", error.todo)
    finally:
        await flag.aclose()
    return ArmingCheck(NAME, True, f"the canary {table.canary} took a write that changed nothing")


def with_canary(checks: tuple[ArmingCheck, ...], canary: ArmingCheck | None) -> tuple[ArmingCheck, ...]:
    """What a lever's own checks and the canary say together: the canary where the provider does not know."""
    if canary is None:
        return checks
    own = next((check for check in checks if check.name == NAME), None)
    if own is None:
        return (*checks, canary)
    if own.holds is False or (own.holds and canary.holds is not False):
        return checks
    return tuple(canary if check is own else check for check in checks)
