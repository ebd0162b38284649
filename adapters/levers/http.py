"""An HTTP endpoint as a lever: a flag trigger, or an admin route of the product's own.

The address may itself be the secret, as that of a flag trigger is: then it is a reference (``env:NAME``,
``file:PATH``), and stands on screens and in messages by that name. Requests follow the one HTTP policy of
`adapters.http`: 3 s to connect, 5 s in all, no redirects, no retries.
"""

from __future__ import annotations

import shlex
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Literal

import msgspec

from adapters.errors import AdapterError, BadOptions, Effect, Refused
from adapters.flags.port import ArmingCheck, Receipt, RequestSketch
from adapters.http import Credential, Http
from adapters.options import Reference, base_url, decode
from adapters.redaction import remember
from adapters.secrets import Secret
from adapters.trust import NO_TRUST, Trust

if TYPE_CHECKING:
    import httpx

    from adapters.exchange import Answer

ANY_STATUS = range(100, 600)
_REFERENCES = ("env:", "file:", "cmd:")


class Request(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """One request, as a table.

    Attributes:
        url: address, or a reference to it where it is a secret.
        method: of the request.
        body: sent as JSON.
        expect_status: the status that says yes.
        expect_body: text that must stand in the answer.
    """

    url: str
    method: Literal["GET", "POST", "PUT", "PATCH", "DELETE"] = "POST"
    body: dict[str, Any] | None = None
    expect_status: int = 200
    expect_body: str = ""


class Options(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """An HTTP endpoint: a flag trigger, or an admin route of your own that forces the fallback.

    Attributes:
        url: address, or a reference to it where the address is a secret: `env:NAME`, `file:PATH`.
        method: `GET`, `POST`, `PUT`, `PATCH` or `DELETE`.
        body: sent as JSON.
        expect_status: the status that accepts the kill.
        expect_body: text that must stand in the answer.
        token: sent with every request, where one is wanted.
        header: the header that the token stands in.
        prefix: what stands before the token there.
        check: a request that tells whether the killed state holds: `{ url, method, expect_status,
            expect_body }`; GET where no method is named. Another answer than the expected one says no.
        arm: a harmless request that proves that `url` would work, written as `check` is.
        undo: a request that takes it back, written as `check` is; POST where no method is named.
        proof: what confirms it; by default `check`, where there is one. Without any the lever can be pulled
            and never confirmed.
        key: taken and not used.
        environment: taken and not used.
    """

    url: str
    method: Literal["GET", "POST", "PUT", "PATCH", "DELETE"] = "POST"
    body: dict[str, Any] | None = None
    expect_status: int = 200
    expect_body: str = ""
    token: Reference | None = None
    header: str = "Authorization"
    prefix: str = "Bearer "
    check: dict[str, Any] | None = None
    arm: dict[str, Any] | None = None
    undo: dict[str, Any] | None = None
    proof: Literal["check", "evaluation", "traffic"] | None = None
    key: str = ""
    environment: str = ""


class HttpLever:
    """One endpoint that kills.

    Args:
        options: see `Options`.
        where: the table as the user wrote it.
        trust: what the configuration file may make the console do.
        transport: for tests.

    Raises:
        BadOptions: the table cannot be used.
    """

    def __init__(
        self,
        options: Mapping[str, Any],
        where: str,
        *,
        trust: Trust = NO_TRUST,
        transport: httpx.AsyncBaseTransport | None = None,
    ) -> None:
        chosen = decode(Options, options, where=where)
        self._chosen = chosen
        self._token = None if chosen.token is None else Secret(chosen.token, where=where, trust=trust)
        if not chosen.header.isascii() or not chosen.header.replace("-", "").isalnum():
            raise BadOptions("`header` is no header's name", where=where, todo="Write it like X-Api-Key.")
        pull = Request(
            url=chosen.url,
            method=chosen.method,
            body=chosen.body,
            expect_status=chosen.expect_status,
            expect_body=chosen.expect_body,
        )
        self._pull = self._endpoint("url", pull, where, trust, transport)
        self._check = self._table("check", chosen.check, "GET", where, trust, transport)
        self._arm = self._table("arm", chosen.arm, "GET", where, trust, transport)
        self._undo = self._table("undo", chosen.undo, "POST", where, trust, transport)
        if chosen.proof == "check" and self._check is None:
            raise BadOptions(
                '`proof` is "check", and there is no `check`',
                where=where,
                todo="Add the request that tells whether it holds, or take another proof.",
            )
        if self._arm is not None and (self._arm.shown, self._arm.method) == (
            self._pull.shown,
            self._pull.method,
        ):
            raise BadOptions(
                "`arm` is the request that kills", where=where, todo="Name one that changes nothing."
            )

    @property
    def label(self) -> str:
        """How a person names it."""
        return "http"

    @property
    def does(self) -> str:
        """Method and address."""
        return f"{self._pull.method} {self._pull.shown}"

    @property
    def undoable(self) -> bool:
        """Whether there is an `undo` request."""
        return self._undo is not None

    async def pull(self, *, reason: str, operator: str) -> Receipt:
        """Send the request. Reason and operator are not handed over: the body is the configuration's.

        Raises:
            Refused: another answer than the expected one; what it did is not known.
            AdapterError: any other failure.
        """
        return await self._pull.send()

    async def undo(self, *, reason: str, operator: str) -> Receipt:
        """Send the `undo` request.

        Raises:
            BadOptions: there is none.
            AdapterError: as `pull`.
        """
        if self._undo is None:
            raise BadOptions("there is no `undo`", where=self._pull.where, todo="Take it back by hand.")
        return await self._undo.send()

    async def holds(self) -> bool | None:
        """Whether `check` is answered as expected; None without one.

        Raises:
            AdapterError: it was not answered, or by a server that fails (status 500 and above).
        """
        return None if self._check is None else await self._check.holds()

    async def arm(self) -> tuple[ArmingCheck, ...]:
        """Resolve every secret, and ask `arm`, which must change nothing."""
        checks: list[ArmingCheck] = []
        try:
            for endpoint in filter(None, (self._pull, self._check, self._arm)):
                await endpoint.resolve()
        except AdapterError as error:
            checks.append(ArmingCheck("configured", False, error.what, error.todo))
        else:
            checks.append(ArmingCheck("configured", True, "addresses and secrets resolve"))
        name = "would work"
        if self._arm is None:
            text, todo = (
                "no `arm` request proves it",
                "Add one that asks the same server and changes nothing.",
            )
            return (*checks, ArmingCheck(name, None, text, todo))
        try:
            proven = await self._arm.holds()
        except AdapterError as error:
            return (*checks, ArmingCheck(name, False, f"the `arm` request {error.what}", error.todo))
        text = "answered as expected" if proven else "was not answered as expected"
        todo = "" if proven else f"Send it by hand: {self._arm.command}"
        return (*checks, ArmingCheck(name, proven, f"the `arm` request {text}", todo))

    def sketches(self) -> tuple[RequestSketch, ...]:
        """Say the requests as curl commands."""
        found = [RequestSketch("kill by the endpoint", self._pull.command)]
        if self._check is not None:
            found.append(RequestSketch(f"see whether it holds: {self._check.expected}", self._check.command))
        return tuple(found)

    def undo_sketches(self) -> tuple[RequestSketch, ...]:
        """Say the `undo` request as a curl command."""
        return () if self._undo is None else (RequestSketch("undo it", self._undo.command),)

    async def aclose(self) -> None:
        """Let go of connections."""
        for endpoint in filter(None, (self._pull, self._check, self._arm, self._undo)):
            await endpoint.aclose()

    def _table(
        self,
        name: str,
        table: dict[str, Any] | None,
        method: str,
        where: str,
        trust: Trust,
        transport: httpx.AsyncBaseTransport | None,
    ) -> Endpoint | None:
        if table is None:
            return None
        place = f"{name} of {where}"
        request = decode(Request, {"method": method, **table}, where=place)
        return self._endpoint(f"{name}.url", request, where, trust, transport)

    def _endpoint(
        self,
        key: str,
        request: Request,
        where: str,
        trust: Trust,
        transport: httpx.AsyncBaseTransport | None,
    ) -> Endpoint:
        credential = None
        if self._token is not None:
            credential = Credential(self._token, header=self._chosen.header, prefix=self._chosen.prefix)
        return Endpoint(key, request, where, credential, trust=trust, transport=transport)


class Endpoint:
    """One request that can be sent again and again.

    Attributes:
        shown: its address, or the name of the secret that it is.
    """

    def __init__(
        self,
        key: str,
        request: Request,
        where: str,
        credential: Credential | None,
        *,
        trust: Trust,
        transport: httpx.AsyncBaseTransport | None,
    ) -> None:
        if not 100 <= request.expect_status <= 599:
            raise BadOptions(
                f"`{key.removesuffix('url')}expect_status` is no HTTP status", where=where, todo="100 to 599."
            )
        self._request = request
        self._key = key
        self._table = where
        self._credential = credential
        self._transport = transport
        self._secret: Secret | None = None
        if request.url.startswith(_REFERENCES):
            self._secret = Secret(request.url, where=where, key=key, trust=trust)
            self.shown = self._secret.shell
        else:
            self.shown = base_url(request.url, where=where, key=key)
        self.where = f"http at {self.shown}"
        self._http: Http | None = None

    @property
    def method(self) -> str:
        """GET, POST, ..."""
        return self._request.method

    @property
    def expected(self) -> str:
        """The answer that says yes, in words."""
        status = f"status {self._request.expect_status}"
        return f"{status} and {self._request.expect_body!r}" if self._request.expect_body else status

    @property
    def command(self) -> str:
        """As a person would send it."""
        parts = ["curl -sS -i -m 5", f"-X {self.method}"]
        if self._credential is not None:
            header = f"{self._credential.header}: {self._credential.prefix}{self._credential.secret.shell}"
            parts.append(f'-H "{header}"')
        if self._request.body is not None:
            body = msgspec.json.encode(self._request.body).decode()
            parts.append(f"-H 'Content-Type: application/json' -d {shlex.quote(body)}")
        parts.append(f'"{self.shown}"' if self._secret is not None else shlex.quote(self.shown))
        return " ".join(parts)

    async def resolve(self) -> Http:
        """Have everything that the request needs.

        Raises:
            SecretMissing: a reference leads to nothing.
            BadOptions: what it leads to is no address.
        """
        if self._credential is not None:
            await self._credential.resolve()
        if self._http is not None:
            return self._http
        url = self.shown
        if self._secret is not None:
            found = await self._secret.reveal()
            remember(found)
            try:
                url = base_url(found, where=self._table, key=self._key)
            except BadOptions as error:
                what = f"`{self._key}` leads to no address that can be used"
                raise BadOptions(what, where=self._table, todo=error.todo) from None
        credentials = () if self._credential is None else (self._credential,)
        http = Http("http", url, credentials=credentials, transport=self._transport)
        http.where = self.where
        if self._secret is None:
            # A secret may be another one tomorrow.
            self._http = http
        return http

    async def send(self) -> Receipt:
        """Send it; another answer than the expected one is refused.

        Raises:
            AdapterError: it was not accepted.
        """
        expected = self._request.expect_status
        answer = await self._ask((expected,), changes=True)
        if answer.status != expected or self._request.expect_body not in answer.text.raw:
            raise Refused(
                f"answered {answer.status}, and not as expected ({self.expected})",
                where=self.where,
                todo="See whether it holds; it may have done a part of its work.",
                detail=answer.text,
                effect=Effect.UNKNOWN,
            )
        return Receipt(said=answer.text)

    async def holds(self) -> bool:
        """Whether it is answered as expected.

        Raises:
            AdapterError: nobody answered, or a server that fails.
        """
        answer = await self._ask(range(100, 500), changes=False)
        return answer.status == self._request.expect_status and self._request.expect_body in answer.text.raw

    async def aclose(self) -> None:
        """Let go of connections."""
        if self._http is not None:
            await self._http.aclose()

    async def _ask(self, ok: range | tuple[int, ...], *, changes: bool) -> Answer:
        http = await self.resolve()
        try:
            return await http.request(self.method, json=self._request.body, ok=ok, changes=changes)
        finally:
            if http is not self._http:
                await http.aclose()
