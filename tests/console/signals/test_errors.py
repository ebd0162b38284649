"""Errors and feedback, judged from minutes."""

from __future__ import annotations

import random
from datetime import timedelta

import pytest

from adapters.signals.port import Ratio, Reading
from console.signals.judges.ratio import ERRORS, FEEDBACK, RatioJudge
from console.signals.verdict import State, Verdict
from tests.console.signals.made import MINUTE, NOON, evidence_of, look, reading


def minutes(*counts: tuple[int, int, int]) -> list[Reading]:
    """Readings that end at noon, from (minutes, bad, n in each)."""
    each = [(bad, n) for times, bad, n in counts for _ in range(times)]
    start = NOON - len(each) * MINUTE
    return [
        reading("errors", start + index * MINUTE, Ratio(bad, n, {"schema": bad} if bad else {}))
        for index, (bad, n) in enumerate(each)
    ]


def judged(*counts: tuple[int, int, int], judge: RatioJudge | None = None) -> Verdict:
    judge = judge or RatioJudge("errors", ERRORS, 0.01)
    return judge.judge(evidence_of(Ratio, minutes(*counts)), look(NOON))


def test_299_answers_without_a_failure_are_ok_and_298_are_too_few() -> None:
    assert judged((299, 0, 1)).state is State.OK
    few = judged((298, 0, 1))
    assert few.state is State.TOO_FEW
    assert few.needs == "needs 1 more answer, ~1 min at this rate"
    assert few.count_text == "298/299"


def test_too_few_says_what_it_waits_for_and_what_it_sees() -> None:
    few = judged((70, 0, 2))
    assert few.state is State.TOO_FEW
    assert few.needs == "needs 159 more answers, ~80 min at this rate"
    few = judged((7, 0, 2), (1, 1, 2), (5, 0, 2))
    assert few.state is State.TOO_FEW
    assert few.headline == "error rate 3.8 %: 1 of 26 answers failed"
    assert few.why == "1 of 26 failed, 4x the band, not proven; you may kill"


def test_proven_harm_is_a_breach_with_counts_since_it_began() -> None:
    verdict = judged((600, 0, 3), (10, 1, 3))
    assert verdict.state is State.BREACH
    assert verdict.since == NOON - 10 * MINUTE
    assert verdict.count_text == "10/30"
    assert verdict.headline == "error rate 33.3 %: 10 of 30 answers failed"
    assert verdict.count_long == "10 of 30 answers, 10 min"
    assert verdict.why == "schema 10"


def test_harm_that_goes_on_is_counted_over_the_last_half_hour() -> None:
    verdict = judged((600, 0, 3), (90, 1, 3))
    assert verdict.since == NOON - 90 * MINUTE
    assert verdict.headline == "error rate 33.3 %: 30 of last 90 answers failed"


def test_all_failures_within_one_minute_are_not_proof() -> None:
    assert judged((600, 0, 3), (1, 30, 30)).state is not State.BREACH


def test_a_breach_stays_when_it_is_over_until_five_windows_were_inside() -> None:
    over = judged((600, 0, 3), (10, 1, 3), (60, 0, 3))
    assert over.state is State.BREACH
    assert "was 4" in over.headline or "was 3" in over.headline
    # 299 answers take 100 minutes at three a minute; the first window still holds failures, so it takes six.
    assert judged((300, 0, 3), (10, 1, 3), (590, 0, 3)).state is State.BREACH
    assert judged((300, 0, 3), (10, 1, 3), (605, 0, 3)).state is not State.BREACH


def test_silence_never_clears_a_breach() -> None:
    judge = RatioJudge("errors", ERRORS, 0.01)
    evidence = evidence_of(Ratio, minutes((600, 0, 3), (10, 1, 3)))
    for later in (timedelta(hours=3), timedelta(hours=30), timedelta(days=9)):
        assert judge.judge(evidence, look(NOON + later)).state is State.BREACH


