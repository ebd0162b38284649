"""The kill's protocol, against a flag service that misbehaves on real sockets."""

from __future__ import annotations

import asyncio
import json
from dataclasses import replace

import pytest

from console.killswitch.execution import Before
from console.killswitch.levers import FlagLever, Holding, open_levers
from console.killswitch.steps import Ladder, Mark, Outcome, Rung
from tests.console.killswitch.house import QUICK, House, step, until
from tests.servers.misbehaving import Fault, Misbehaving

WITHOUT_EFFECT = [
    Fault.NEVER_ANSWERS,
    Fault.UNAUTHORIZED,
    Fault.FORBIDDEN,
    Fault.NOT_FOUND,
    Fault.NOT_ALLOWED,
    Fault.CONFLICT,
    Fault.RATE_LIMITED,
    Fault.SERVER_ERROR,
    Fault.RESET_IN_BODY,
    Fault.GARBAGE,
    Fault.NO_CHANGE,
]


async def test_a_kill_that_works_climbs_every_rung(house: House, server: Misbehaving) -> None:
    house.write(below=True)
    ladder = await house.kill(limits=replace(QUICK, quiet=8.0, gap=0.2, give_up=20.0))
    assert [(each.rung, each.lever, each.mark) for each in ladder.steps] == [
        (Rung.JOURNALED, 0, Mark.TRUE),
        (Rung.LEVER, 1, Mark.TRUE),
        (Rung.ACCEPTED, 1, Mark.TRUE),
        (Rung.CONFIRMED, 1, Mark.TRUE),
        (Rung.EVALUATED, 0, Mark.TRUE),
        (Rung.QUIET, 0, Mark.TRUE),
        (Rung.FALLBACK, 0, Mark.TRUE),
    ]
    times = [each.seconds for each in ladder.steps]
    assert all(seconds is not None for seconds in times)
    assert times[:4] == sorted(times[:4])
    assert (ladder.outcome, ladder.killed_by, ladder.exit_status) == (Outcome.CONFIRMED, 1, 0)
    assert ladder.finished
    assert not ladder.still_on
    assert not server.flag.on
    assert not house.forced, "one lever was enough"
    assert server.writes == [{"on": False, "reason": "14 of 38 answers failed", "by": "Mara Voss"}]


@pytest.mark.parametrize("fault", WITHOUT_EFFECT)
@pytest.mark.requirement(3)
async def test_when_lever_1_fails_lever_2_kills(house: House, server: Misbehaving, fault: Fault) -> None:
    server.on_write = fault
    ladder = await house.kill()
    assert house.forced
    assert (ladder.outcome, ladder.killed_by, ladder.exit_status) == (Outcome.CONFIRMED, 2, 0)
    assert ladder.still_on == ("flag still ON in flag service",)
    first = step(ladder, Rung.LEVER, 1)
    assert first is not None
    if fault is not Fault.NO_CHANGE:
        assert first.mark is not Mark.TRUE
    else:
        confirmed = step(ladder, Rung.CONFIRMED, 1)
        assert confirmed is not None
        assert confirmed.mark is Mark.FALSE
    assert "\x1b" not in json.dumps([each.text for each in ladder.steps])


@pytest.mark.requirement(3)
async def test_when_lever_1_refuses_connections_lever_2_kills(house: House, server: Misbehaving) -> None:
    house.write()
    await server.refuse()
    ladder = await house.kill(look_first=False)
    assert house.forced
    assert ladder.killed_by == 2
    assert ladder.still_on == ("flag may still be ON in flag service",)


@pytest.mark.requirement(1)
async def test_a_lever_that_is_configured_wrongly_does_not_stop_the_others(house: House) -> None:
    token = house.directory / "token"
    token.unlink()
    ladder = await house.kill(look_first=False)
    assert ladder.killed_by == 2
    assert house.forced


@pytest.mark.requirement(2)
async def test_the_next_lever_does_not_wait_for_one_that_is_silent_longer_than_its_limit(
    house: House, server: Misbehaving
) -> None:
    server.on_write = Fault.NEVER_ANSWERS
    await house.kill(lever_seconds=0.3)
    assert 0.3 <= _seconds(house.decided, Rung.LEVER, 2) < 0.6


def _seconds(ladder: Ladder, rung: Rung, lever: int) -> float:
    found = step(ladder, rung, lever)
    assert found is not None
    assert found.seconds is not None
    return found.seconds


