"""Many features watched together, and a console.toml that changes while they are."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import UTC
from pathlib import Path

import pytest

from console import fleet as fleet_module
from console.attendance import Attendance
from console.config import load
from console.config.watcher import Watcher
from console.feature import FeatureService
from console.fleet import Fleet
from tests.console.killswitch.house import House
from tests.servers.misbehaving import Misbehaving

HEAD = """
[store]
path = "store/console.db"
second = "store/journal-2.db"
"""
FEATURE = """
[[feature]]
key = "{key}"
environment = "production"
title = "{title}"

[feature.flag]
provider = "homegrown"
url = "{url}"
token = "file:token"
key = "{key}-ai"
"""


@pytest.fixture
async def server() -> AsyncIterator[Misbehaving]:
    async with Misbehaving() as started:
        yield started


class Place:
    """A console.toml of a few features, and fleets over it."""

    def __init__(self, folder: Path, url: str) -> None:
        self.path = folder / "console.toml"
        self.url = url
        (folder / "token").write_text("t")
        self.path.touch(mode=0o600)

    def write(self, **titles: str) -> None:
        """Write the file whole, by key and title; an underscore in a key stands for a hyphen."""
        features = (
            FEATURE.format(key=key.replace("_", "-"), title=title, url=self.url)
            for key, title in titles.items()
        )
        draft = self.path.with_suffix(".new")
        draft.write_text(HEAD + "".join(features))
        draft.chmod(0o600)
        draft.replace(self.path)

    @asynccontextmanager
    async def fleet(self) -> AsyncIterator[Fleet]:
        watcher = Watcher(self.path)
        fleet = Fleet(load(self.path), "", zone=UTC, changed=lambda: None, watcher=watcher)
        await fleet.start(arming=False)
        try:
            yield fleet
        finally:
            await fleet.stop()


@pytest.fixture
def place(tmp_path: Path, server: Misbehaving) -> Place:
    return Place(tmp_path, server.url)


async def until(holds: Callable[[], bool]) -> None:
    async with asyncio.timeout(20):
        while not holds():  # noqa: ASYNC110 - what is waited for is another process's, or the disk's
            await asyncio.sleep(0.02)


def names(fleet: Fleet) -> list[str]:
    return [service.feature.name for service in fleet.services]


def service(fleet: Fleet, name: str) -> FeatureService:
    found = fleet.service(name)
    assert found is not None
    return found


def told(fleet: Fleet, name: str, kind: str) -> list[str]:
    return [one.text for one in service(fleet, name).snapshot.happenings if one.kind == kind]


async def test_a_changed_feature_is_watched_anew_and_the_others_go_on(place: Place) -> None:
    place.write(drafts="Drafts", search="Search")
    async with place.fleet() as fleet:
        drafts, search = fleet.services
        place.write(drafts="Drafts", search="Search, renamed", voice="Voice")
        await fleet.reload()
        assert names(fleet) == ["drafts@production", "search@production", "voice@production"]
        assert fleet.services[0] is drafts
        assert fleet.services[1] is not search
        assert fleet.services[1].feature.title == "Search, renamed"
        (text,) = told(fleet, "drafts@production", "reload")
        assert "search@production, voice@production" in text


async def test_a_feature_that_is_taken_out_is_watched_no_more(place: Place) -> None:
    place.write(drafts="Drafts", search="Search")
    async with place.fleet() as fleet:
        place.write(search="Search")
        await fleet.reload()
        assert names(fleet) == ["search@production"]


async def test_a_file_that_cannot_be_read_is_refused_and_the_old_one_goes_on(place: Place) -> None:
    place.write(drafts="Drafts")
    async with place.fleet() as fleet:
        before = fleet.services
        place.path.write_text("[[feature]\n")
        await fleet.reload()
        assert fleet.services == before
        snapshot = fleet.services[0].snapshot
        assert str(place.path) in snapshot.reload
        assert told(fleet, "drafts@production", "reload")[0].startswith("refused, the old one goes on: ")
        place.write(drafts="Drafts")
        await fleet.reload()
        assert fleet.services[0].snapshot.reload == ""


async def test_a_change_on_the_disk_is_taken_by_itself(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fleet_module, "LOOK_SECONDS", 0.02)
    place.write(drafts="Drafts")
    async with place.fleet() as fleet:
        following = asyncio.create_task(fleet.follow())
        for title in ("Drafts, once", "Drafts, twice"):
            place.write(drafts=title)
            await until(lambda title=title: fleet.services[0].feature.title == title)  # type: ignore[misc]
        following.cancel()
        await asyncio.gather(following, return_exceptions=True)


async def test_another_store_is_taken_at_the_next_start_and_said(place: Place) -> None:
    place.write(drafts="Drafts")
    async with place.fleet() as fleet:
        store = fleet.config.store
        place.path.write_text(place.path.read_text().replace("store/console.db", "elsewhere/console.db"))
        await fleet.reload()
        assert fleet.config.store == store
        assert (
            "[store] is taken when the console is started again"
            in told(fleet, "drafts@production", "reload")[0]
        )


async def test_another_place_for_published_heads_is_taken_at_the_next_start_and_said(place: Place) -> None:
    place.write(drafts="Drafts")
    async with place.fleet() as fleet:
        text = place.path.read_text()
        place.path.write_text(text.replace("[store]\n", '[store]\npublished_head = "elsewhere/heads"\n'))
        await fleet.reload()
        assert fleet.config.published_head is None
        assert (
            "[store] is taken when the console is started again"
            in told(fleet, "drafts@production", "reload")[0]
        )


async def test_a_feature_that_no_judge_can_use_is_broken_and_stops_no_other(place: Place) -> None:
    place.write(drafts="Drafts", search="Search")
    place.path.write_text(
        place.path.read_text()
        + """
