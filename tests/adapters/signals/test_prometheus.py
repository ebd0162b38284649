"""Prometheus as a source of signals, against answers shaped like the real ones."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any

import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adapters.errors import AdapterError, BadCredentials, BadOptions, Garbage, NotFound, Unreachable
from adapters.signals.port import (
    Amount,
    Attempts,
    Batch,
    Count,
    Latency,
    Ratio,
    Reading,
    Score,
    Shape,
    Traffic,
)
from adapters.signals.prometheus import Prometheus
from tests.adapters.signals.engine import NOON, Engine, refusal

INSTANT = datetime.fromtimestamp(NOON, UTC)
ERRORS = {"bad": "bad[1m]", "all": "all[1m]", "history": "5m"}


class Over(Exception):
    """The test has seen enough."""


def source(
    engine: Engine, signals: dict[str, dict[str, Any]], steps: tuple[float, ...] = (), **options: Any
) -> Prometheus:
    """A source whose pauses move the engine's clock instead of waiting, and end after these steps."""
    moves = iter(steps)

    async def sleep(_: float) -> None:
        move = next(moves, None)
        if move is None:
            raise Over
        engine.now += move

    reach = {"url": "http://engine.test", **options}
    return Prometheus(reach, "feature.signals", signals, transport=engine.transport(), sleep=sleep)


async def read(
    engine: Engine, signals: dict[str, dict[str, Any]], steps: tuple[float, ...] = (), **options: Any
) -> list[Batch]:
    """One batch for each poll, with all of the poll's readings."""
    polls: list[Batch] = []
    made = source(engine, signals, steps, **options)
    with suppress(Over):
        async for batch in made.batches():
            before: tuple[Reading, ...] = ()
            if polls and polls[-1].at == batch.at:
                before = polls.pop().readings
            polls.append(replace(batch, readings=(*before, *batch.readings)))
    await made.aclose()
    return polls


def of(batch: Batch, signal: str) -> list[Reading]:
    return [reading for reading in batch.readings if reading.signal == signal]


def ends(batch: Batch, signal: str) -> list[tuple[int, bool]]:
    """(end in seconds after noon, closed) of each reading."""
    return [(int(r.end.timestamp()) - NOON, r.closed) for r in of(batch, signal)]


def problem(batch: Batch, signal: str) -> str:
    return str(batch.problems[signal])


async def test_the_first_poll_takes_history_at_the_ends_of_buckets() -> None:
    engine = Engine({"bad[1m]": 1.5, "all[1m]": 60.0})
    engine.now = NOON + 35.5
    [first] = await read(engine, {"errors": ERRORS})
    assert ends(first, "errors") == [(-240, True), (-180, True), (-120, True), (-60, True), (0, True)]
    assert of(first, "errors")[0].start == INSTANT - timedelta(minutes=5)
    assert of(first, "errors")[0].observation == Ratio(1.5, 60.0)
    assert first.at == INSTANT + timedelta(seconds=35.5)
    assert first.complete_to == {"errors": INSTANT}
    assert first.speed == 1


async def test_later_polls_read_the_last_three_buckets_again_and_send_what_changed() -> None:
    late = {"counted": 10.0}

    def numbers(time: int) -> float:
        return late["counted"] if time == NOON - 60 else 20.0

    engine = Engine({"bad[1m]": 0.0, "all[1m]": numbers})
    engine.now = NOON + 20

    made = source(engine, {"errors": ERRORS}, (15, 30))
    found = []
    with suppress(Over):
        async for batch in made.batches():
            found.append(batch)
            late["counted"] = 12.0
    assert engine.ranges("all[1m]") == [(-240, 0), (-120, 0), (-60, 60)]
    assert [(r.observation, r.closed) for r in of(found[1], "errors")] == [(Ratio(0, 12.0), True)]
    assert ends(found[2], "errors") == [(60, False)]


