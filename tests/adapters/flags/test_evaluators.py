"""The flag as the product sees it: Unleash's frontend API and OFREP."""

from __future__ import annotations

import json
from typing import Any

import httpx
import pytest

from adapters import errors
from adapters.flags.ofrep import Ofrep
from adapters.flags.unleash_frontend import UnleashFrontend
from tests.adapters.flags.unleash_double import check_against_specification

FRONTEND = "default:production.canary-7f3e9a1c"
WHERE = "feature.evaluate of support-drafts"


class Recorder:
    """Answers every request alike."""

    def __init__(self, status: int = 200, body: Any = None) -> None:
        self.requests: list[httpx.Request] = []
        self._answer = (status, body)

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.requests.append(request)
        return httpx.Response(self._answer[0], json=self._answer[1])


@pytest.fixture(autouse=True)
def token(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FRONTEND_TEST_TOKEN", FRONTEND)


def frontend(recorder: Recorder, **options: Any) -> UnleashFrontend:
    table = {"url": "http://u.example/api/frontend", "token": "env:FRONTEND_TEST_TOKEN", "key": "drafts"}
    return UnleashFrontend({**table, **options}, WHERE, transport=httpx.MockTransport(recorder))


def ofrep(recorder: Recorder, **options: Any) -> Ofrep:
    table = {"url": "http://o.example/flags", "key": "drafts"}
    return Ofrep({**table, **options}, WHERE, transport=httpx.MockTransport(recorder))


def toggles(*names: str) -> dict[str, Any]:
    return {
        "toggles": [{"name": name, "enabled": True, "variant": {}, "impressionData": False} for name in names]
    }


@pytest.mark.parametrize(
    ("listed", "value"),
    [(("drafts", "other"), True), (("other",), False), ((), False), (("drafts2",), False)],
)
async def test_a_flag_that_unleash_does_not_list_is_off(listed: tuple[str, ...], value: bool) -> None:
    found = await frontend(Recorder(body=toggles(*listed))).evaluate({"userId": "agent-1"})
    assert (found.context, found.value, found.reason) == ("agent-1", value, None)


async def test_fields_that_unleash_does_not_know_are_sent_as_properties() -> None:
    recorder = Recorder(body=toggles())
    await frontend(recorder).evaluate({"userId": "a&b=c", "sessionId": "s", "region": "eu"})
    request = recorder.requests[0]
    assert dict(request.url.params) == {"userId": "a&b=c", "sessionId": "s", "properties[region]": "eu"}
    assert request.headers["Authorization"] == FRONTEND
    assert request.headers["Cache-Control"] == "no-cache"


async def test_the_request_is_one_that_unleash_documents() -> None:
    recorder = Recorder(body=toggles())
    await frontend(recorder).evaluate({})
    check_against_specification(recorder.requests[0])


@pytest.mark.parametrize(
    ("token", "environment", "words"),
    [
        ("*:*.canary", "production", "for the admin API"),
        ("user:canary", "production", "for the admin API"),
        ("default:development.canary", "production", "of another environment"),
    ],
)
async def test_a_token_that_would_see_every_flag_off_is_no_witness(
    monkeypatch: pytest.MonkeyPatch, token: str, environment: str, words: str
) -> None:
    monkeypatch.setenv("FRONTEND_TEST_TOKEN", token)
    recorder = Recorder(body=toggles())
    with pytest.raises(errors.Forbidden, match=words) as caught:
        await frontend(recorder, environment=environment).evaluate({"userId": "a"})
    assert not recorder.requests
    assert "canary" not in str(caught.value)


@pytest.mark.parametrize("token", [FRONTEND, "an-opaque-token-of-an-edge"])
async def test_a_token_of_this_environment_or_of_no_known_form_is_used(
    monkeypatch: pytest.MonkeyPatch, token: str
) -> None:
    monkeypatch.setenv("FRONTEND_TEST_TOKEN", token)
    assert (await frontend(Recorder(body=toggles("drafts")), environment="production").evaluate({})).value


@pytest.mark.parametrize(
    ("status", "kind", "words"),
    [
        (401, errors.BadCredentials, "does not accept the token"),
        (403, errors.Forbidden, "not of the kind that it takes"),
        (404, errors.NotFound, "no frontend API"),
    ],
)
async def test_a_frontend_that_refuses_says_what_to_change(
    status: int, kind: type[errors.AdapterError], words: str
) -> None:
    with pytest.raises(kind, match=words):
        await frontend(Recorder(status, {"message": "no"})).evaluate({"userId": "a"})


@pytest.mark.parametrize("body", [None, [], {"toggles": [{"name": "drafts"}]}, {"features": []}])
async def test_a_garbled_list_is_not_off(body: Any) -> None:
    with pytest.raises(errors.Garbage):
        await frontend(Recorder(body=body)).evaluate({"userId": "a"})


@pytest.mark.parametrize(
    ("body", "value", "reason"),
    [
        ({"key": "drafts", "value": True, "reason": "SPLIT", "variant": "on"}, True, "SPLIT"),
        ({"key": "drafts", "value": False, "reason": "DISABLED"}, False, "DISABLED"),
        ({"key": "drafts", "reason": "DISABLED"}, None, "DISABLED"),
        ({"key": "drafts", "value": True}, True, None),
    ],
)
async def test_ofrep_tells_value_and_reason_and_a_missing_value_is_the_codes_own(
    body: dict[str, Any], value: bool | None, reason: str | None
) -> None:
    found = await ofrep(Recorder(body=body)).evaluate({"targetingKey": "agent-1"})
    assert (found.context, found.value) == ("agent-1", value)
    assert (found.reason.raw if found.reason else None) == reason


@pytest.mark.parametrize("url", ["http://o.example/flags", "http://o.example/flags/ofrep/v1/"])
async def test_ofrep_is_asked_as_the_protocol_says(url: str) -> None:
    recorder = Recorder(body={"value": True})
    await ofrep(recorder, url=url, token="env:FRONTEND_TEST_TOKEN").evaluate({"userId": "a", "region": "eu"})
    request = recorder.requests[0]
    assert (request.method, str(request.url)) == (
        "POST",
        "http://o.example/flags/ofrep/v1/evaluate/flags/drafts",
    )
    assert json.loads(request.content) == {"context": {"targetingKey": "a", "userId": "a", "region": "eu"}}
    assert request.headers["Content-Type"] == "application/json"
    assert request.headers["Authorization"] == f"Bearer {FRONTEND}"


@pytest.mark.parametrize("value", ["on", 1, {"a": 1}])
async def test_a_flag_that_is_not_boolean_is_no_answer(value: Any) -> None:
    with pytest.raises(errors.Garbage, match="neither true nor false"):
        await ofrep(Recorder(body={"value": value})).evaluate({"userId": "a"})


async def test_a_context_without_a_user_is_refused_before_it_is_sent() -> None:
    recorder = Recorder(body={})
    with pytest.raises(errors.BadOptions, match="neither targetingKey nor userId"):
        await ofrep(recorder).evaluate({"region": "eu"})
    assert not recorder.requests


async def test_an_evaluation_that_fails_changed_nothing() -> None:
    body = {"key": "drafts", "errorCode": "GENERAL", "errorDetails": "broken"}
    with pytest.raises(errors.ServerFault) as caught:
        await ofrep(Recorder(500, body)).evaluate({"userId": "a"})
    assert caught.value.effect is errors.Effect.NONE
    assert caught.value.detail is not None
    assert caught.value.detail.raw == "broken"