[feature.signals.tickets]
provider = "events"
url = "ws://127.0.0.1:9/events"
band = { trend = 0.5 }
"""
    )
    async with place.fleet() as fleet:
        assert names(fleet)[0] == "drafts@production"
        assert len(fleet.services) + len(fleet.broken) == 2


async def test_two_consoles_of_one_store_see_that_the_other_is_here_and_gone(place: Place) -> None:
    place.write(drafts="Drafts")
    async with place.fleet() as here, place.fleet() as there:
        mara, jonas = Attendance(here, "Mara Voss"), Attendance(there, "Jonas Ek")
        mara.moved("drafts@production", "signals")
        jonas.moved("drafts@production", "evals")
        tasks = [asyncio.create_task(one.follow()) for one in (mara, jonas)]
        await until(lambda: bool(here.services[0].others) and bool(there.services[0].others))
        (other,) = here.services[0].snapshot.others
        assert (other.operator, other.feature, other.screen) == ("Jonas Ek", "drafts", "evals")
        jonas.moved("drafts@production", "signals")
        await until(lambda: [one.screen for one in here.services[0].others] == ["signals"])
        tasks[1].cancel()
        jonas.leave()
        await until(lambda: not here.services[0].others)
        tasks[0].cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def test_what_one_console_saw_another_tells_after_a_restart(
    tmp_path: Path, server: Misbehaving
) -> None:
    house = House(tmp_path, server)
    house.write()
    config = house.config
    first = Fleet(config, "", zone=UTC, changed=lambda: None)
    await first.start(arming=False)
    try:
        await until(lambda: first.services[0].snapshot.flag.state is not None)
        server.switch(on=False, by="priya")
        await first.services[0].refresh()
        await until(lambda: any(one.kind == "flag" for one in first.services[0].snapshot.happenings))
    finally:
        await first.stop()
    again = Fleet(config, "", zone=UTC, changed=lambda: None)
    await again.start(arming=False)
    try:
        await until(lambda: any(one.kind == "flag" for one in again.services[0].snapshot.happenings))
        (change,) = (one for one in again.services[0].snapshot.happenings if one.kind == "flag")
        assert "→ OFF" in change.text
    finally:
        await again.stop()


async def test_a_change_of_the_flag_is_told_of_others_and_not_of_a_kill_that_tells_of_itself(
    tmp_path: Path, server: Misbehaving
) -> None:
    house = House(tmp_path, server)
    house.write()
    fleet = Fleet(house.config, "", zone=UTC, changed=lambda: None)
    await fleet.start(arming=False)
    watched = fleet.services[0]
    name = watched.feature.name
    try:
        await until(lambda: watched.snapshot.flag.state is not None)
        await house.kill()
        await watched.refresh()
        await until(lambda: watched.snapshot.flag.state is not None and not watched.snapshot.flag.state.on)
        server.switch(on=True, by="priya")
        await watched.refresh()
        await until(lambda: bool(told(fleet, name, "flag")))
        assert [text.rpartition(" → ")[2].split()[0] for text in told(fleet, name, "flag")] == ["ON"]
        server.switch(on=False, by="priya")
        await watched.refresh()
        await until(lambda: len(told(fleet, name, "flag")) == 2)
        assert "→ OFF" in told(fleet, name, "flag")[1]
    finally:
        await fleet.stop()
        house.end_executors()