async def test_a_bucket_is_open_until_the_delay_has_passed() -> None:
    engine = Engine({"bad[1m]": 0.0, "all[1m]": 20.0})
    engine.now = NOON + 2
    first, second, third = await read(engine, {"errors": ERRORS}, (5, 5), delay="10s")
    assert ends(first, "errors")[-2:] == [(-60, True), (0, False)]
    assert first.complete_to["errors"] == INSTANT - timedelta(minutes=1)
    assert ends(second, "errors") == []
    assert ends(third, "errors") == [(0, True)]
    assert third.complete_to["errors"] == INSTANT


async def test_no_number_is_no_reading_and_never_a_zero() -> None:
    def dead_since(time: int) -> float | str:
        return 20.0 if time < NOON - 120 else "NaN"

    engine = Engine({"bad[1m]": 0.0, "all[1m]": dead_since})
    engine.now = NOON + 30
    [batch] = await read(engine, {"errors": ERRORS})
    assert ends(batch, "errors") == [(-240, True), (-180, True)]
    assert batch.complete_to["errors"] == INSTANT - timedelta(minutes=3)


async def test_an_engine_without_any_data_vouches_for_nothing() -> None:
    [batch] = await read(Engine({}), {"errors": ERRORS, "latency": {"buckets": "b[1m]"}})
    assert (batch.readings, batch.complete_to, batch.problems) == ((), {}, {})


async def test_a_counter_at_rest_is_a_zero_with_nothing_new_in_it() -> None:
    engine = Engine({"bad[1m]": 0.0, "all[1m]": 0.0})
    engine.now = NOON + 30
    [batch] = await read(engine, {"errors": ERRORS})
    assert of(batch, "errors")[-1].observation == Ratio(0, 0)
    assert of(batch, "errors")[-1].newest is None
    assert batch.complete_to["errors"] == INSTANT


async def test_a_query_that_gives_nothing_while_the_others_do_is_said_with_the_remedy() -> None:
    engine = Engine({"all[1m]": 20.0})
    [batch] = await read(engine, {"errors": ERRORS})
    assert of(batch, "errors") == []
    assert isinstance(batch.problems["errors"], NotFound)
    assert "signal errors, query bad: it gives nothing" in problem(batch, "errors")
    assert "or vector(0)" in problem(batch, "errors")


async def test_kinds_rated_and_fallback_are_read_where_they_are_asked_for() -> None:
    engine = Engine(
        {
            "bad[1m]": 3.0,
            "all[1m]": 20.0,
            "kinds[1m]": {"schema": 2.0, "time-out": 1.0, "empty": 0.0},
            "rated[1m]": 4.0,
            "fallback[1m]": 7.0,
        }
    )
    engine.now = NOON + 30
    errors = {**ERRORS, "kinds": "kinds[1m]", "fallback": "fallback[1m]"}
    [batch] = await read(engine, {"errors": errors, "feedback": {**ERRORS, "rated": "rated[1m]"}})
    assert of(batch, "errors")[-1].observation == Ratio(3, 20, {"schema": 2, "time-out": 1})
    assert of(batch, "feedback")[-1].observation == Ratio(3, 20, rated=4)
    assert of(batch, "traffic")[-1].observation == Traffic(20, 7)
    assert batch.complete_to["traffic"] == INSTANT


async def test_more_bad_than_all_is_cut_and_said_when_extrapolation_does_not_explain_it() -> None:
    engine = Engine({"bad[1m]": 20.1, "all[1m]": 20.0})
    [batch] = await read(engine, {"errors": ERRORS})
    assert (of(batch, "errors")[0].observation, of(batch, "errors")[0].partial) == (Ratio(20.0, 20.0), "")
    engine = Engine({"bad[1m]": 25.0, "all[1m]": 20.0})
    [batch] = await read(engine, {"errors": ERRORS})
    assert of(batch, "errors")[0].observation == Ratio(20.0, 20.0)
    assert of(batch, "errors")[0].partial == "`bad` was 25 of 20, counted as 20"


