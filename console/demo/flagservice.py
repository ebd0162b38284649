"""The homegrown flag service over HTTP: admin API, change stream, and evaluation. docs/flag-service.md."""

from __future__ import annotations

import asyncio
import hmac
from collections.abc import AsyncIterator, Callable
from typing import Annotated

import msgspec
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.routing import BaseRoute, Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from console.demo.bucketing import Reason, decide
from console.demo.flagstore import Flag, FlagStore
from console.demo.ofrep import evaluate_all, evaluate_one
from console.demo.replies import body_of, problem, reply

HEARTBEAT = 10.0
"""Real seconds between comments on a silent change stream."""
LOOK = 0.25
"""Real seconds between looks for changes that somebody else made in the SQLite file."""


class Patch(msgspec.Struct, forbid_unknown_fields=True):
    """The body of a change."""

    on: bool | None = None
    percent: Annotated[float, msgspec.Meta(ge=0, le=100)] | None = None
    users: (
        Annotated[list[Annotated[str, msgspec.Meta(max_length=200)]], msgspec.Meta(max_length=10_000)] | None
    ) = None
    reason: Annotated[str, msgspec.Meta(max_length=2_000)] = ""
    by: Annotated[str, msgspec.Meta(max_length=200)] = ""


class FlagService:
    """The service's routes, and what they share.

    Args:
        admin_token, read_token: what callers must show; the second may not write.
        environment: the one that evaluation is for.
    """

    def __init__(self, store: FlagStore, *, admin_token: str, read_token: str, environment: str) -> None:
        self._store = store
        self._admin = admin_token
        self._read = read_token
        self._environment = environment
        self._listeners: set[asyncio.Queue[Flag]] = set()
        self._seen = {(flag.environment, flag.key): flag for flag in self._everything()}

    def routes(self) -> list[BaseRoute]:
        """To be mounted where the service lives."""
        place = "/v1/environments/{environment}"
        return [
            Route(place + "/flags", self._list, methods=["GET"]),
            Route(place + "/flags/{key}", self._get, methods=["GET"]),
            Route(place + "/flags/{key}", self._patch, methods=["PATCH"]),
            Route(place + "/flags/{key}/permissions", self._permissions, methods=["GET"]),
            Route(place + "/stream", self._stream, methods=["GET"]),
            Route("/ofrep/v1/evaluate/flags", self._evaluate_all, methods=["POST"]),
            Route("/ofrep/v1/evaluate/flags/{key}", self._evaluate_one, methods=["POST"]),
        ]

    async def watch(self) -> None:
        """Tell listeners about changes made past this service, in its SQLite file. Runs for ever."""
        version = self._store.version_of_file()
        while True:
            await asyncio.sleep(LOOK)
            if (now := self._store.version_of_file()) != version:
                version = now
                self._tell()

    async def _list(self, request: Request) -> Response:
        if (refusal := self._refusal(request, write=False)) is not None:
            return refusal
        environment = request.path_params["environment"]
        if environment not in self._store.environments():
            return problem(404, "not_found", "there is no such environment")
        return reply({"flags": self._store.all(environment)})

    async def _get(self, request: Request) -> Response:
        if (refusal := self._refusal(request, write=False)) is not None:
            return refusal
        flag = self._store.get(request.path_params["environment"], request.path_params["key"])
        return _no_flag() if flag is None else reply(flag, headers={"Cache-Control": "no-store"})

    async def _patch(self, request: Request) -> Response:
        if (refusal := self._refusal(request, write=True)) is not None:
            return refusal
        body = await body_of(request)
        if body is None:
            return problem(413, "too_large", "the request is too large")
        try:
            patch = msgspec.json.decode(body, type=Patch)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
            return problem(400, "bad_request", f"the change cannot be read: {error}")
        if patch.on is None and patch.percent is None and patch.users is None:
            return problem(400, "bad_request", "nothing to change: give on, percent or users")
        flag, changed = self._store.change(
            request.path_params["environment"],
            request.path_params["key"],
            on=patch.on,
            percent=patch.percent,
            users=None if patch.users is None else tuple(patch.users),
            by=patch.by,
            reason=patch.reason,
        )
        if changed:
            self._tell()
        return _no_flag() if flag is None else reply(flag)

    async def _permissions(self, request: Request) -> Response:
        if (refusal := self._refusal(request, write=False)) is not None:
            return refusal
        if self._store.get(request.path_params["environment"], request.path_params["key"]) is None:
            return _no_flag()
        return reply({"write": self._may_write(request), "approval": False})

    async def _stream(self, request: Request) -> Response:
        if (refusal := self._refusal(request, write=False)) is not None:
            return refusal
        environment = request.path_params["environment"]
        if environment not in self._store.environments():
            return problem(404, "not_found", "there is no such environment")
        return StreamingResponse(
            self._changes(environment), media_type="text/event-stream", headers={"Cache-Control": "no-store"}
        )

    async def _evaluate_one(self, request: Request) -> Response:
        return self._refusal(request, write=False) or await evaluate_one(request, self._evaluate)

    async def _evaluate_all(self, request: Request) -> Response:
        keys = [flag.key for flag in self._store.all(self._environment)]
        return self._refusal(request, write=False) or await evaluate_all(request, keys, self._evaluate)

    def _evaluate(self, key: str, user: str) -> tuple[bool, Reason, int | None] | None:
        flag = self._store.get(self._environment, key)
        return None if flag is None else (*decide(flag.rules, user), flag.version)

    async def _changes(self, environment: str) -> AsyncIterator[bytes]:
        queue: asyncio.Queue[Flag] = asyncio.Queue()
        self._listeners.add(queue)
        try:
            yield b"retry: 1000\n: connected\n\n"
            while True:
                try:
                    async with asyncio.timeout(HEARTBEAT):
                        flag = await queue.get()
                except TimeoutError:
                    yield b": alive\n\n"
                    continue
                if flag.environment == environment:
                    data = msgspec.json.encode({"key": flag.key, "version": flag.version})
                    yield b"event: change\nid: %d\ndata: %s\n\n" % (flag.version, data)
        finally:
            self._listeners.discard(queue)

    def _tell(self) -> None:
        now = {(flag.environment, flag.key): flag for flag in self._everything()}
        changed = [flag for place, flag in now.items() if self._seen.get(place) != flag]
        self._seen = now
        for queue in self._listeners:
            for flag in changed:
                queue.put_nowait(flag)

    def _everything(self) -> list[Flag]:
        return [flag for environment in self._store.environments() for flag in self._store.all(environment)]

    def _refusal(self, request: Request, *, write: bool) -> Response | None:
        token = bearer(request)
        if not any(
            hmac.compare_digest(token.encode(), known.encode()) for known in (self._admin, self._read)
        ):
            return problem(401, "unauthorized", "show a token of this service as Authorization: Bearer TOKEN")
        if write and not self._may_write(request):
            return problem(403, "forbidden", "this token may read and not write")
        return None

    def _may_write(self, request: Request) -> bool:
        return hmac.compare_digest(bearer(request).encode(), self._admin.encode())


class Silence:
    """Puts a switch before a service: while it does not answer, connections are accepted and nothing comes
    back.

    Answers that have begun, such as a change stream, stop where they are, and go on once it answers again.

    Args:
        answers: whether the service answers now.
    """

    LOOK = 0.1
    """Real seconds between looks whether it answers again."""

    def __init__(self, app: ASGIApp, answers: Callable[[], bool]) -> None:
        self._app = app
        self._answers = answers

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def send_when_up(message: Message) -> None:
            await self._until_up()
            await send(message)

        await self._until_up()
        await self._app(scope, receive, send_when_up)

    async def _until_up(self) -> None:
        while not self._answers():  # noqa: ASYNC110 - what it asks is computed, and tells nobody
            await asyncio.sleep(self.LOOK)


def bearer(request: Request) -> str:
    """The bearer token of a request, or ""."""
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    return token.strip() if scheme.lower() == "bearer" else ""


def _no_flag() -> Response:
    return problem(404, "not_found", "there is no such flag in this environment")
