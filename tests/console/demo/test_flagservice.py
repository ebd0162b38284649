"""The flag service over HTTP, as an operator and an SDK use it."""

from __future__ import annotations

import json
import sqlite3
import threading
import time
from collections.abc import Callable, Iterator

import httpx
import pytest

from tests.console.demo.conftest import ENVIRONMENT, FLAG, Running


@pytest.fixture(autouse=True)
def _as_before(world: Running) -> Iterator[None]:
    yield
    before = {"on": True, "percent": 25, "users": world.get(FLAG).json()["users"]}
    assert world.patch(**before, reason="put back", by="the test").status_code == 200


def test_a_flag_tells_all_that_the_operator_wants_to_know(world: Running) -> None:
    flag = world.get(FLAG).json()
    assert flag["key"] == "support-drafts-ai"
    assert flag["environment"] == "demo"
    assert (flag["on"], flag["percent"], len(flag["users"])) == (True, 25, 8)
    assert flag["version"] >= 1
    assert flag["changed_at"].endswith("Z")
    assert {"changed_by", "reason"} <= set(flag)


def test_switching_off_leaves_percentage_and_users_and_says_who_and_why(world: Running) -> None:
    before = world.get(FLAG).json()
    answer = world.patch(on=False, reason="it fails", by="mara").json()
    after = world.get(FLAG).json()
    assert answer == after
    assert (after["on"], after["version"]) == (False, before["version"] + 1)
    assert (after["changed_by"], after["reason"]) == ("mara", "it fails")
    assert (after["percent"], after["users"]) == (before["percent"], before["users"])


def test_switching_off_twice_is_one_change(world: Running) -> None:
    first = world.patch(on=False, reason="one", by="mara").json()
    assert world.patch(on=False, reason="two", by="jonas").json() == first


def test_every_change_is_kept_in_the_database_with_its_reason(world: Running) -> None:
    world.patch(on=False, reason="kept", by="mara")
    with sqlite3.connect(world.config.parent / "flags.db") as database:
        assert database.execute("SELECT enabled FROM flags WHERE key = 'support-drafts-ai'").fetchone() == (
            0,
        )
        last = database.execute(
            "SELECT enabled, changed_by, reason FROM flag_changes ORDER BY id DESC"
        ).fetchone()
    assert last == (0, "mara", "kept")


@pytest.mark.parametrize(
    ("body", "word"),
    [
        ("{", "cannot be read"),
        ("[]", "cannot be read"),
        ('{"on": "no"}', "cannot be read"),
        ('{"percent": 101}', "cannot be read"),
        ('{"percent": NaN}', "cannot be read"),
        ('{"enabled": false}', "enabled"),
        ('{"reason": "nothing"}', "nothing to change"),
        ('{"users": ["a", 1]}', "cannot be read"),
    ],
)
def test_a_change_that_makes_no_sense_changes_nothing(world: Running, body: str, word: str) -> None:
    before = world.get(FLAG).json()
    answer = httpx.patch(world.url + FLAG, headers=world.token(), content=body)
    assert answer.status_code == 400
    assert answer.json()["error"] == "bad_request"
    assert word in answer.json()["message"]
    assert world.get(FLAG).json() == before


def test_an_enormous_request_is_refused(world: Running) -> None:
    answer = httpx.patch(world.url + FLAG, headers=world.token(), content=b'{"reason": "' + b"x" * 100_000)
    assert answer.status_code == 413


def test_a_read_token_may_look_and_not_touch(world: Running) -> None:
    reader = world.token("read")
    assert httpx.get(world.url + FLAG, headers=reader).status_code == 200
    answer = httpx.patch(world.url + FLAG, headers=reader, json={"on": False})
    assert (answer.status_code, answer.json()["error"]) == (403, "forbidden")
    rights = httpx.get(f"{world.url}{FLAG}/permissions", headers=reader).json()
    assert rights == {"write": False, "approval": False}
    assert world.get(f"{FLAG}/permissions").json() == {"write": True, "approval": False}


@pytest.mark.parametrize("headers", [{}, {"Authorization": "Bearer wrong"}, {"Authorization": "Basic x"}])
@pytest.mark.parametrize(
    "path", [FLAG, f"{FLAG}/permissions", f"{ENVIRONMENT}/flags", f"{ENVIRONMENT}/stream"]
)
def test_without_a_token_nobody_learns_anything(world: Running, headers: dict[str, str], path: str) -> None:
    answer = httpx.get(world.url + path, headers=headers)
    assert (answer.status_code, answer.json()["error"]) == (401, "unauthorized")


@pytest.mark.parametrize(
    "path",
    [
        f"{ENVIRONMENT}/flags/other",
        "/flags/v1/environments/production/flags/support-drafts-ai",
        "/flags/v1/environments/production/flags",
        "/flags/v1/environments/production/stream",
        f"{ENVIRONMENT}/flags/other/permissions",
    ],
)
def test_an_unknown_flag_or_environment_is_not_found(world: Running, path: str) -> None:
    assert (world.get(path).status_code, world.get(path).json()["error"]) == (404, "not_found")


def listen(world: Running, then: Callable[[], object]) -> dict[str, object]:
    """The first change that the stream tells of after `then` was done."""
    with (
        httpx.Client(timeout=5) as client,
        client.stream("GET", f"{world.url}{ENVIRONMENT}/stream", headers=world.token()) as stream,
    ):
        assert stream.headers["content-type"].startswith("text/event-stream")
        lines = stream.iter_lines()
        while next(lines) != ": connected":
            pass
        threading.Thread(target=then).start()
        while next(lines) != "event: change":
            pass
        while not (line := next(lines)).startswith("data:"):
            pass
        return dict(json.loads(line[5:]))


def test_the_stream_tells_of_a_change(world: Running) -> None:
    version = world.get(FLAG).json()["version"]
    change = listen(world, lambda: world.patch(on=False, reason="", by="mara"))
    assert change == {"key": "support-drafts-ai", "version": version + 1}


def test_the_stream_tells_of_a_row_changed_by_hand_in_the_database(world: Running) -> None:
    def by_hand() -> None:
        with sqlite3.connect(world.config.parent / "flags.db", timeout=5) as database:
            database.execute("UPDATE flags SET enabled = 0, version = version + 1")

    change = listen(world, by_hand)
    assert change["key"] == "support-drafts-ai"
    assert world.get(FLAG).json()["on"] is False


def test_ten_operators_at_once_make_one_change(world: Running) -> None:
    before = world.get(FLAG).json()["version"]
    threads = [
        threading.Thread(target=lambda i=i: world.patch(on=False, reason=str(i), by=f"op-{i}"))
        for i in range(10)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert world.get(FLAG).json()["version"] == before + 1


def test_the_app_follows_the_flag_within_a_second(world: Running) -> None:
    user = world.get(FLAG).json()["users"][0]
    assert world.evaluate("/app", user).json()["value"] is True
    world.patch(on=False, reason="", by="mara")
    deadline = time.monotonic() + 1.0
    while world.evaluate("/app", user).json()["value"]:
        assert time.monotonic() < deadline
    assert "temporarily unavailable" in httpx.get(f"{world.url}/app/probe").text
