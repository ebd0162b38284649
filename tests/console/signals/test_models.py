"""A model update from the provider can silently shift behaviour: what a changed fingerprint does."""

from __future__ import annotations

import random
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adapters.signals.port import Batch, Ratio, Reading
from adapters.untrusted import Untrusted
from console.signals.models import MOST_AN_HOUR, Models
from console.signals.monitor import Monitor
from console.signals.seven import build_judges
from console.signals.verdict import Board, ModelChange, State
from tests.console.signals.made import (
    DAY,
    HOUR,
    KEYS,
    MINUTE,
    NOON,
    batch,
    configs,
    history,
    of_minute,
    reading,
)

A, B = "draft-3/fp_a", "draft-3/fp_b"
FOLLOWS = ("errors", "latency", "feedback", "evals")


PAST = history(NOON, minutes=600, days=4, seed=3)


def seen(*fingerprints: str, step: timedelta = MINUTE) -> Models:
    models = Models()
    for index, fingerprint in enumerate(fingerprints):
        models.see(fingerprint, NOON + index * step)
    return models


def test_the_first_fingerprint_is_no_change() -> None:
    models = seen(A, A, A)
    assert (models.current, models.changes) == (A, ())


def test_a_fingerprint_that_was_never_seen_is_a_change_at_once() -> None:
    models = seen(A, B)
    assert models.current == B
    assert models.changes == (ModelChange(NOON + MINUTE, A, B),)


def test_two_snapshots_served_in_turn_are_one_change_and_not_one_a_minute() -> None:
    models = seen(*[A, B] * 500)
    assert models.changes == (ModelChange(NOON + MINUTE, A, B),)


def test_a_provider_that_takes_a_change_back_is_followed_once_that_lasts() -> None:
    models = seen(A, B, *[A] * 10)
    assert models.current == B
    models.see(A, NOON + 12 * MINUTE)
    assert models.current == A
    assert models.changes[-1] == ModelChange(NOON + 2 * MINUTE, B, A)


def test_what_changes_with_every_look_is_no_fingerprint_and_not_followed() -> None:
    models = seen(*[f"request-{i}" for i in range(600)], step=timedelta(seconds=20))
    assert models.erratic
    assert len(models.changes) == MOST_AN_HOUR
    for index in range(70):
        models.see("fp", NOON + 4 * HOUR + index * MINUTE)
    assert not models.erratic


@given(st.lists(st.tuples(st.sampled_from([A, B, "c", "d" * 999, ""]), st.integers(-5, 90)), max_size=60))
def test_changes_follow_each_other(steps: list[tuple[str, int]]) -> None:
    models, at = Models(), NOON
    for fingerprint, minutes in steps:
        at += minutes * MINUTE
        models.see(fingerprint, at)
    changes = models.changes
    assert all(one.before != one.after for one in changes)
    assert all(len(one.after) <= 200 for one in changes)
    if not models.erratic and changes and len(changes) < 16:
        assert changes[-1].after == models.current or len({a for a, _ in steps}) > 2


class Feed:
    """A monitor of a healthy feature, minute by minute."""

    def __init__(self) -> None:
        self.now = NOON
        self.rng = random.Random(5)
        self.monitor = Monitor(
            build_judges(configs()), clock=lambda: self.now, zone=timezone(timedelta(hours=-5))
        )
        self.monitor.take(KEYS, self._batch(NOON, PAST, A))

    def minutes(self, count: int, model: str, *, failing: float = 0.0, n: int = 10) -> Board:
        for _ in range(count):
            start = self.now
            self.now += MINUTE
            keys = [key for key in (*KEYS, "traffic") if key != "evals"]
            found = [reading(key, start, of_minute(key, self.rng, n, failing=failing)) for key in keys]
            self.monitor.take(KEYS, self._batch(self.now, found, model))
            self.monitor.board()
        return self.monitor.board()

    @staticmethod
    def _batch(at: datetime, found: Iterable[Reading], model: str) -> Batch:
        plain = batch(at, found)
        return Batch(plain.at, plain.complete_to, plain.readings, model=Untrusted(model))


@pytest.fixture
def feed() -> Feed:
    found = Feed()
    found.minutes(2, A)
    return found


