"""On what terms a word counts: gate, people, dates."""

from __future__ import annotations

import time
from datetime import UTC, date, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from console.readiness.finding import WHOLE
from console.readiness.gates import BY_KEY
from console.readiness.people import strangers
from console.readiness.terms import Refused, Unusable, attestation, gate, waiver
from console.readiness.until import Unreadable, span, until
from tests.console.readiness.made import DAY, NOW, person

NEW_YORK = ZoneInfo("America/New_York")
BEIRUT = ZoneInfo("Asia/Beirut")
JONAS = person("Jonas Ek", login="jek")


# Dates


@pytest.mark.parametrize(
    ("text", "zone", "expected"),
    [
        ("2026-12-18", UTC, datetime(2026, 12, 18, 23, 59, 59, tzinfo=UTC)),
        ("2026-12-18", NEW_YORK, datetime(2026, 12, 19, 4, 59, 59, tzinfo=UTC)),
        # The day on which summer time ends there has 25 hours, the one on which it begins 23.
        ("2026-11-01", NEW_YORK, datetime(2026, 11, 2, 4, 59, 59, tzinfo=UTC)),
        ("2027-03-14", NEW_YORK, datetime(2027, 3, 15, 3, 59, 59, tzinfo=UTC)),
        # The midnight after it does not exist there, or comes twice.
        ("2027-03-27", BEIRUT, datetime(2027, 3, 27, 21, 59, 59, tzinfo=UTC)),
        ("2026-10-24", BEIRUT, datetime(2026, 10, 24, 21, 59, 59, tzinfo=UTC)),
        ("2026-12-18T14:00", NEW_YORK, datetime(2026, 12, 18, 19, 0, tzinfo=UTC)),
        ("2026-12-18T14:00+02:00", NEW_YORK, datetime(2026, 12, 18, 12, 0, tzinfo=UTC)),
        ("2026-12-18T14:00Z", NEW_YORK, datetime(2026, 12, 18, 14, 0, tzinfo=UTC)),
        (" 30d ", NEW_YORK, NOW + 30 * DAY),
        ("2W", UTC, NOW + 14 * DAY),
        ("12 h", UTC, NOW + 12 * timedelta(hours=1)),
    ],
)
def test_a_date_holds_to_the_end_of_its_day_where_it_was_typed(
    text: str, zone: timezone | ZoneInfo, expected: datetime
) -> None:
    assert until(text, now=NOW, tz=zone) == expected


@pytest.mark.parametrize("zone", ["America/New_York", "Asia/Beirut", "Pacific/Apia"])
@pytest.mark.parametrize("day", ["2026-10-24", "2026-11-01", "2027-03-14", "2027-03-27", "2026-12-18"])
def test_this_machines_own_zone_is_taken_by_the_rules_of_that_date(
    monkeypatch: pytest.MonkeyPatch, zone: str, day: str
) -> None:
    monkeypatch.setenv("TZ", zone)
    time.tzset()
    try:
        assert until(day, now=NOW) == until(day, now=NOW, tz=ZoneInfo(zone))
    finally:
        monkeypatch.undo()
        time.tzset()


@given(st.dates(date(2000, 1, 1), date(2100, 1, 1)), st.sampled_from([UTC, NEW_YORK, BEIRUT]))
def test_wherever_it_is_shown_again_it_bears_the_date_that_was_typed(
    day: date, zone: timezone | ZoneInfo
) -> None:
    end = until(day.isoformat(), now=NOW, tz=zone)
    assert end.astimezone(zone).date() == day
    after = end + timedelta(seconds=1)
    assert after.astimezone(zone).date() == day + timedelta(days=1)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "soon",
        "2026-13-01",
        "2026-02-30",
        "30",
        "30 days",
        "-3d",
        "٣d",
        "d",
        "1e3d",
        "\x1b[2J",
    ],
)
def test_what_is_no_date_is_refused_with_what_is_accepted(text: str) -> None:
    with pytest.raises(Unreadable, match="write a date") as caught:
        until(text, now=NOW, tz=UTC)
    assert str(caught.value).isprintable()


@given(st.text(max_size=30))
def test_nothing_that_is_typed_as_a_date_breaks_anything(text: str) -> None:
    try:
        found = until(text, now=NOW, tz=NEW_YORK)
    except Unreadable:
        return
    assert found.tzinfo is not None


def test_a_span_that_no_calendar_holds_is_refused() -> None:
    assert span("999999w") is not None
    with pytest.raises(Unreadable):
        until("999999w", now=NOW, tz=UTC)


# Gates


@pytest.mark.parametrize("typed", ["kill-switch", "Kill Switch", "kill_switch", " KILL-SWITCH "])
def test_a_gate_is_found_however_it_is_typed(typed: str) -> None:
    assert gate(typed).key == "kill-switch"


def test_a_mistyped_gate_is_refused_with_the_closest_and_all_of_them() -> None:
    with pytest.raises(Unusable) as caught:
        gate("nightly")
    assert "Did you mean nightly-eval?" in str(caught.value)
    assert all(key in str(caught.value) for key in BY_KEY)
    with pytest.raises(Unusable) as caught:
        gate("\x1b]0;x\x07" + "z" * 10_000)
    assert str(caught.value).isprintable()
    assert "Did you mean" not in str(caught.value)


# Attesting


