"""A flag as Unleash's frontend API evaluates it for one user (getFrontendFeatures in its OpenAPI document).

Only enabled flags are listed: a flag that is off, archived or unknown is absent alike, so absence is False.
After a change the list follows within about a second, by a revision that the server refreshes each second.

The environment is fixed by the token, whose form is PROJECT:ENVIRONMENT.SECRET. An admin token has ``*``
there, and gets an empty list with status 200 (seen on 7.5.1), as if every flag were off. A witness that says
"off" to everything is worse than none, so such a token, and one of another environment, is refused here.
"""

from __future__ import annotations

import shlex
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import msgspec

from adapters.errors import AdapterError, Forbidden, NotFound
from adapters.flags.context import named
from adapters.flags.port import Evaluation, RequestSketch
from adapters.http import Credential, Http
from adapters.options import Reference, base_url, decode
from adapters.secrets import Secret
from adapters.trust import NO_TRUST, Trust

if TYPE_CHECKING:
    import httpx

OWN_FIELDS = ("userId", "sessionId", "remoteAddress", "appName", "currentTime")
"""Fields of Unleash's context; every other one is sent as one of its properties."""


class Options(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """Evaluations by Unleash's frontend API.

    Attributes:
        url: `.../api/frontend`, of the server or of an Edge.
        token: of the kind "frontend", and of the feature's environment.
        key: the flag's name there; by default that of the flag.
        environment: must be the token's own; by default the feature's.
    """

    url: str
    token: Reference
    key: str
    environment: str = ""


class Toggle(msgspec.Struct):
    """One flag of the list."""

    name: str
    enabled: bool


class Toggles(msgspec.Struct):
    """The list (frontendApiFeaturesSchema)."""

    toggles: list[Toggle]


class UnleashFrontend:
    """Evaluations by one Unleash's frontend API.

    Args:
        options: url (``…/api/frontend``), token (of the kind "frontend"), key.
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
        self._token = Secret(chosen.token, where=where, trust=trust)
        self._environment = chosen.environment
        self._key = chosen.key
        self._http = Http(
            "unleash frontend API",
            base_url(chosen.url, where=where),
            credentials=[Credential(self._token, prefix="")],
            headers={"Cache-Control": "no-cache"},
            transport=transport,
        )

    async def evaluate(self, context: Mapping[str, str]) -> Evaluation:
        """Evaluate the flag for one user.

        Raises:
            AdapterError: Forbidden for a token of another kind or environment, NotFound where there is no
                frontend API.
        """
        self._check_token(await self._token.reveal())
        try:
            listed = await self._http.request_json("GET", "", kind=Toggles, params=_params(context))
        except (Forbidden, NotFound) as error:
            clearer = _explain(error)
        else:
            on = any(toggle.enabled for toggle in listed.toggles if toggle.name == self._key)
            return Evaluation(named(context), on, None)
        raise clearer

    def sketch(self, context: Mapping[str, str]) -> RequestSketch:
        """Say the request of `evaluate`, as a curl command."""
        pairs = (shlex.quote(f"{name}={value}") for name, value in _params(context))
        given = "".join(f" --data-urlencode {pair}" for pair in pairs)
        return RequestSketch(
            f'see what {named(context)} gets: "{self._key}" is listed where it is on',
            f'curl -sS -m 5 -G -H "Authorization: {self._token.shell}"{given} {shlex.quote(self._http.url)}',
        )

    def _check_token(self, token: str) -> None:
        _, colon, rest = token.partition(":")
        environment, dot, _ = rest.partition(".")
        admin = token.startswith("user:") or environment == "*"
        if not admin and (not (colon and dot and self._environment) or environment == self._environment):
            return
        raise Forbidden(
            "the token is one for the admin API" if admin else "the token is one of another environment",
            where=self._http.where,
            todo=f"Use a frontend token of {self._environment or 'this environment'}.",
        )

    async def aclose(self) -> None:
        """Let go of connections."""
        await self._http.aclose()


def _params(context: Mapping[str, str]) -> list[tuple[str, str]]:
    return [(name if name in OWN_FIELDS else f"properties[{name}]", value) for name, value in context.items()]


def _explain(error: Forbidden | NotFound) -> AdapterError:
    if isinstance(error, NotFound):
        return NotFound(
            "there is no frontend API (404)",
            where=error.where,
            todo="Write url as https://HOST/api/frontend, and check that Unleash has it enabled.",
            detail=error.detail,
        )
    return Forbidden(
        "the token is not of the kind that it takes (403)",
        where=error.where,
        todo="Use a frontend token of this environment; admin and backend tokens do not work here.",
        detail=error.detail,
    )