async def test_a_classic_histogram_becomes_counts_of_each_bucket() -> None:
    cumulative = {"0.5": 10.0, "1": 10.0, "2": 14.0, "4.0": 14.0, "8": 15.0, "+Inf": 16.0}
    engine = Engine({"b[1m]": cumulative}, label="le")
    engine.now = NOON + 30
    [batch] = await read(engine, {"latency": {"buckets": "b[1m]"}})
    counts = ((0.5, 10.0), (1.0, 0.0), (2.0, 4.0), (4.0, 0.0), (8.0, 1.0), (float("inf"), 1.0))
    assert of(batch, "latency")[-1].observation == Latency(counts)
    assert of(batch, "latency")[-1].partial == ""


async def test_a_histogram_without_its_last_bucket_says_what_is_not_counted() -> None:
    engine = Engine({"b[1m]": {"0.5": 10.0, "1": 12.0}}, label="le")
    [batch] = await read(engine, {"latency": {"buckets": "b[1m]"}})
    assert of(batch, "latency")[-1].observation == Latency(((0.5, 10.0), (1.0, 2.0)))
    assert "no +Inf bucket" in of(batch, "latency")[-1].partial


async def test_buckets_that_contradict_each_other_are_said_and_never_negative() -> None:
    engine = Engine({"b[1m]": {"0.5": 10.0, "1": 4.0, "+Inf": 12.0}}, label="le")
    [batch] = await read(engine, {"latency": {"buckets": "b[1m]"}})
    assert of(batch, "latency")[-1].observation == Latency(((0.5, 10.0), (1.0, 0.0), (float("inf"), 2.0)))
    assert of(batch, "latency")[-1].partial == "the histogram's buckets contradict each other"


async def test_a_native_histogram_is_refused_in_words() -> None:
    engine = Engine({})
    series = {"metric": {}, "histograms": [[NOON, {"count": "3", "sum": "4", "buckets": []}]]}
    data = {"resultType": "matrix", "result": [series]}
    engine.broken["b[1m]"] = httpx.Response(200, json={"status": "success", "data": data})
    [batch] = await read(engine, {"latency": {"buckets": "b[1m]"}})
    assert isinstance(batch.problems["latency"], BadOptions)
    assert "signal latency, query buckets: it gives a native histogram" in problem(batch, "latency")


async def test_money_tickets_and_attempts_are_read() -> None:
    engine = Engine(
        {
            "usd[1m]": 0.75,
            "tokens[1m]": 900.0,
            "total[1m]": 3.0,
            "categories[1m]": {"billing": 2.0, "login": 1.0},
            "scanned[1m]": 50.0,
            "blocked[1m]": {"leak": 2.0, "jailbreak": 0.0},
            "passed[1m]": {"leak": 1.0},
        }
    )
    engine.now = NOON + 30
    [batch] = await read(
        engine,
        {
            "cost": {"usd": "usd[1m]", "requests": "requests[1m]", "tokens": "tokens[1m]"},
            "tickets": {"total": "total[1m]", "categories": "categories[1m]"},
            "injection": {"scanned": "scanned[1m]", "blocked": "blocked[1m]", "passed": "passed[1m]"},
        },
    )
    assert of(batch, "cost")[-1].observation == Amount(0.75, None, 900.0)
    assert of(batch, "tickets")[-1].observation == Count(3.0, {"billing": 2.0, "login": 1.0})
    assert of(batch, "injection")[-1].observation == Shape({"leak": Attempts(2.0, 1.0)}, 50.0)


EVALS = {
    "mean": "mean",
    "sd": "sd",
    "n": "n",
    "weight": "weight",
    "cold": "cold",
    "at": "at",
    "history": "72h",
}