def test_an_attestation_holds_30_days_where_nothing_else_is_said() -> None:
    act = attestation("internal-cohort", " 8 agents,\n7 days;\t0 open ", None, now=NOW, tz=UTC)
    assert (act.gate, act.evidence, act.until) == (
        "internal-cohort",
        "8 agents, 7 days; 0 open",
        NOW + 30 * DAY,
    )
    assert attestation("runbook", "x", "  ", now=NOW).until == NOW + 30 * DAY


@pytest.mark.parametrize("key", ["kill-switch", "fallback"])
def test_an_attested_drill_is_good_for_as_long_as_one_that_the_console_saw(key: str) -> None:
    assert attestation(key, "drilled", "30d", now=NOW).until == NOW + 30 * DAY
    with pytest.raises(Refused, match="30 days at most"):
        attestation(key, "drilled", "40d", now=NOW)


def test_the_last_day_of_a_bound_can_be_named_by_its_date() -> None:
    late = NOW.replace(hour=23, minute=59)
    day = (late.astimezone(NEW_YORK) + 30 * DAY).date()
    assert attestation("fallback", "seen", day.isoformat(), now=late, tz=NEW_YORK).until > late + 29 * DAY


def test_a_typing_mistake_in_the_year_does_not_attest_for_a_century() -> None:
    with pytest.raises(Refused, match="366 days at most"):
        attestation("internal-cohort", "ran", "2126-12-18", now=NOW, tz=UTC)


@pytest.mark.parametrize("date_text", ["2026-11-23", "2026-11-24T08:00+00:00", "0d"])
def test_a_date_in_the_past_is_refused(date_text: str) -> None:
    with pytest.raises(Unusable, match="in the past"):
        attestation("internal-cohort", "ran", date_text, now=NOW, tz=UTC)


def test_today_still_holds_today() -> None:
    assert attestation("internal-cohort", "ran", "2026-11-24", now=NOW, tz=UTC).until > NOW


@pytest.mark.parametrize("evidence", ["", "   ", "\n\t", "\u3000"])
def test_evidence_that_says_nothing_is_refused(evidence: str) -> None:
    with pytest.raises(Unusable, match="evidence is empty"):
        attestation("internal-cohort", evidence, None, now=NOW)


def test_evidence_as_long_as_a_file_is_refused_with_what_to_do_instead() -> None:
    for text in ("x" * 100_000, "x" * (WHOLE + 1), " y" * WHOLE):
        with pytest.raises(Unusable, match="give its address") as caught:
            attestation("internal-cohort", text, None, now=NOW)
        assert len(str(caught.value)) < 200
    assert len(attestation("internal-cohort", "x" * WHOLE, None, now=NOW).evidence) == WHOLE


@given(st.text(st.characters(), min_size=1, max_size=300))
def test_what_is_journaled_is_one_line_without_anything_that_acts_or_hides(text: str) -> None:
    try:
        act = attestation("internal-cohort", text, None, now=NOW)
    except Unusable:
        return
    assert act.evidence.isprintable()
    act.evidence.encode()


# Waiving


def test_a_waiver_names_who_allowed_it_and_when_it_ends() -> None:
    act = waiver("dashboards", "late on Mondays", "Ana  Ruiz", "2026-12-18", operator=JONAS, now=NOW, tz=UTC)
    assert (act.gate, act.reason, act.approver) == ("dashboards", "late on Mondays", "Ana Ruiz")
    assert act.until == datetime(2026, 12, 18, 23, 59, 59, tzinfo=UTC)


@pytest.mark.parametrize("approver", ["Jonas Ek", " jonas  EK", "jek", "jonas.ek"])
def test_nobody_approves_a_waiver_of_their_own(approver: str) -> None:
    with pytest.raises(Refused, match="a waiver takes a second person: Jonas Ek"):
        waiver("dashboards", "fine", approver, "30d", operator=JONAS, now=NOW)


def test_somebody_of_the_same_first_name_is_somebody_else() -> None:
    assert waiver("dashboards", "fine", "Jonas", "30d", operator=JONAS, now=NOW).approver == "Jonas"
    assert waiver("dashboards", "fine", "Jonas Lind", "30d", operator=JONAS, now=NOW)


def test_a_waiver_ends_within_90_days_and_its_end_must_be_said() -> None:
    assert waiver("dashboards", "fine", "Ana Ruiz", "90d", operator=JONAS, now=NOW)
    with pytest.raises(Refused, match="a waiver holds for 90 days at most"):
        waiver("dashboards", "fine", "Ana Ruiz", "100d", operator=JONAS, now=NOW)
    with pytest.raises(Unusable, match="until is empty"):
        waiver("dashboards", "fine", "Ana Ruiz", " ", operator=JONAS, now=NOW)


@pytest.mark.parametrize(("reason", "approver", "words"), [("", "Ana", "reason"), ("fine", " ", "approver")])
def test_a_waiver_without_reason_or_approver_is_refused(reason: str, approver: str, words: str) -> None:
    with pytest.raises(Unusable, match=f"{words} is empty"):
        waiver("dashboards", reason, approver, "30d", operator=JONAS, now=NOW)


# People


def test_a_name_that_is_not_on_the_rotation_is_said_and_not_refused() -> None:
    (remark,) = strangers(("Jonas Ek", "Ana Ruiz", "Ana Ruiz"), ("Mara Voss", "Jonas Ek"))
    assert remark == "Ana Ruiz is not on the rotation (Mara Voss, Jonas Ek); it is written all the same"
    assert strangers(("Ana Ruiz",), ()) == (), "without a rotation nobody is a stranger"
