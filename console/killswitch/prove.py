"""Proving that each lever would work, without an effect on users."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from adapters.errors import AdapterError
from adapters.flags.port import ArmingCheck
from console.killswitch.arming import Arming, LeverArming
from console.killswitch.canary import canary_check, with_canary
from console.killswitch.expiry import expiry_check
from console.killswitch.levers import Lever, close_levers, open_levers

if TYPE_CHECKING:
    from console.config import FeatureConfig, ProviderTable

PROVE_SECONDS = 10.0
"""The most that the proof of one lever may take: several requests of 5 s at most, beside each other."""


async def prove(
    feature: FeatureConfig, *, clock: Callable[[], datetime] = lambda: datetime.now(UTC)
) -> Arming:
    """Prove all levers of a feature at once. Never raises for what a lever does.

    Args:
        clock: instants, UTC.
    """
    levers = open_levers(feature)
    tables = (feature.flag, *feature.levers)
    try:
        checks = await asyncio.gather(
            *(_prove(lever, table, clock) for lever, table in zip(levers, tables, strict=True))
        )
    finally:
        await close_levers(levers)
    return Arming(
        tuple(
            LeverArming(lever.number, lever.label, lever.does, proven, lever.seconds_limit)
            for lever, proven in zip(levers, checks, strict=True)
        ),
        proven_at=clock(),
    )


async def _prove(
    lever: Lever, table: ProviderTable, clock: Callable[[], datetime]
) -> tuple[ArmingCheck, ...]:
    checks = await _armed(lever, table)
    dated = expiry_check(table, clock())
    return checks if dated is None else (*checks, dated)


async def _armed(lever: Lever, table: ProviderTable) -> tuple[ArmingCheck, ...]:
    try:
        async with asyncio.timeout(PROVE_SECONDS):
            checks = await lever.arm()
            return with_canary(checks, await canary_check(table))
    except TimeoutError:
        what = f"no answer within {PROVE_SECONDS:g} s"
        return (ArmingCheck("reachable", None, what, "Look at the provider, then prove again."),)
    except AdapterError as error:
        return (ArmingCheck("reachable", False, error.what, error.todo),)
    except Exception as error:  # noqa: BLE001 - a third party's adapter may raise anything; the others count on
        what = f"the adapter failed ({type(error).__name__})"
        return (ArmingCheck("reachable", None, what, "Report it to whoever made the adapter."),)