@pytest.mark.requirement(8)
async def test_200_that_changes_nothing_is_not_confirmed(house: House, server: Misbehaving) -> None:
    house.write(second_lever=False)
    server.on_write = Fault.NO_CHANGE
    ladder = await house.kill()
    assert (ladder.outcome, ladder.killed_by, ladder.exit_status) == (Outcome.UNCONFIRMED, None, 1)
    assert ladder.still_on == ("flag still ON in flag service",)
    assert len(server.writes) > 1, "it is tried again"


@pytest.mark.parametrize("fault", [Fault.FORBIDDEN, Fault.UNAUTHORIZED, Fault.NOT_FOUND])
async def test_when_no_lever_works_it_says_failed(house: House, server: Misbehaving, fault: Fault) -> None:
    house.write(second_lever=False)
    server.on_write = fault
    ladder = await house.kill()
    assert (ladder.outcome, ladder.exit_status) == (Outcome.FAILED, 3)


@pytest.mark.parametrize("fault", [Fault.APPLIED_THEN_DROPPED, Fault.APPLIED_THEN_SILENT])
@pytest.mark.requirement(5)
async def test_an_ambiguous_answer_is_a_success_only_once_it_is_read_back(
    house: House, server: Misbehaving, fault: Fault
) -> None:
    house.write(second_lever=False)
    server.on_write = fault
    ladder = await house.kill()
    unknown = house.first(lambda each: _marks(each).get(Rung.LEVER) is Mark.UNKNOWN)
    assert unknown.outcome is Outcome.ASKING
    assert unknown.exit_status is None
    assert (ladder.outcome, ladder.killed_by, ladder.exit_status) == (Outcome.CONFIRMED, 1, 0)
    assert not ladder.still_on


@pytest.mark.requirement(5)
async def test_an_ambiguous_answer_that_cannot_be_read_back_is_neither_success_nor_failure(
    house: House, server: Misbehaving
) -> None:
    house.write(second_lever=False)
    server.on_write = Fault.APPLIED_THEN_DROPPED
    server.on_read = Fault.SERVER_ERROR
    ladder = await house.kill(look_first=False)
    assert (ladder.outcome, ladder.exit_status) == (Outcome.UNCONFIRMED, 1)
    assert ladder.still_on == ("flag may still be ON in flag service",)


async def test_an_accepted_change_that_cannot_be_read_back_uses_the_next_lever(
    house: House, server: Misbehaving
) -> None:
    server.on_read = Fault.SERVER_ERROR
    ladder = await house.kill(look_first=False)
    assert ladder.killed_by == 2
    confirmed = step(ladder, Rung.CONFIRMED, 1)
    assert confirmed is not None
    assert confirmed.mark is Mark.UNKNOWN


@pytest.mark.requirement(8)
async def test_a_kill_state_whose_version_did_not_move_is_not_believed(
    house: House, server: Misbehaving
) -> None:
    server.on_write = Fault.NO_CHANGE
    house.write(second_lever=False)
    killing = asyncio.create_task(house.kill())
    await server.written.wait()
    server.flag.on = False
    ladder = await killing
    assert ladder.outcome is Outcome.UNCONFIRMED
    assert any("version did not move" in each.text for seen in house.ladders for each in seen.steps)


@pytest.mark.requirement(3)
async def test_lever_1_is_tried_again_until_it_holds_after_lever_2_has_killed(
    house: House, server: Misbehaving
) -> None:
    server.on_write = Fault.SERVER_ERROR
    killing = asyncio.create_task(house.kill(limits=replace(QUICK, give_up=10.0)))
    await server.written.wait()
    await until(lambda: bool(house.ladders) and house.ladders[-1].killed_by == 2)
    assert house.ladders[-1].still_on == ("flag still ON in flag service",)
    server.on_write = Fault.NONE
    ladder = await killing
    assert not server.flag.on
    assert (ladder.killed_by, ladder.still_on) == (2, ())
    again = step(ladder, Rung.CONFIRMED, 1)
    assert again is not None
    assert again.mark is Mark.TRUE


@pytest.mark.requirement(3)
async def test_together_pulls_every_lever_at_once(house: House, server: Misbehaving) -> None:
    house.write(order="together")
    server.on_write = Fault.NEVER_ANSWERS
    ladder = await house.kill(lever_seconds=0.5)
    assert _seconds(ladder, Rung.CONFIRMED, 2) < 0.4
    assert ladder.killed_by == 2


