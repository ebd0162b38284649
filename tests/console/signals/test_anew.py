"""A source whose clock went back: its world was started again, and is judged as it is now."""

from __future__ import annotations

import random
from datetime import timedelta

import pytest

from adapters.signals.port import Attempts, Batch, Shape, Traffic
from adapters.untrusted import Untrusted
from console.signals.monitor import Monitor
from console.signals.seven import build_judges
from console.signals.verdict import Board, State
from tests.console.signals.made import HOUR, KEYS, MINUTE, NOON, batch, configs, history, of_minute, reading

PAST = history(NOON, minutes=600, days=4, seed=3)


class World:
    """A world that starts at noon with the same past, and a console that goes on watching."""

    def __init__(self) -> None:
        self.real = NOON
        self.event = NOON
        self.monitor = Monitor(build_judges(configs()), clock=lambda: self.real)
        self.start()

    def start(self) -> Board:
        self.event = NOON
        self.real += timedelta(seconds=3)
        self.rng = random.Random(4)
        self.monitor.take(KEYS, batch(NOON, PAST, speed=60.0))
        return self.monitor.board()

    def minutes(self, count: int, *, failing: float = 0.0, ai: int = 10) -> Board:
        board = self.monitor.board()
        for _ in range(count):
            start = self.event
            self.event += MINUTE
            self.real += timedelta(seconds=1)
            keys = [key for key in KEYS if key != "evals"]
            found = [reading(key, start, of_minute(key, self.rng, ai, failing=failing)) for key in keys]
            found.append(reading("traffic", start, Traffic(ai, 3)))
            self.monitor.take(KEYS, batch(self.event, found, speed=60.0))
            board = self.monitor.board()
        return board


@pytest.fixture
def world() -> World:
    return World()


def states(board: Board) -> dict[str, State]:
    return {key: one.state for key, one in board.verdicts.items()}


def test_what_the_old_world_proved_does_not_stand_in_the_new_one(world: World) -> None:
    fresh = states(world.monitor.board())
    assert world.minutes(40, failing=0.5).verdicts["errors"].state is State.BREACH
    board = world.start()
    assert states(board) == fresh
    assert world.monitor.latches().keys() == set()
    assert board.verdicts["errors"].partial == ""
    assert board.verdicts["errors"].why.endswith("the source began anew")


def test_it_is_said_once_and_for_ten_minutes(world: World) -> None:
    world.minutes(40)
    board = world.start()
    (note,) = board.notes
    assert note.at == NOON
    assert "began anew" in note.text
    assert "began anew" in world.minutes(9).verdicts["errors"].why
    board = world.minutes(3)
    assert "began anew" not in board.verdicts["errors"].why
    assert len(board.notes) == 1


def test_minutes_that_the_new_world_has_not_seen_yet_are_not_counted(world: World) -> None:
    world.minutes(40, failing=0.5)
    world.start()
    board = world.minutes(5)
    assert board.verdicts["errors"].windows[0].n == "100", "25 min of two answers, and five of ten"
    assert board.verdicts["errors"].state is State.OK
    assert world.minutes(6, failing=0.6).verdicts["errors"].state is State.BREACH


def test_changes_of_the_new_world_follow_those_of_before_it_in_order(world: World) -> None:
    world.minutes(40, failing=0.5)
    world.start()
    board = world.minutes(6, failing=0.6)
    assert [one.at for one in board.changes] == sorted(one.at for one in board.changes)
    assert all(one.at <= world.event for one in board.changes)


def test_the_first_evidence_stays_the_first(world: World) -> None:
    first = world.monitor.board().first_seen
    world.minutes(10)
    assert world.start().first_seen == first
    assert first["traffic"] == min(one.start for one in PAST if one.signal == "traffic")
    assert first["evals"] == min(one.end for one in PAST if one.signal == "evals")


def test_a_kill_of_the_old_world_does_not_lie_in_the_future_of_the_new_one(world: World) -> None:
    world.minutes(40)
    world.monitor.killed(world.event)
    world.start()
    assert world.minutes(3, ai=0).verdicts["errors"].state is State.OFF
    board = world.minutes(8, failing=0.9)
    assert board.verdicts["errors"].state is State.BREACH
    assert board.verdicts["errors"].why.startswith("AI answers after the kill")


def test_a_breach_of_before_both_worlds_stands(world: World) -> None:
    monitor = Monitor(build_judges(configs()), clock=lambda: world.real)
    past = history(NOON, minutes=600, days=4, seed=3, failing_for=20)
    monitor.take(KEYS, batch(NOON, past, speed=60.0))
    since = monitor.board().verdicts["errors"].since
    monitor.take(KEYS, batch(NOON + HOUR, speed=60.0))
    monitor.board()
    monitor.take(KEYS, batch(NOON, past, speed=60.0))
    verdict = monitor.board().verdicts["errors"]
    assert (verdict.state, verdict.since) == (State.BREACH, since)


def test_only_the_signals_of_that_source_begin_anew() -> None:
    real = [NOON]
    monitor = Monitor(build_judges(configs(["errors", "latency"])), clock=lambda: real[0])
    past = PAST
    monitor.take(("errors",), batch(NOON, past))
    monitor.take(("latency",), batch(NOON, past))
    monitor.board()
    later = NOON + 30 * MINUTE
    real[0] = later
    monitor.take(("latency",), batch(later))
    monitor.take(("errors",), batch(NOON - HOUR, past))
    board = monitor.board()
    assert "began anew" in board.verdicts["errors"].why
    assert "began anew" not in board.verdicts["latency"].why
    assert board.notes[0].text.startswith("the source of error rate began anew")


def test_a_signal_whose_window_slides_forgets_too(world: World) -> None:
    leak = Shape({"new": Attempts(0, 3, 4)}, 9)
    usual = [
        reading("injection", NOON - 90 * HOUR + i * HOUR, Shape({"leak": Attempts(2, 0)}, 99), HOUR)
        for i in range(60)
    ]
    world.monitor.take(KEYS, batch(NOON, usual, speed=60.0))
    found = [reading("injection", NOON + i * MINUTE, leak) for i in range(5)]
    world.monitor.take(KEYS, batch(NOON + 10 * MINUTE, found, speed=60.0))
    assert world.monitor.board().verdicts["injection"].state is State.BREACH
    assert world.start().verdicts["injection"].state is not State.BREACH


def test_the_model_of_the_old_world_is_not_held_against_the_new_one(world: World) -> None:
    def took(minute: int, model: str) -> Board:
        plain = batch(NOON + minute * MINUTE, speed=60.0)
        world.monitor.take(KEYS, Batch(plain.at, plain.complete_to, (), 60.0, Untrusted(model)))
        return world.monitor.board()

    took(1, "a")
    assert len(took(30, "b").models) == 1
    board = took(2, "a")
    assert board.models == ()
    assert board.model == "a"
    assert board.verdicts["errors"].state is State.OK