async def test_each_night_s_eval_is_one_reading_and_a_new_one_is_seen_at_once() -> None:
    nights = {NOON - 90_000: 0.9, NOON - 3600: 0.8}

    def newest(time: int) -> float | None:
        done = [at for at in nights if at <= time]
        return float(max(done)) if done else None

    def value(time: int) -> float | str:
        at = newest(time)
        return "NaN" if at is None else nights[int(at)]

    engine = Engine(
        {
            "at": lambda time: {"": newest(time)},
            "mean": lambda time: {"billing": value(time)},
            "sd": {"billing": 0.1},
            "n": {"billing": 50.0},
            "weight": {"billing": 0.5},
            "cold": 0.86,
        },
        label="category",
    )
    nights[NOON + 10] = 0.7
    engine.now = NOON + 5.5
    first, second = await read(engine, {"evals": EVALS}, (15,))
    assert [
        (r.end, r.observation.strata[0].mean) for r in of(first, "evals") if isinstance(r.observation, Score)
    ] == [
        (INSTANT - timedelta(seconds=90_000), 0.9),
        (INSTANT - timedelta(seconds=3600), 0.8),
    ]
    assert first.complete_to["evals"] == INSTANT - timedelta(hours=1)
    [night] = of(second, "evals")
    assert night.end == night.newest == second.complete_to["evals"] == INSTANT + timedelta(seconds=10)
    assert isinstance(night.observation, Score)
    assert (night.observation.cold, night.observation.strata[0].weight) == (0.86, 0.5)
    assert night.observation.strata[0].name.raw == "billing"


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"mean": {"billing": 82.0}}, "query mean: its value is above 1"),
        ({"at": NOON * 1000.0}, "no unix time in"),
    ],
)
async def test_eval_numbers_in_another_unit_are_refused_in_words(changed: dict[str, Any], words: str) -> None:
    numbers: dict[str, Any] = {
        "at": lambda time: {"": NOON - 60.0 if time >= NOON else None},
        "mean": {"billing": 0.8},
        "sd": {"billing": 0.1},
        "n": {"billing": 9.0},
    }
    engine = Engine({**numbers, **changed}, label="category")
    [batch] = await read(engine, {"evals": EVALS})
    assert words in problem(batch, "evals")


async def test_one_bad_query_fails_its_own_signal_and_is_named() -> None:
    engine = Engine({"all[1m]": 20.0, "bad[1m]": 1.0, "usd[1m]": 2.0})
    engine.now = NOON + 30
    engine.broken["kinds[1m]"] = refusal(400, "bad_data", "parse error: \x1b[31m")
    signals = {"errors": {**ERRORS, "kinds": "kinds[1m]"}, "feedback": ERRORS, "cost": {"usd": "usd[1m]"}}
    first, second = await read(engine, signals, (60,))
    for batch in (first, second):
        assert set(batch.problems) == {"errors"}
        assert isinstance(batch.problems["errors"], BadOptions)
        assert "signal errors, query kinds: the engine cannot evaluate it (400)" in problem(batch, "errors")
        assert batch.problems["errors"].detail is not None
        assert batch.problems["errors"].detail.raw == "parse error: \x1b[31m"
        assert of(batch, "cost")
        assert of(batch, "feedback")
    assert "errors" not in second.complete_to


async def test_a_signal_that_works_again_reads_what_it_missed() -> None:
    engine = Engine({"all[1m]": 20.0, "bad[1m]": 1.0})
    engine.now = NOON + 30
    made = source(engine, {"errors": {**ERRORS, "history": "20m"}}, (600, 15))
    found = []
    with suppress(Over):
        async for batch in made.batches():
            found.append(batch)
            if len(found) == 1:
                engine.broken["all[1m]"] = refusal(503, "timeout", "query timed out")
            else:
                engine.broken.clear()
    assert set(found[1].problems) == {"errors"}
    assert not found[2].problems
    assert [end for end, _ in ends(found[2], "errors")] == list(range(60, 601, 60))


