"""Whether each lever would work."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from console.killswitch.prove import prove
from tests.console.killswitch.house import House
from tests.servers.misbehaving import Misbehaving

NOW = datetime(2026, 11, 22, 3, 9, tzinfo=UTC)


@pytest.mark.requirement(14)
async def test_levers_that_would_work_are_armed_and_nothing_is_written(
    house: House, server: Misbehaving
) -> None:
    arming = await prove(house.feature, clock=lambda: NOW)
    assert arming.proven_at == NOW
    assert [lever.label for lever in arming.levers] == ["flag service", "command"]
    assert {check.name: check.holds for check in arming.levers[0].checks} == {
        "reachable": True,
        "token valid": True,
        "may write": True,
        "key resolves": True,
        "no approval gate": True,
        "clock": None,
    }
    assert arming.levers[1].armed
    assert server.writes == []
    assert not house.forced


@pytest.mark.requirement(13)
async def test_a_lever_that_would_fail_is_not_armed_and_says_why(house: House, server: Misbehaving) -> None:
    (house.directory / "token").write_text("a token that was revoked")
    await server.refuse()
    arming = await prove(house.feature)
    first, second = arming.levers
    assert not first.armed
    assert any(check.holds is False and check.todo for check in first.checks)
    assert second.armed, "one lever's trouble is not the other's"


async def test_a_script_that_is_gone_is_not_armed(house: House) -> None:
    (house.directory / "force-fallback").unlink()
    arming = await prove(house.feature)
    assert not arming.levers[1].armed
