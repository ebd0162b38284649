"""A token's date is known here, so that a network that stands still and a moved clock warn all the same."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from console.config import FeatureConfig, ProviderTable
from console.doctor.credentials import of_dates
from console.doctor.finding import Severity
from console.incident.telling import of_expiry
from console.killswitch.expiry import crossed, expiry_check, expiry_warning
from console.killswitch.prove import prove
from tests.console.killswitch.house import House
from tests.servers.misbehaving import Fault, Misbehaving

pytestmark = pytest.mark.requirement(15)

END = datetime(2026, 12, 31, tzinfo=UTC)
TABLE = ProviderTable("feature.flag of drafts", "unleash", {}, expires=END)
DAY = timedelta(days=1)


def feature(house: House, expires: datetime | None = END) -> FeatureConfig:
    found = house.feature
    return replace(found, flag=replace(found.flag, expires=expires))


@pytest.mark.parametrize(
    ("left", "words"),
    [
        (15 * DAY, ""),
        (14 * DAY, "token expires in 14 days"),
        (7 * DAY, "token expires in 7 days"),
        (1 * DAY, "token expires in 1 day,"),
        (timedelta(hours=3), "token expires in 3 h"),
        (timedelta(0), ""),
    ],
)
def test_it_warns_from_14_days_before(left: timedelta, words: str) -> None:
    assert expiry_warning(TABLE, END - left).startswith(words)
    assert bool(expiry_warning(TABLE, END - left)) is bool(words)


def test_a_date_that_is_over_disarms_and_nobody_has_to_be_asked() -> None:
    check = expiry_check(TABLE, END)
    assert check is not None
    assert check.holds is False
    assert "token expired" in check.text
    assert "token_expires" in check.todo
    good = expiry_check(TABLE, END - 60 * DAY)
    assert good is not None
    assert (good.holds, good.todo) == (True, "")
    assert expiry_check(replace(TABLE, expires=None), END) is None


@pytest.mark.parametrize(("left", "days"), [(13, 14), (7, 7), (3, 7), (1, 1), (0.5, 1), (0, 0), (-3, 0)])
def test_each_threshold_is_told_once_whoever_looks_and_however_often(
    house: House, left: float, days: int
) -> None:
    config = feature(house)
    first = [of_expiry(*one) for one in crossed(config, END - left * DAY)]
    again = [of_expiry(*one) for one in crossed(config, END - left * DAY + timedelta(minutes=15))]
    assert [one.key for one in first] == [one.key for one in again]
    assert first[0].at == END - days * DAY
    assert crossed(config, END - 20 * DAY) == ()


@pytest.mark.parametrize("fault", [Fault.NONE, Fault.NEVER_ANSWERS])
async def test_arming_says_it_with_the_network_frozen_and_the_clock_moved(
    house: House, server: Misbehaving, fault: Fault
) -> None:
    server.on_read = fault
    for now, holds in ((END - 60 * DAY, True), (END - 6 * DAY, True), (END + DAY, False)):
        arming = await prove(feature(house), clock=lambda now=now: now)  # type: ignore[misc]
        dated = next(check for check in arming.levers[0].checks if check.name == "token's date")
        assert dated.holds is holds
        reachable = next(check for check in arming.levers[0].checks if check.name == "reachable")
        assert (reachable.holds is True) is (fault is Fault.NONE)
        assert arming.levers[1].armed


def test_the_doctor_says_it_by_its_loudness(house: House) -> None:
    def loudness(now: datetime) -> list[Severity]:
        return [found.severity for found in of_dates(feature(house), now)]

    assert loudness(END - 60 * DAY) == [Severity.FINE]
    assert loudness(END - 7 * DAY) == [Severity.WARNING]
    assert loudness(END) == [Severity.BROKEN]
    assert list(of_dates(feature(house, None), END)) == []


def test_the_date_is_written_in_the_table_as_a_day_or_an_instant(house: House) -> None:
    text = house.config_path.read_text()
    for written in ("2026-12-31", '"2026-12-31"', "2026-12-31T00:00:00Z", '"2026-12-31T01:00:00+01:00"'):
        lever = f'proof = "check"\ntoken_expires = {written}'
        house.config_path.write_text(
            text.replace(
                'key = "support-drafts-ai"', f'key = "support-drafts-ai"\ntoken_expires = {written}'
            ).replace('proof = "check"', lever)
        )
        found = house.feature
        assert (found.flag.expires, found.levers[0].expires) == (END, END)
        assert found.faults == ()