@pytest.mark.parametrize(
    ("broken", "kind"),
    [
        (refusal(422, "422", "parse error"), BadOptions),
        (refusal(422, "execution", "many-to-many"), BadOptions),
        (httpx.Response(400, content=b"<html>Bad gateway</html>"), AdapterError),
        (httpx.Response(200, content=b"<html>Log in</html>"), Garbage),
        (
            httpx.Response(200, json={"status": "success", "data": {"resultType": "matrix", "result": [1]}}),
            Garbage,
        ),
        (
            httpx.Response(200, json={"status": "success", "data": {"resultType": "string", "result": []}}),
            BadOptions,
        ),
        (httpx.Response(200, json={"status": "error", "error": "?"}), Garbage),
        (httpx.Response(503, content=b"{}"), AdapterError),
        (httpx.ReadError("gone"), AdapterError),
    ],
)
async def test_whatever_one_query_is_answered_the_other_signals_go_on(
    broken: Any, kind: type[AdapterError]
) -> None:
    engine = Engine({"usd[1m]": 2.0, "all[1m]": 1.0})
    engine.broken["bad[1m]"] = broken
    [batch] = await read(engine, {"errors": ERRORS, "cost": {"usd": "usd[1m]"}})
    assert isinstance(batch.problems["errors"], kind)
    assert of(batch, "cost")


async def test_several_series_where_one_is_wanted_are_not_guessed_at() -> None:
    engine = Engine({"all[1m]": {"a": 1.0, "b": 2.0}, "bad[1m]": 0.0})
    [batch] = await read(engine, {"errors": ERRORS})
    assert "query all: it gives 2 series where one is wanted" in problem(batch, "errors")
    assert "Put sum(...) round it" in problem(batch, "errors")


async def test_series_by_another_label_than_le_are_no_histogram() -> None:
    engine = Engine({"b[1m]": {"a": 1.0}}, label="pod")
    [batch] = await read(engine, {"latency": {"buckets": "b[1m]"}})
    assert "sum by (le)" in problem(batch, "latency")


async def test_warnings_and_odd_values_make_a_reading_partial() -> None:
    engine = Engine({"usd[1m]": lambda time: -1.0 if time == NOON else 2.0})
    engine.now = NOON + 30
    engine.warnings = ["\x1b]0;store gone\x07"]
    [batch] = await read(engine, {"cost": {"usd": "usd[1m]", "history": "3m"}})
    assert [r.observation for r in of(batch, "cost")] == [Amount(2.0), Amount(2.0)]
    said = "the engine gave 1 warning; data may be missing; 1 negative or infinite value left out"
    assert of(batch, "cost")[0].partial == said


async def test_a_long_history_is_asked_for_in_parts_that_meet() -> None:
    engine = Engine({"usd[1m]": 1.0})
    [batch] = await read(engine, {"cost": {"usd": "usd[1m]", "history": "7d"}})
    parts = engine.ranges("usd[1m]")
    assert len(parts) == 6
    assert all(after[0] - before[1] == 60 for before, after in pairwise(parts))
    assert len(of(batch, "cost")) == 7 * 1440


async def test_an_engine_that_does_not_answer_fails_the_whole_source() -> None:
    engine = Engine({})
    engine.broken["time()"] = httpx.ConnectError("refused")
    with pytest.raises(Unreachable):
        await read(engine, {"errors": ERRORS})
    engine.broken["time()"] = httpx.Response(401)
    with pytest.raises(BadCredentials):
        await read(engine, {"errors": ERRORS})
    engine.broken["time()"] = httpx.Response(
        200, json={"status": "success", "data": {"resultType": "vector"}}
    )
    with pytest.raises(Garbage):
        await read(engine, {"errors": ERRORS})


async def test_an_engine_that_tells_the_time_as_a_vector_is_understood() -> None:
    engine = Engine({"usd[1m]": 1.0})
    series = [{"metric": {}, "value": [NOON, str(NOON)]}]
    data = {"resultType": "vector", "result": series}
    engine.broken["time()"] = httpx.Response(200, json={"status": "success", "data": data})
    [batch] = await read(engine, {"cost": {"usd": "usd[1m]"}})
    assert batch.at == INSTANT


