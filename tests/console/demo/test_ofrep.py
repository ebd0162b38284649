"""Evaluation by OFREP 0.3: against the protocol's own description, and by a provider that is not ours."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from openfeature.contrib.provider.ofrep import OFREPProvider
from openfeature.evaluation_context import EvaluationContext
from openfeature.exception import FlagNotFoundError, TargetingKeyMissingError
from openfeature.flag_evaluation import Reason

from console.demo.bucketing import bucket
from tests.console.demo.conftest import FLAG, Running

SPEC = Path(__file__).parents[3].parent / "shared" / "specs" / "ofrep-openapi.yaml"
ONE = "/ofrep/v1/evaluate/flags/support-drafts-ai"
ALL = "/ofrep/v1/evaluate/flags"
KEY = "support-drafts-ai"


@pytest.fixture(scope="module")
def spec() -> Any:
    if not SPEC.exists():
        pytest.skip(f"the description of OFREP 0.3 is not there: {SPEC}")
    import yaml
    from openapi_core import OpenAPI

    described = yaml.safe_load(SPEC.read_text())
    # "This schema has no `value` property", says the description of codeDefaultFlag, and does not forbid
    # one: as written, every evaluated boolean matches it too, and so fails the oneOf that both stand in.
    described["components"]["schemas"]["codeDefaultFlag"]["not"] = {"required": ["value"]}
    return OpenAPI.from_dict(described)


def user_in(low: int, high: int) -> str:
    return next(user for i in range(10_000) if low <= bucket(KEY, user := f"u-{i}") < high)


INSIDE, OUTSIDE = user_in(0, 2_500), user_in(2_500, 10_000)


class Asked:
    """A request and its answer, in the words of openapi-core."""

    def __init__(self, answer: httpx.Response, path: str) -> None:
        from openapi_core.datatypes import RequestParameters

        self.host_url = "/"
        self.full_url_pattern = path
        self.path = path
        self.method = "post"
        self.parameters = RequestParameters(header=dict(answer.request.headers))
        self.body = answer.request.content
        self.content_type = "application/json"
        self.status_code = answer.status_code
        self.data = answer.content
        self.headers = answer.headers
        self.response_type = answer.headers.get("content-type", "application/json")


class Answered:
    """The answer alone."""

    def __init__(self, asked: Asked) -> None:
        self.status_code = asked.status_code
        self.data = asked.data
        self.content_type = asked.response_type
        self.headers = asked.headers


@pytest.mark.parametrize("base", ["/flags", "/app"])
@pytest.mark.parametrize(
    ("path", "body", "status", "code"),
    [
        (ONE, '{"context": {"targetingKey": "u-1"}}', 200, None),
        (ONE, '{"context": {"targetingKey": "u-1", "tier": "pro", "n": 1}}', 200, None),
        (ONE + "-other", '{"context": {"targetingKey": "u-1"}}', 404, "FLAG_NOT_FOUND"),
        (ONE, "{", 400, "PARSE_ERROR"),
        (ONE, "\xff", 400, "PARSE_ERROR"),
        (ONE, "[]", 400, "INVALID_CONTEXT"),
        (ONE, "{}", 400, "INVALID_CONTEXT"),
        (ONE, '{"context": 1}', 400, "INVALID_CONTEXT"),
        (ONE, '{"context": {}}', 400, "TARGETING_KEY_MISSING"),
        (ONE, '{"context": {"targetingKey": 7}}', 400, "INVALID_CONTEXT"),
        (ALL, '{"context": {"targetingKey": "u-1"}}', 200, None),
        (ALL, '{"context": {}}', 400, "TARGETING_KEY_MISSING"),
        (ALL, "nonsense", 400, "PARSE_ERROR"),
    ],
)
def test_answers_are_as_the_protocol_describes_them(
    world: Running, spec: Any, base: str, path: str, body: str, status: int, code: str | None
) -> None:
    headers = {**world.token(), "Content-Type": "application/json"}
    answer = httpx.post(world.url + base + path, content=body.encode("latin-1"), headers=headers)
    assert answer.status_code == status
    asked = Asked(answer, path)
    spec.validate_response(asked, Answered(asked))
    assert answer.json().get("errorCode") == code


def test_an_answer_without_its_context_would_not_pass_the_protocols_description(
    world: Running, spec: Any
) -> None:
    from openapi_core.exceptions import OpenAPIError

    answer = world.evaluate("/flags", INSIDE)
    asked = Asked(answer, ONE)
    asked.data = b'{"value": true}'
    with pytest.raises(OpenAPIError):
        spec.validate_response(asked, Answered(asked))


def test_without_a_token_the_flag_service_evaluates_nothing(world: Running) -> None:
    for path in (ONE, ALL):
        answer = httpx.post(f"{world.url}/flags{path}", json={"context": {"targetingKey": "u-1"}})
        assert answer.status_code == 401


def test_all_flags_at_once_come_with_an_etag_and_not_again_while_nothing_changed(world: Running) -> None:
    def ask(user: str, etag: str = "") -> httpx.Response:
        headers = {**world.token(), **({"If-None-Match": etag} if etag else {})}
        return httpx.post(
            f"{world.url}/flags{ALL}", headers=headers, json={"context": {"targetingKey": user}}
        )

    first = ask(INSIDE)
    etag = first.headers["etag"]
    assert first.json()["flags"][0]["value"] is True
    again = ask(INSIDE, etag)
    assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", etag)
    assert ask(INSIDE, f'W/{etag}, "other"').status_code == 304
    assert ask(OUTSIDE, etag).status_code == 200
    world.patch(on=False, reason="", by="the test")
    try:
        assert ask(INSIDE, etag).status_code == 200
    finally:
        world.patch(on=True, reason="", by="the test")


@pytest.fixture
def provider(world: Running) -> Iterator[OFREPProvider]:
    witness = OFREPProvider(f"{world.url}/flags", headers_factory=world.token)
    yield witness
    witness.session.close()


def context(user: str) -> EvaluationContext:
    return EvaluationContext(targeting_key=user)


def test_a_provider_of_another_house_gets_values_and_reasons(world: Running, provider: OFREPProvider) -> None:
    team = world.get(FLAG).json()["users"][0]
    told = {
        user: provider.resolve_boolean_details(KEY, False, context(user)) for user in (INSIDE, OUTSIDE, team)
    }
    assert (told[INSIDE].value, told[INSIDE].reason) == (True, Reason.SPLIT)
    assert (told[OUTSIDE].value, told[OUTSIDE].reason) == (False, Reason.SPLIT)
    assert (told[team].value, told[team].reason, told[team].variant) == (True, Reason.TARGETING_MATCH, "on")


def test_a_provider_of_another_house_sees_the_flag_off(world: Running, provider: OFREPProvider) -> None:
    world.patch(on=False, reason="", by="the test")
    try:
        told = provider.resolve_boolean_details(KEY, True, context(INSIDE))
        assert (told.value, told.reason) == (False, Reason.DISABLED)
    finally:
        world.patch(on=True, reason="", by="the test")


def test_a_provider_of_another_house_understands_the_errors(provider: OFREPProvider) -> None:
    with pytest.raises(FlagNotFoundError):
        provider.resolve_boolean_details("other", False, context(INSIDE))
    with pytest.raises(TargetingKeyMissingError):
        provider.resolve_boolean_details(KEY, False, EvaluationContext(attributes={"tier": "pro"}))
