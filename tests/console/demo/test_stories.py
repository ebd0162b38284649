"""Every scenario, played to the real judges: the console makes of it what the scenario says that it does."""

from __future__ import annotations

from pathlib import Path

import pytest

from console.demo.scenario import Lasts, Never, Reaches, Says
from console.demo.scenarios import SCENARIOS
from tests.console.demo.theatre import SIGNALS, Critic, Theatre, length

SEEDS = (2, 3)
"""Besides 1."""


async def play(folder: Path, name: str, seed: int) -> list[str]:
    scenario = SCENARIOS[name]
    theatre = Theatre(folder, scenario, seed)
    critic = Critic(scenario.expects)
    board = await theatre.open()
    critic.see(0, board)
    harm = [verdict.headline for verdict in board.verdicts.values() if verdict.state.value == "BREACH"]
    assert not harm, "before the trouble begins nothing is proven"
    minutes = length(scenario.expects)
    async for minute, board in theatre.play(minutes, step=1 if minutes <= 120 else 3):
        critic.see(minute, board)
    return critic.verdict()


QUICK = ("schema-failures", "injection-campaign", "flag-flapping")
"""Played in every run of the tests; the others with the simulations."""


@pytest.mark.parametrize(
    "name", [name if name in QUICK else pytest.param(name, marks=pytest.mark.sim) for name in SCENARIOS]
)
async def test_the_console_sees_what_the_scenario_promises(tmp_path: Path, name: str) -> None:
    assert await play(tmp_path, name, 1) == []


@pytest.mark.sim
@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("name", SCENARIOS)
async def test_the_console_sees_it_at_other_seeds_as_well(tmp_path: Path, name: str, seed: int) -> None:
    assert await play(tmp_path, name, seed) == []


@pytest.mark.parametrize("name", SCENARIOS)
def test_each_says_what_must_be_seen_and_what_must_not(name: str) -> None:
    expects = SCENARIOS[name].expects
    assert any(isinstance(one, Never) for one in expects)
    if SCENARIOS[name].trouble is not None:
        assert any(isinstance(one, Reaches | Says | Lasts) for one in expects)
    for one in expects:
        named = one.signals if isinstance(one, Never) else (one.signal,)
        assert set(named) <= set(SIGNALS)


async def test_a_play_can_be_switched_and_is_judged_healthy_again_in_what_comes(tmp_path: Path) -> None:
    theatre = Theatre(tmp_path, SCENARIOS["healthy"], 1)
    await theatre.open()
    async for _ in theatre.play(10):
        pass
    theatre.live.play(SCENARIOS["thumbs-down"])
    reached = [m async for m, board in theatre.play(70) if board.verdicts["feedback"].state.value == "BREACH"]
    assert reached
    theatre.live.play(SCENARIOS["healthy"])
    shares = []
    async for _, board in theatre.play(140):
        value = board.verdicts["feedback"].value
        shares.append(value if value is not None else 1.0)
    assert shares[-1] < 0.10 < shares[0]


async def test_what_waited_before_a_pipeline_is_counted_once_it_flows_again(tmp_path: Path) -> None:
    theatre = Theatre(tmp_path, SCENARIOS["stale-source"], 1)
    await theatre.open()
    states = [board.verdicts["errors"].state.value async for _, board in theatre.play(60)]
    assert "STALE" in states
    theatre.live.play(SCENARIOS["healthy"])
    boards = [board async for _, board in theatre.play(64)]
    board = boards[-1]
    assert {board.verdicts[key].state.value for key in SIGNALS} <= {"OK", "WATCH"}
    assert board.verdicts["errors"].partial == ""
    assert board.flow is not None
    assert board.flow.ai_per_hour > 150
