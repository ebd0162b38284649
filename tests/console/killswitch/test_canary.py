"""The right to write, proven by a flag that nothing hangs on; and no probe ever enables anything."""

from __future__ import annotations

from dataclasses import replace

import pytest

from adapters.flags.port import ArmingCheck
from console.config import FeatureConfig
from console.killswitch.canary import canary_check, with_canary
from console.killswitch.prove import prove
from tests.console.killswitch.house import House
from tests.servers.misbehaving import DRILL_KEY, Fault, Misbehaving

pytestmark = pytest.mark.requirement(14)


def feature(house: House, *, kill_state: str = "off") -> FeatureConfig:
    found = house.feature
    return replace(found, flag=replace(found.flag, canary=DRILL_KEY, kill_state=kill_state))


@pytest.mark.parametrize("kill_state", ["off", "on"], ids=["ordinary", "inverse"])
async def test_the_canary_is_asked_to_be_off_once_more_and_nothing_is_ever_enabled(
    house: House, server: Misbehaving, kill_state: str
) -> None:
    server.drill_flag.on = False
    before, canary = server.flag.document(), server.drill_flag.document()
    check = await canary_check(feature(house, kill_state=kill_state).flag)
    assert check is not None
    assert check.holds is True
    assert [write["on"] for write in server.writes] == [False]
    assert server.flag.document() == before
    assert server.drill_flag.document() == canary


async def test_a_canary_that_is_on_is_left_alone_and_said(house: House, server: Misbehaving) -> None:
    check = await canary_check(feature(house).flag)
    assert check is not None
    assert check.holds is None
    assert "is on, and was left alone" in check.text
    assert server.writes == []


@pytest.mark.parametrize("fault", [Fault.FORBIDDEN, Fault.UNAUTHORIZED, Fault.NOT_ALLOWED])
async def test_a_token_that_may_not_write_is_found_out_before_the_day(
    house: House, server: Misbehaving, fault: Fault
) -> None:
    server.drill_flag.on = False
    server.on_write = fault
    arming = await prove(feature(house))
    own = next(check for check in arming.levers[0].checks if check.name == "may write")
    assert own.holds is False
    assert DRILL_KEY in own.text
    assert not arming.levers[0].armed


async def test_without_a_canary_nothing_is_written(house: House, server: Misbehaving) -> None:
    assert await canary_check(house.feature.flag) is None
    await prove(house.feature)
    assert server.writes == []


UNKNOWN, TRUE, FALSE = (ArmingCheck("may write", holds, "own") for holds in (None, True, False))
TAKEN, NOT_TAKEN = ArmingCheck("may write", True, "canary"), ArmingCheck("may write", False, "canary")


@pytest.mark.parametrize(
    ("own", "canary", "holds"),
    [
        (UNKNOWN, TAKEN, True),
        (UNKNOWN, NOT_TAKEN, False),
        (TRUE, NOT_TAKEN, False),
        (FALSE, TAKEN, False),
        (TRUE, None, True),
        (UNKNOWN, None, None),
    ],
)
def test_what_is_disproven_by_either_is_not_proven_by_the_other(
    own: ArmingCheck, canary: ArmingCheck | None, holds: bool | None
) -> None:
    (said,) = with_canary((own,), canary)
    assert said.holds is holds


async def test_the_real_flag_is_no_canary(house: House) -> None:
    text = house.config_path.read_text()
    house.config_path.write_text(text.replace('kill_state = "off"', 'canary = "support-drafts-ai"'))
    (broken,) = house.config.broken
    assert "`canary` is not the key of another flag" in broken.problem