@pytest.mark.requirement(4)
async def test_a_second_kill_says_already_killed_by_whom_and_sends_nothing(
    house: House, server: Misbehaving
) -> None:
    await house.kill()
    ladder = await house.kill()
    assert (ladder.outcome, ladder.exit_status) == (Outcome.ALREADY, 0)
    first = step(ladder, Rung.LEVER, 1)
    assert first is not None
    assert "already killed since " in first.text
    assert "by Mara Voss" in first.text
    assert len(server.writes) == 1
    assert len(house.journal.rows(kinds=("intent",))) == 2


async def test_a_flag_that_was_turned_on_again_since_it_was_read_is_killed_again(
    house: House, server: Misbehaving
) -> None:
    await house.kill()
    feature = house.feature
    levers = open_levers(feature)
    seen = await levers[0].holds()
    await levers[0].aclose()
    assert seen.killed
    server.flag.on = True
    server.flag.version += 1
    ladder = await house.kill()
    assert ladder.outcome is Outcome.CONFIRMED
    assert not server.flag.on


@pytest.mark.requirement(4)
async def test_ten_kills_at_once_are_one_effect_and_ten_rows(house: House, server: Misbehaving) -> None:
    ladders = await asyncio.gather(*(house.kill() for _ in range(10)))
    assert server.flag.version == 8
    assert all(ladder.exit_status == 0 for ladder in ladders)
    intents = house.journal.rows(kinds=("intent",))
    assert len({row.kill_id for row in intents}) == 10
    assert not house.journal.verify()


@pytest.mark.requirement(18)
async def test_an_inverse_flag_is_killed_by_turning_it_on(house: House, server: Misbehaving) -> None:
    house.write(second_lever=False, kill_state="on")
    server.flag.on = False
    ladder = await house.kill()
    assert ladder.exit_status == 0
    assert server.flag.on
    confirmed = step(ladder, Rung.CONFIRMED, 1)
    assert confirmed is not None
    assert "flag ON in flag service" in confirmed.text


@pytest.mark.requirement(9)
async def test_an_edge_that_serves_the_old_value_for_a_while_converges(
    house: House, server: Misbehaving
) -> None:
    house.write(below=True)
    server.edge_lag = 0.4
    ladder = await house.kill(limits=replace(QUICK, evaluated=2.0, quiet=0.1, fallback=2.0, give_up=1.0))
    waiting = house.first(lambda each: _marks(each).get(Rung.EVALUATED) is Mark.NOW)
    found = step(waiting, Rung.EVALUATED)
    assert found is not None
    assert "still get the AI: " in found.text
    assert _seconds(ladder, Rung.EVALUATED, 0) >= 0.4
    assert _marks(ladder)[Rung.EVALUATED] is Mark.TRUE


@pytest.mark.requirement(9)
async def test_an_edge_that_never_converges_is_an_alarm_that_names_the_contexts(
    house: House, server: Misbehaving
) -> None:
    house.write(below=True)
    server.edge_lag = 60
    ladder = await house.kill()
    assert (ladder.outcome, ladder.exit_status) == (Outcome.CONFIRMED, 0)
    evaluated = step(ladder, Rung.EVALUATED)
    assert evaluated is not None
    assert evaluated.mark is Mark.FALSE
    assert "agent-1, agent-2" in evaluated.text


@pytest.mark.requirement(9)
async def test_evaluation_that_cannot_be_asked_is_never_passed(house: House, server: Misbehaving) -> None:
    house.write(below=True)
    server.on_evaluate = Fault.SERVER_ERROR
    ladder = await house.kill()
    assert _marks(ladder)[Rung.EVALUATED] is Mark.UNKNOWN


@pytest.mark.requirement(10)
async def test_traffic_that_goes_on_and_a_fallback_that_does_not_answer_are_alarms(
    house: House, server: Misbehaving
) -> None:
    house.write(below=True)
    server.keeps_answering = True
    # The window of 3 s, which comes on top of the limit, is taken off it again.
    ladder = await house.kill(limits=replace(QUICK, quiet=-3.0))
    assert _marks(ladder)[Rung.QUIET] is Mark.FALSE
    assert _marks(ladder)[Rung.FALLBACK] is Mark.FALSE


