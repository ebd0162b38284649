"""A flag as an OFREP 0.3 service evaluates it for one user (OpenFeature Remote Evaluation Protocol).

OFREP can evaluate and nothing else, so this is a witness and no lever. A value that is left out means that
the code's own default applies (evaluationSuccess in the protocol's OpenAPI document).
"""

from __future__ import annotations

import shlex
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import msgspec

from adapters.errors import BadOptions, Effect
from adapters.faults import garbage
from adapters.flags.context import named
from adapters.flags.port import Evaluation, RequestSketch
from adapters.http import Credential, Http, segments
from adapters.options import Reference, base_url, decode
from adapters.secrets import Secret
from adapters.trust import NO_TRUST, Trust
from adapters.untrusted import Untrusted

if TYPE_CHECKING:
    import httpx


class Options(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """Evaluations by a service that speaks OFREP, the OpenFeature Remote Evaluation Protocol.

    Attributes:
        url: what stands before `/ofrep/v1`.
        key: the flag's key there; by default that of the flag.
        token: sent as a bearer token, where the service wants one.
        environment: taken and not used: url or token tell it.
    """

    url: str
    key: str
    token: Reference | None = None
    environment: str = ""


class Evaluated(msgspec.Struct):
    """A successful evaluation."""

    value: Any = None
    reason: str | None = None


class Ofrep:
    """Evaluations by one OFREP service.

    Args:
        options: url (what stands before ``/ofrep/v1``), key, token (sent as Bearer; optional).
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
        url = base_url(chosen.url, where=where).removesuffix("/ofrep/v1")
        token = None if chosen.token is None else Secret(chosen.token, where=where, trust=trust)
        credentials = [] if token is None else [Credential(token)]
        self._http = Http(
            "OFREP", url, credentials=credentials, headers={"Cache-Control": "no-cache"}, transport=transport
        )
        self._path = segments("ofrep", "v1", "evaluate", "flags", chosen.key)
        self._header = "" if token is None else f' -H "Authorization: Bearer {token.shell}"'

    async def evaluate(self, context: Mapping[str, str]) -> Evaluation:
        """Evaluate the flag for one user; without a targetingKey, userId is sent as one.

        Raises:
            BadOptions: nothing in the context identifies a user.
            AdapterError: the service failed; NotFound when it does not know the flag.
        """
        key = context.get("targetingKey") or context.get("userId")
        if not key:
            raise BadOptions(
                "a context has neither targetingKey nor userId",
                where=self._http.where,
                todo='Write each one like { targetingKey = "agent-1" }.',
            )
        found = await self._http.request_json(
            "POST",
            self._path,
            kind=Evaluated,
            json={"context": {**context, "targetingKey": key}},
            changes=False,
        )
        if found.value is not None and not isinstance(found.value, bool):
            raise garbage(
                "evaluated to something that is neither true nor false", self._http.where, Effect.NONE
            )
        return Evaluation(
            named(context), found.value, None if found.reason is None else Untrusted(found.reason)
        )

    def sketch(self, context: Mapping[str, str]) -> RequestSketch:
        """Say the request of `evaluate`, as a curl command."""
        key = context.get("targetingKey") or context.get("userId") or ""
        body = msgspec.json.encode({"context": {**context, "targetingKey": key}}).decode()
        return RequestSketch(
            f'see what {named(context)} gets, and look for "value"',
            f"curl -sS -m 5 -X POST{self._header} -H 'Content-Type: application/json' "
            f"-d {shlex.quote(body)} {shlex.quote(self._http.url + self._path)}",
        )

    async def aclose(self) -> None:
        """Let go of connections."""
        await self._http.aclose()
