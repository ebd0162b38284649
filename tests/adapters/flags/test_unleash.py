"""The Unleash provider reads truly, switches absolutely, and says beforehand whether it may."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest

from adapters import errors
from adapters.errors import AdapterError, Effect
from adapters.flags.port import ArmingCheck
from adapters.flags.unleash import Unleash
from tests.adapters.flags.unleash_double import (
    ENTERPRISE,
    FLAG,
    NOW,
    TOKEN,
    UnleashDouble,
    check_against_specification,
)

OFF = f"{FLAG}/environments/production/off"


class Pauses:
    """A pause that does not last, and lets the test change things meanwhile."""

    def __init__(self, server: UnleashDouble) -> None:
        self.server = server
        self.seconds: list[float] = []

    async def __call__(self, seconds: float) -> None:
        self.seconds.append(seconds)
        if len(self.seconds) == 3:
            self.server.switch("/off")


@pytest.fixture
def server() -> UnleashDouble:
    return UnleashDouble()


@pytest.fixture
async def flag(server: UnleashDouble, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Unleash]:
    monkeypatch.setenv("UNLEASH_TEST_TOKEN", TOKEN)
    provider = make(server)
    yield provider
    await provider.aclose()


def make(server: UnleashDouble, **options: Any) -> Unleash:
    table = {
        "url": "http://unleash.example:4242",
        "token": "env:UNLEASH_TEST_TOKEN",
        "key": "support-drafts-ai",
        "environment": "production",
        **options,
    }
    return Unleash(
        table,
        "feature.flag of support-drafts",
        transport=server.transport,
        now=lambda: NOW,
        pause=Pauses(server),
    )


async def switch(flag: Unleash, on: bool = False) -> str:
    return (await flag.switch(on, reason="schema failures", operator="mara")).said.raw


async def refused(flag: Unleash) -> AdapterError:
    with pytest.raises(AdapterError) as caught:
        await switch(flag)
    assert TOKEN not in f"{caught.value}{caught.value.detail!r}"
    return caught.value


async def armed(flag: Unleash) -> dict[str, ArmingCheck]:
    checks = {check.name: check for check in await flag.arm()}
    assert all(check.todo for check in checks.values() if check.holds is False)
    return checks


async def test_reading_tells_state_share_last_change_and_by_whom(flag: Unleash) -> None:
    state = await flag.read()
    assert (state.key, state.environment, state.on, state.percent, state.rules) == (
        "support-drafts-ai",
        "production",
        True,
        25.0,
        (),
    )
    assert state.version == "7", "a change in another environment is none of this one"
    assert state.changed_by is not None
    assert state.changed_by.raw == "jonas"
    assert state.changed_at == datetime(2026, 11, 22, 2, 58, 0, 545000, tzinfo=UTC)
    assert state.read_at == NOW


async def test_switching_off_holds_and_moves_the_version(flag: Unleash) -> None:
    before = await flag.read()
    assert await switch(flag) == "HTTP 200"
    after = await flag.read()
    assert not after.on
    assert after.percent == 25.0, "the rules stay as they were"
    assert after.version != before.version
    await switch(flag)
    assert (await flag.read()).version == after.version, "a second kill changes nothing"


async def test_every_request_is_one_that_unleash_documents(flag: Unleash, server: UnleashDouble) -> None:
    await flag.read()
    await flag.arm()
    await switch(flag, on=False)
    await switch(flag, on=True)
    assert {request.method for request in server.requests} == {"GET", "POST"}
    for request in server.requests:
        assert request.headers["Authorization"] == TOKEN
        if request.url.path != ENTERPRISE:
            check_against_specification(request)


@pytest.mark.requirement(14)
async def test_arming_only_reads(flag: Unleash, server: UnleashDouble) -> None:
    checks = await armed(flag)
    assert [check.holds for check in checks.values()] == [True] * 6
    assert list(checks) == [
        "reachable",
        "token valid",
        "may write",
        "key resolves",
        "no approval gate",
        "clock",
    ]
    assert {request.method for request in server.requests} == {"GET"}


@pytest.mark.parametrize(
    ("right", "holds"),
    [
        ({"permission": "ADMIN"}, True),
        (
            {"permission": "UPDATE_FEATURE_ENVIRONMENT", "project": "default", "environment": "production"},
            True,
        ),
        ({"permission": "UPDATE_FEATURE_ENVIRONMENT", "project": "*"}, True),
        (
            {"permission": "UPDATE_FEATURE_ENVIRONMENT", "project": "default", "environment": "development"},
            False,
        ),
        (
            {"permission": "UPDATE_FEATURE_ENVIRONMENT", "project": "other", "environment": "production"},
            False,
        ),
        ({"permission": "UPDATE_FEATURE", "project": "default"}, False),
    ],
)
@pytest.mark.requirement(13)
async def test_the_right_to_write_is_judged_for_this_project_and_environment(
    flag: Unleash, server: UnleashDouble, right: dict[str, str], holds: bool
) -> None:
    server.permissions = [right]
    assert (await armed(flag))["may write"].holds is holds


CONFIG = [
    {"environment": "development", "changeRequestEnabled": False},
    {"environment": "production", "changeRequestEnabled": True},
]
WRITE = {"permission": "UPDATE_FEATURE_ENVIRONMENT"}


@pytest.mark.parametrize(
    ("rights", "answer", "holds"),
    [
        ([WRITE], httpx.Response(404), True),
        ([WRITE], httpx.Response(200, json=CONFIG[:1]), None),
        ([WRITE], httpx.Response(200, json=CONFIG), False),
        ([WRITE], httpx.Response(200, json={"strange": 1}), None),
        ([WRITE], httpx.Response(403), None),
        ([WRITE, {"permission": "SKIP_CHANGE_REQUEST"}], httpx.Response(200, json=CONFIG), True),
        ([{"permission": "ADMIN"}], httpx.Response(403), True),
    ],
)
@pytest.mark.requirement(12)
@pytest.mark.requirement(13)
async def test_change_requests_are_seen_beforehand(
    flag: Unleash, server: UnleashDouble, rights: list[dict[str, str]], answer: httpx.Response, holds: bool
) -> None:
    server.permissions = rights
    server.answers[ENTERPRISE] = answer
    assert (await armed(flag))["no approval gate"].holds is holds


@pytest.mark.requirement(13)
async def test_a_renamed_flag_a_wrong_environment_and_an_archived_flag_do_not_resolve(
    flag: Unleash, server: UnleashDouble
) -> None:
    renamed = make(server, key="renamed")
    checks = await armed(renamed)
    assert checks["token valid"].holds is True
    assert checks["key resolves"].text == "there is no live flag renamed in project default"
    elsewhere = await armed(make(server, environment="prod"))
    assert elsewhere["key resolves"].text == "the flag support-drafts-ai has no environment prod"
    server.answers[FLAG] = httpx.Response(200, json={**server.flag(), "archived": True})
    assert (await armed(flag))["key resolves"].text == "the flag support-drafts-ai is archived"


async def test_flags_that_go_off_with_it_are_told(flag: Unleash, server: UnleashDouble) -> None:
    server.children = ["a", "b"]
    assert "2 flags that depend on it" in (await armed(flag))["key resolves"].text


@pytest.mark.requirement(13)
async def test_a_refused_or_missing_token_is_not_armed(
    server: UnleashDouble, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("UNLEASH_TEST_TOKEN", "user:revoked")
    checks = await armed(make(server))
    assert (checks["reachable"].holds, checks["token valid"].holds) == (True, False)
    assert checks["may write"].holds is None
    monkeypatch.delenv("UNLEASH_TEST_TOKEN")
    checks = await armed(make(server))
    assert (checks["reachable"].holds, checks["token valid"].holds) == (None, False)
    assert "env:UNLEASH_TEST_TOKEN is not set" in checks["token valid"].text


async def test_a_server_that_is_down_is_not_reachable(flag: Unleash, server: UnleashDouble) -> None:
    server.answers["/api/admin/user"] = httpx.Response(502, text="<html>bad gateway</html>")
    checks = await armed(flag)
    assert checks["reachable"].holds is False
    assert checks["token valid"].holds is None


@pytest.mark.parametrize(("seconds", "holds"), [(2, True), (-29, True), (300, False), (-4000, False)])
@pytest.mark.requirement(13)
async def test_clocks_that_differ_are_told(
    flag: Unleash, server: UnleashDouble, seconds: int, holds: bool
) -> None:
    flag._now = lambda: NOW - timedelta(seconds=seconds)
    check = (await armed(flag))["clock"]
    assert check.holds is holds
    assert f"{seconds:+d} s" in check.text


SKIP = (
    "You don't have the required permissions to perform this operation. To perform this action, you need "
    'the "SKIP_CHANGE_REQUEST" permission.'
)


@pytest.mark.parametrize(
    ("status", "words", "kind", "says", "effect"),
    [
        (403, SKIP, errors.NeedsApproval, "change requests are on in production", Effect.NONE),
        (
            403,
            'you need the "UPDATE_FEATURE_ENVIRONMENT" permission',
            errors.Forbidden,
            "may not switch",
            Effect.NONE,
        ),
        (
            403,
            "invalid token: expected a different token type for this endpoint",
            errors.Forbidden,
            "SDKs",
            Effect.NONE,
        ),
        (503, "Unleash is currently in maintenance mode.", errors.ServerFault, "maintenance", Effect.NONE),
        (503, "overloaded", errors.ServerFault, "failed on its side (503)", Effect.UNKNOWN),
        (400, "Cannot perform this operation on archived features", errors.Refused, "(400)", Effect.NONE),
    ],
)
@pytest.mark.requirement(12)
async def test_each_refusal_of_unleash_is_put_in_its_own_sentence(
    flag: Unleash,
    server: UnleashDouble,
    status: int,
    words: str,
    kind: type[AdapterError],
    says: str,
    effect: Effect,
) -> None:
    server.answers[OFF] = httpx.Response(status, json={"message": words})
    error = await refused(flag)
    assert type(error) is kind
    assert says in error.what
    assert error.effect is effect
    assert error.detail is not None
    assert error.detail.raw == words


async def test_the_state_is_told_even_where_the_event_log_is_not(
    flag: Unleash, server: UnleashDouble
) -> None:
    server.answers["/api/admin/search/events"] = httpx.Response(403, json={"message": "no"})
    state = await flag.read()
    assert state.on
    assert (state.version, state.changed_at, state.changed_by) == (None, None, None)


async def test_an_older_unleash_tells_the_version_by_its_older_list(
    flag: Unleash, server: UnleashDouble
) -> None:
    server.answers["/api/admin/search/events"] = httpx.Response(404)
    listed = {"version": 1, "toggleName": "x", "events": [server.event(3, None, "a")]}
    server.answers["/api/admin/events/support-drafts-ai"] = httpx.Response(200, json=listed)
    assert (await flag.read()).version == "3"


@pytest.mark.parametrize(
    "body", [b"", b"<html>", b"[]", b'{"name":"x"}', b'{"name":"x","environments":[{}]}']
)
async def test_a_garbled_flag_is_no_state(flag: Unleash, server: UnleashDouble, body: bytes) -> None:
    server.answers[FLAG] = httpx.Response(200, content=body)
    with pytest.raises(errors.Garbage):
        await flag.read()


async def test_hostile_names_from_unleash_stay_untrusted(flag: Unleash, server: UnleashDouble) -> None:
    server.events = [server.event(7, "production", "\x1b[2J[/]")]
    server.strategies = [{"name": "\x1b]52;c;x\x07", "parameters": {"[@click=app.kill]": "1"}}]
    state = await flag.read()
    assert state.changed_by is not None
    assert state.changed_by.raw == "\x1b[2J[/]"
    with pytest.raises(TypeError, match="untrusted"):
        str(state.rules[0])


async def test_a_change_by_anybody_is_noticed_within_a_look(flag: Unleash, server: UnleashDouble) -> None:
    pauses = flag._pause
    assert isinstance(pauses, Pauses)
    changes = flag.changes()
    await anext(changes)
    assert pauses.seconds == []
    await anext(changes)
    assert len(pauses.seconds) == 3
    assert all(1.6 <= seconds <= 2.4 for seconds in pauses.seconds)
    assert not server.on


async def test_the_card_has_the_exact_requests_and_no_secret(flag: Unleash, server: UnleashDouble) -> None:
    send, read = flag.sketches(False)
    await switch(flag)
    request = server.requests[-1]
    assert f"-X {request.method}" in send.command
    assert str(request.url) in send.command
    assert '"Authorization: $UNLEASH_TEST_TOKEN"' in send.command
    assert read.what == 'read it back, and look for "enabled":false'
    assert TOKEN not in f"{send.command}{read.command}"
    assert flag.sketches(True)[0].command.endswith("/on")


async def test_the_address_of_the_api_will_do_as_well(server: UnleashDouble, flag: Unleash) -> None:
    for url in (
        "http://unleash.example:4242/",
        "http://unleash.example:4242/api",
        "http://u.example/api/admin/",
    ):
        assert (await make(server, url=url).read()).on


async def test_a_key_with_a_slash_stays_a_key(server: UnleashDouble, flag: Unleash) -> None:
    with pytest.raises(errors.NotFound):
        await make(server, key="../../user").read()
    assert all(request.url.raw_path.count(b"/user") == 0 for request in server.requests)