def test_a_changed_model_is_told_and_judged_anew_until_health_is_proven(feed: Feed) -> None:
    before = feed.monitor.board().verdicts
    assert before["errors"].state is State.OK
    board = feed.minutes(3, B)
    assert board.model == B
    assert board.models == (ModelChange(NOON + 3 * MINUTE, A, B),)
    for key in FOLLOWS:
        verdict = board.verdicts[key]
        assert verdict.state is State.WATCH, key
        assert "model changed 07:03" in verdict.why
        assert verdict.epoch == NOON + 3 * MINUTE
    for key in ("cost", "tickets", "injection"):
        assert board.verdicts[key].state is before[key].state
        assert board.verdicts[key].epoch is None
    board = feed.minutes(60, B)
    assert board.verdicts["errors"].state is State.OK
    assert "model changed" not in board.verdicts["errors"].why


def test_harm_that_is_proven_stands_through_a_change_and_a_change_back(feed: Feed) -> None:
    board = feed.minutes(8, B, failing=0.5)
    since = board.verdicts["errors"].since
    assert board.verdicts["errors"].state is State.BREACH
    board = feed.minutes(15, "draft-3/fp_c")
    verdict = board.verdicts["errors"]
    assert (verdict.state, verdict.since) == (State.BREACH, since)
    assert "proven before: error rate" in verdict.headline
    assert "another model answered" in " ".join(verdict.words)
    assert feed.monitor.latches()["errors"].since == since
    board = feed.minutes(15, A)
    assert board.verdicts["errors"].since == since
    assert board.verdicts["errors"].headline.count("proven before") == 1


def test_two_snapshots_in_turn_do_not_keep_a_signal_from_being_proven(feed: Feed) -> None:
    board = feed.monitor.board()
    for _ in range(60):
        board = feed.minutes(1, B)
        board = feed.minutes(1, A)
    assert len(board.models) == 1
    assert board.verdicts["errors"].state is State.OK


def test_a_restart_knows_that_the_model_changed() -> None:
    change = ModelChange(NOON - 5 * MINUTE, A, B)
    monitor = Monitor(build_judges(configs()), clock=lambda: NOON)
    monitor.restore(PAST, {}, models=[change])
    plain = batch(NOON)
    monitor.take(KEYS, Batch(plain.at, plain.complete_to, (), model=Untrusted(B)))
    board = monitor.board()
    assert board.models == (change,)
    assert board.verdicts["errors"].state is State.WATCH
    assert "model changed" in board.verdicts["errors"].why
    monitor.take(KEYS, Batch(plain.at, plain.complete_to, (), model=Untrusted(A)))
    assert monitor.board().model == B, "it is back, but for how long?"


def test_a_change_that_another_world_knew_is_forgotten() -> None:
    monitor = Monitor(build_judges(configs()), clock=lambda: NOON)
    monitor.restore(PAST, {}, models=[ModelChange(NOON + DAY, A, B)])
    monitor.take(KEYS, batch(NOON, [reading("errors", NOON - MINUTE, Ratio(0, 9))]))
    board = monitor.board()
    assert board.models == ()
    assert board.verdicts["errors"].epoch is None
    assert board.verdicts["errors"].state is State.OK


def test_a_kill_and_a_restore_are_a_younger_epoch_than_the_model(feed: Feed) -> None:
    feed.minutes(3, B)
    feed.monitor.killed(feed.now)
    feed.minutes(1, B, n=0)
    feed.monitor.killed(None)
    board = feed.minutes(2, B)
    assert board.verdicts["errors"].epoch is not None
    assert board.verdicts["errors"].epoch > NOON + 5 * MINUTE
    assert board.verdicts["errors"].epoch.tzinfo is UTC


@settings(max_examples=4, deadline=None)
@given(st.lists(st.sampled_from([A, B, "c"]), min_size=1, max_size=12))
def test_no_order_of_models_clears_a_breach_that_is_young(models: list[str]) -> None:
    feed = Feed()
    since = feed.minutes(8, A, failing=0.6).verdicts["errors"].since
    for model in models:
        verdict = feed.minutes(1, model).verdicts["errors"]
        assert (verdict.state, verdict.since) == (State.BREACH, since)