@pytest.mark.requirement(10)
async def test_logs_from_before_the_kill_that_can_no_longer_be_read_are_an_alarm(
    house: House, server: Misbehaving
) -> None:
    house.write(below=True)
    server.forgets = True
    ladder = await house.kill(limits=replace(QUICK, quiet=2.0, gap=0.2, give_up=8.0))
    quiet = step(ladder, Rung.QUIET)
    assert quiet is not None
    assert quiet.mark is Mark.FALSE
    assert "logs from before are gone: " in quiet.text


@pytest.mark.requirement(10)
async def test_it_is_quiet_only_when_logs_go_on_to_arrive_and_old_ones_stay(
    house: House, server: Misbehaving
) -> None:
    house.write(below=True)
    ladder = await house.kill(limits=replace(QUICK, quiet=8.0, gap=0.2, give_up=20.0))
    quiet = step(ladder, Rung.QUIET)
    assert quiet is not None
    assert (quiet.mark, quiet.text.endswith("logs arrive, old ones stay")) == (Mark.TRUE, True)


@pytest.mark.requirement(10)
async def test_a_path_that_answers_nobody_any_more_is_never_called_quiet(
    house: House, server: Misbehaving
) -> None:
    house.write(below=True)
    server.ai = server.fallback = 0
    ladder = await house.kill(limits=replace(QUICK, quiet=-3.0))
    quiet = step(ladder, Rung.QUIET)
    assert quiet is not None
    assert quiet.mark is Mark.UNKNOWN
    assert "waiting for logs" in quiet.text


async def test_what_the_configuration_cannot_show_is_not_configured_and_never_passed(house: House) -> None:
    ladder = await house.kill()
    below = {Rung.EVALUATED, Rung.QUIET, Rung.FALLBACK}
    assert {_marks(ladder)[rung] for rung in below} == {Mark.NOT_CONFIGURED}


async def test_a_lever_proven_by_evaluation_is_confirmed_by_that_rung(
    house: House, server: Misbehaving
) -> None:
    house.write(proof="evaluation", below=True)
    server.on_write = Fault.SERVER_ERROR
    limits = replace(QUICK, evaluated=5.0, give_up=6.0, retry_first=9.0)
    killing = asyncio.create_task(house.kill(limits=limits))
    await until(lambda: house.forced)
    assert house.ladders[-1].outcome is Outcome.ASKING
    server.flag.on = False
    server.flag.version += 1
    await until(lambda: house.ladders[-1].outcome is not Outcome.ASKING)
    ladder = house.ladders[-1]
    assert ladder.outcome is Outcome.CONFIRMED
    killing.cancel()
    await asyncio.gather(killing, return_exceptions=True)


async def test_a_lever_that_goes_only_when_tried_again_is_confirmed_by_the_rung_that_proves_it(
    house: House, server: Misbehaving
) -> None:
    house.write(proof="evaluation", below=True)
    server.on_write = Fault.FORBIDDEN
    script = house.directory / "force-fallback"
    script.chmod(0o644)
    limits = replace(QUICK, evaluated=5.0, give_up=6.0)
    killing = asyncio.create_task(house.kill(limits=limits))
    await until(lambda: bool(house.ladders) and house.ladders[-1].outcome is Outcome.FAILED)
    server.flag.on = False
    server.on_read = Fault.SERVER_ERROR
    script.chmod(0o755)
    await until(lambda: house.ladders[-1].outcome is Outcome.CONFIRMED)
    assert house.ladders[-1].killed_by == 2
    killing.cancel()
    await asyncio.gather(killing, return_exceptions=True)


async def test_a_look_at_a_killed_flag_that_breaks_sends_everything(
    house: House, server: Misbehaving, monkeypatch: pytest.MonkeyPatch
) -> None:
    looks = iter([ValueError("an adapter's own mistake")])
    holds = FlagLever.holds

    async def breaks_once(lever: FlagLever) -> Holding:
        for error in looks:
            raise error
        return await holds(lever)

    monkeypatch.setattr(FlagLever, "holds", breaks_once)
    before = Before(holding=Holding(True, None, "flag OFF"))
    ladder = await house.kill(before=before)
    assert ladder.outcome is Outcome.CONFIRMED
    assert server.writes


def _marks(ladder: Ladder) -> dict[Rung, Mark]:
    return {each.rung: each.mark for each in ladder.steps}
