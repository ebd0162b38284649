"""Evaluation by the OpenFeature Remote Evaluation Protocol, version 0.3, for the flag service and for the
app.

https://github.com/open-feature/protocol: service/openapi.yaml says what requests and answers look like.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable
from typing import Any

import msgspec
from starlette.requests import Request
from starlette.responses import Response

from console.demo.bucketing import Reason
from console.demo.replies import body_of, reply

Evaluate = Callable[[str, str], tuple[bool, Reason, int | None] | None]
"""(flag key, targeting key) -> (value, why, version of the rules), or None for an unknown flag."""


class BadContext(Exception):
    """The request's context cannot be evaluated.

    Attributes:
        code: the protocol's error code.
    """

    def __init__(self, code: str, details: str) -> None:
        super().__init__(details)
        self.code = code


async def evaluate_one(request: Request, evaluate: Evaluate) -> Response:
    """Answer POST /ofrep/v1/evaluate/flags/{key}."""
    key = request.path_params["key"]
    try:
        user = targeting_key(await body_of(request))
    except BadContext as error:
        return reply({"key": key, "errorCode": error.code, "errorDetails": str(error)}, 400)
    found = evaluate(key, user)
    if found is None:
        return reply(
            {"key": key, "errorCode": "FLAG_NOT_FOUND", "errorDetails": "there is no flag of this key"}, 404
        )
    return reply(_success(key, *found))


async def evaluate_all(request: Request, keys: Iterable[str], evaluate: Evaluate) -> Response:
    """Answer POST /ofrep/v1/evaluate/flags, with an ETag over everything that the answer says."""
    try:
        user = targeting_key(await body_of(request))
    except BadContext as error:
        return reply({"errorCode": error.code, "errorDetails": str(error)}, 400)
    flags = [_success(key, *found) for key in keys if (found := evaluate(key, user)) is not None]
    answer = {"flags": flags}
    etag = f'"{hashlib.sha256(msgspec.json.encode(answer)).hexdigest()[:32]}"'
    asked = {tag.strip().removeprefix("W/") for tag in request.headers.get("if-none-match", "").split(",")}
    if etag in asked or etag.strip('"') in asked:
        return Response(status_code=304, headers={"ETag": etag})
    return reply(answer, headers={"ETag": etag})


def targeting_key(body: bytes | None) -> str:
    """Whom the request is about.

    Raises:
        BadContext: with PARSE_ERROR, INVALID_CONTEXT or TARGETING_KEY_MISSING.
    """
    if body is None:
        raise BadContext("INVALID_CONTEXT", "the request is too large")
    try:
        asked: Any = msgspec.json.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        raise BadContext("PARSE_ERROR", "the request is not JSON") from None
    context = asked.get("context") if isinstance(asked, dict) else None
    if not isinstance(context, dict):
        raise BadContext("INVALID_CONTEXT", "the request needs an object named context")
    user = context.get("targetingKey")
    if user is None or user == "":
        raise BadContext("TARGETING_KEY_MISSING", "the context needs a targetingKey")
    if not isinstance(user, str):
        raise BadContext("INVALID_CONTEXT", "targetingKey must be a string")
    return user


def _success(key: str, value: bool, reason: Reason, version: int | None) -> dict[str, Any]:
    answer: dict[str, Any] = {
        "key": key,
        "value": value,
        "reason": reason.value,
        "variant": "on" if value else "off",
    }
    if version is not None:
        answer["metadata"] = {"version": version}
    return answer