async def test_secrets_and_headers_go_with_each_request(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PROM_PASSWORD", "pw")
    monkeypatch.setenv("PROM_TENANT", "acme")
    engine = Engine({})
    headers = {"X-Scope-OrgID": "env:PROM_TENANT", "X-Team": "support"}
    await read(engine, {"errors": ERRORS}, user="reader", password="env:PROM_PASSWORD", headers=headers)
    for sent in engine.headers:
        assert sent["Authorization"] == "Basic cmVhZGVyOnB3"
        assert (sent["X-Scope-OrgID"], sent["X-Team"]) == ("acme", "support")
    assert {path for path, _ in engine.asked} == {"/api/v1/query", "/api/v1/query_range"}


@pytest.mark.parametrize(
    ("options", "table", "words"),
    [
        ({}, {"bad": "x"}, "missing key `all`"),
        ({}, {**ERRORS, "bda": "x"}, "Did you mean `bad`"),
        ({}, {**ERRORS, "bucket": "5m"}, "which is not the bucket of 300 s"),
        ({}, {**ERRORS, "bad": "increase(x[5m])"}, "`bad` counts over [5m]"),
        ({}, {**ERRORS, "bucket": "soon"}, "`bucket` is not a duration"),
        ({}, {**ERRORS, "bad": " "}, "`bad` is empty"),
        ({"url": "ws://x"}, ERRORS, "does not start with http:// or https://"),
        ({"poll": "0s"}, ERRORS, "`poll` is out of range"),
        ({"token": "env:A", "user": "u", "password": "env:B"}, ERRORS, "both `token` and `user`"),
        ({"user": "u"}, ERRORS, "go together"),
        ({"headers": {"X Y": "1"}}, ERRORS, "no request can carry"),
        ({"speed": 60}, ERRORS, "unknown key `speed`"),
    ],
)
def test_wrong_options_name_table_and_key(options: dict[str, Any], table: dict[str, Any], words: str) -> None:
    table = {key: f"increase({text})" if text == "bad[1m]" else text for key, text in table.items()}
    with pytest.raises(BadOptions) as raised:
        source(Engine({}), {"errors": table}, **options)
    assert words in str(raised.value)
    assert "feature.signals" in str(raised.value)


def test_signals_of_one_source_must_be_reached_alike() -> None:
    with pytest.raises(BadOptions, match="`token` differs"):
        source(Engine({}), {"errors": {**ERRORS, "token": "env:A"}}, token="env:B")


def test_a_person_can_see_each_query() -> None:
    made = Prometheus({"url": "http://127.0.0.1:9090/api/v1"}, "here", {"errors": ERRORS})
    assert made.label == "prometheus at 127.0.0.1:9090"
    assert made.query_text("errors") == (("bad", "bad[1m]"), ("all", "all[1m]"))


NUMBER = st.one_of(
    st.floats().map(str), st.sampled_from(["NaN", "+Inf", "-Inf", "1e400", "", "abc", "-0", "1_0"]), st.none()
)


@settings(max_examples=40, deadline=None)
@given(st.dictionaries(st.sampled_from(["", "a", "0.5", "+Inf", "1e999", "le"]), NUMBER, max_size=4), NUMBER)
async def test_no_number_whatever_crashes_a_source(row: dict[str, Any], single: str | None) -> None:
    queries = {"bad[1m]": row, "all[1m]": {"": single}, "b[1m]": row, "blocked[1m]": row, "passed[1m]": row}
    attacks = {"blocked": "blocked[1m]", "passed": "passed[1m]", "scanned": "all[1m]"}
    engine = Engine(queries, label="le")
    [batch] = await read(engine, {"errors": ERRORS, "latency": {"buckets": "b[1m]"}, "injection": attacks})
    for reading in batch.readings:
        seen = reading.observation
        if isinstance(seen, Ratio):
            assert 0 <= seen.bad <= seen.n < float("inf")
        if isinstance(seen, Latency):
            bounds = [bound for bound, _ in seen.counts]
            assert bounds == sorted(set(bounds))
            assert all(0 <= count < float("inf") for _, count in seen.counts)