def test_a_bad_window_is_watched_long_before_it_is_proof() -> None:
    verdict = judged((900, 0, 1), (5, 0, 1), (1, 1, 1), (5, 0, 1), (1, 1, 1), (4, 0, 1))
    assert verdict.state is State.WATCH
    assert verdict.count_text == "2/30"
    assert "not proven" in verdict.why


def test_a_rate_under_the_band_without_proof_is_not_ok() -> None:
    verdict = judged((60, 1, 125))
    assert verdict.state is State.WATCH
    assert verdict.why == "upper bound 1.1 %: in band, not proven"


def test_no_answers_for_half_an_hour_where_there_used_to_be_some_is_not_ok() -> None:
    verdict = judged((1410, 0, 3), (30, 0, 0), (45, 0, 0))
    assert verdict.state is State.WATCH
    assert "no answers for 30 min; 90 at this time yesterday" in verdict.why


def test_a_quiet_night_that_was_quiet_yesterday_too_stays_ok() -> None:
    assert judged((60, 0, 0), (1350, 0, 3), (60, 0, 0)).state is State.OK


def test_nothing_at_all_is_no_data() -> None:
    assert judged((100, 0, 0)).state is State.NO_DATA
    assert RatioJudge("errors", ERRORS, 0.01).judge(evidence_of(Ratio, []), look(NOON)).state is State.NO_DATA


def test_what_came_before_a_new_epoch_does_not_count() -> None:
    judge = RatioJudge("errors", ERRORS, 0.01)
    evidence = evidence_of(Ratio, minutes((600, 0, 3), (10, 1, 3), (20, 0, 3)))
    assert judge.judge(evidence, look(NOON)).state is State.BREACH
    fresh = judge.judge(evidence, look(NOON, NOON - 20 * MINUTE))
    assert fresh.state is State.TOO_FEW
    assert fresh.count_text == "60/299"


def test_thumbs_down_in_the_band_without_proof_is_watched() -> None:
    judge = RatioJudge("feedback", FEEDBACK, 0.10)
    readings = [reading("feedback", NOON - (20 - i) * MINUTE, Ratio(3, 33, rated=10)) for i in range(20)]
    verdict = judge.judge(evidence_of(Ratio, readings), look(NOON))
    assert verdict.state is State.WATCH
    assert verdict.value_text == "9.1 %"
    assert verdict.why.endswith("in band, not proven; rated 30 %")


def test_a_late_revision_of_a_minute_is_counted_as_if_it_had_come_in_time() -> None:
    readings = minutes((600, 0, 3), (10, 1, 3), (300, 0, 3))
    judge = RatioJudge("errors", ERRORS, 0.01)
    evidence = evidence_of(Ratio, [])
    for one in readings:
        good = one.observation if isinstance(one.observation, Ratio) else Ratio(0, 0)
        evidence.put(Reading(one.signal, one.start, one.end, Ratio(0, good.n), one.newest))
    assert judge.judge(evidence, look(NOON)).state is State.OK
    for one in readings:
        evidence.put(one)
    revised = judge.judge(evidence, look(NOON))
    fresh = RatioJudge("errors", ERRORS, 0.01).judge(evidence_of(Ratio, readings), look(NOON))
    assert revised == fresh
    assert revised.state is State.BREACH


@pytest.mark.parametrize("step", [1, 7, 61, 500])
def test_the_verdict_does_not_depend_on_how_readings_were_batched(step: int) -> None:
    rng = random.Random(3)
    readings = minutes(
        *[(1, int(rng.random() < (0.01 if i < 700 else 0.2)), rng.randrange(4) + 1) for i in range(900)]
    )
    whole = RatioJudge("errors", ERRORS, 0.01).judge(evidence_of(Ratio, readings), look(NOON))
    judge, evidence = RatioJudge("errors", ERRORS, 0.01), evidence_of(Ratio, [])
    verdict = None
    for begin in range(0, len(readings), step):
        for one in readings[begin : begin + step]:
            evidence.put(one)
        verdict = judge.judge(evidence, look(readings[min(begin + step, len(readings)) - 1].end))
    assert verdict == whole
