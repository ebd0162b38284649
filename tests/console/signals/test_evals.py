"""The nightly eval against the cold one."""

from __future__ import annotations

import pytest

from adapters.signals.port import Reading, Score, Stratum
from adapters.untrusted import Untrusted
from console.signals.judges.evals import OLDEST, EvalsJudge
from console.signals.verdict import State, Verdict
from tests.console.signals.made import DAY, NOON, evidence_of, look, night_run

NIGHT = NOON.replace(hour=2)


def nights(*means: float, n: int = 200) -> list[Reading]:
    return [night_run(NIGHT - (len(means) - 1 - i) * DAY, mean, n=n) for i, mean in enumerate(means)]


def judged(readings: list[Reading], **baseline: float) -> Verdict:
    return EvalsJudge(0.05, baseline).judge(evidence_of(Score, readings), look(NOON))


def test_close_enough_is_ok_once_it_is_proven() -> None:
    verdict = judged(nights(*[0.85] * 10))
    assert verdict.state is State.OK
    assert verdict.band_text == "≥ 0.817"
    assert verdict.band_long == "healthy ≥ 0.817 (cold 0.86, -5 %)"
    assert verdict.headline == "eval score 0.85, -1.2 % of cold 0.86, on 2,000 answers"


def test_one_small_night_is_too_few() -> None:
    verdict = judged(nights(0.85, n=40))
    assert verdict.state is State.TOO_FEW
    assert verdict.needs == "needs 60 more sampled answers"


def test_a_proven_fall_is_a_breach_even_after_good_nights() -> None:
    verdict = judged(nights(*[0.85] * 10, 0.70, 0.70))
    assert verdict.state is State.BREACH


def test_a_breach_stays_for_five_good_nights() -> None:
    assert judged(nights(*[0.85] * 6, 0.55, 0.55, *[0.86] * 3)).state is State.BREACH
    assert judged(nights(*[0.85] * 6, 0.55, 0.55, *[0.86] * 9)).state is not State.BREACH


def test_outside_without_proof_is_watched() -> None:
    assert judged(nights(*[0.815] * 3)).state is State.WATCH


def test_better_than_cold_by_more_than_the_band_is_watched() -> None:
    verdict = judged(nights(*[0.97] * 8))
    assert verdict.state is State.WATCH
    assert "lenient" in verdict.why


def test_without_a_cold_score_nothing_is_green() -> None:
    bare = [
        Reading(one.signal, one.start, one.end, Score(one.observation.strata), one.newest)
        for one in nights(*[0.85] * 5)
        if isinstance(one.observation, Score)
    ]
    assert judged(bare).state is State.TOO_FEW
    assert judged(bare, cold=0.86).state is State.WATCH
    assert judged(bare, cold=0.86, n=1000).state is State.OK


def test_the_worst_category_is_named_safely_and_only_with_enough_answers() -> None:
    strata = (
        Stratum(Untrusted("\x1b[31mred[/]"), 40, 0.5, 0.2),
        Stratum(Untrusted("tiny"), 3, 0.1, 0.2),
        Stratum(Untrusted("fine"), 157, 0.9, 0.2),
    )
    verdict = judged([Reading("evals", NIGHT - DAY, NIGHT, Score(strata, 0.86, 500), NIGHT)])
    worst = dict(verdict.numbers)["worst category"]
    assert worst == "??31mred?/? 0.50 (n 40)"


def test_weights_of_production_decide_not_those_of_the_sample() -> None:
    strata = (Stratum(Untrusted("a"), 100, 0.9, 0.1, 0.2), Stratum(Untrusted("b"), 100, 0.5, 0.1, 0.8))
    verdict = judged([Reading("evals", NIGHT - DAY, NIGHT, Score(strata, 0.86, 500), NIGHT)])
    assert verdict.value == pytest.approx(0.58)


def test_nights_of_another_judge_are_not_pooled() -> None:
    old = [
        Reading(
            one.signal, one.start, one.end, Score(one.observation.strata, 0.86, 1000, "judge-2"), one.newest
        )
        for one in nights(*[0.85] * 5)
        if isinstance(one.observation, Score)
    ]
    verdict = judged([*old[:-1], *nights(0.85)])
    assert "of 1 nights" in dict(verdict.numbers)["pooled"]


def test_a_night_is_missed_after_36_hours() -> None:
    assert EvalsJudge(0.05, {}).max_age(DAY) == OLDEST
    assert OLDEST.total_seconds() == 36 * 3600


def test_no_run_is_no_data() -> None:
    assert judged([]).state is State.NO_DATA
