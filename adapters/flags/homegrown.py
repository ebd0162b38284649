"""A flag in the console's own flag service, the stand-in for the one that many teams have written themselves.

One resource a flag and environment::

    GET, PATCH {url}/v1/environments/{environment}/flags/{key}
    GET        {url}/v1/environments/{environment}/flags/{key}/permissions
    GET        {url}/v1/environments/{environment}/stream    (server-sent events: "change" {"key", "version"})
"""

from __future__ import annotations

import shlex
from collections.abc import AsyncGenerator, Callable, Mapping
from contextlib import aclosing
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import msgspec

from adapters.errors import AdapterError, NeedsApproval, NotFound, Refused
from adapters.flags.arming import clock, failed, first_failed, passed, unknown
from adapters.flags.port import ArmingCheck, FlagState, Receipt, RequestSketch, Rollout
from adapters.http import Credential, Http, segments
from adapters.options import Reference, base_url, decode
from adapters.secrets import Secret
from adapters.trust import NO_TRUST, Trust
from adapters.untrusted import Untrusted

if TYPE_CHECKING:
    import httpx


LONGEST_REASON = 2000
LONGEST_NAME = 200
"""Characters that the service takes; a kill must not fail for the length of its reason."""


class Options(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """A flag service of your own that speaks the small API of docs/flag-service.md.

    Attributes:
        url: base address of the service, before `/v1`.
        token: sent as a bearer token; it must be one that may write this flag.
        key: the flag's key at the service.
        environment: of the flag, where the service calls it other than the feature does.
    """

    url: str
    token: Reference
    key: str
    environment: str


class Flag(msgspec.Struct):
    """The flag in one environment."""

    on: bool
    version: int
    percent: float | None = None
    users: list[str] = []
    changed_at: datetime | None = None
    changed_by: str | None = None


class Permissions(msgspec.Struct):
    """What the token may do with this flag, and whether changes want an approval."""

    write: bool
    approval: bool


class Change(msgspec.Struct):
    """The data of a "change" event."""

    key: str


class Homegrown:
    """One flag in one environment of the flag service.

    Args:
        options: url, token, key, environment.
        where: the table as the user wrote it.
        trust: what the configuration file may make the console do.
        transport: for tests.
        now: this machine's clock, UTC.

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
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        chosen = decode(Options, options, where=where)
        self._token = Secret(chosen.token, where=where, trust=trust)
        url = base_url(chosen.url, where=where)
        self._http = Http("flag service", url, credentials=[Credential(self._token)], transport=transport)
        self._key = chosen.key
        self._environment = chosen.environment
        self._place = segments("v1", "environments", chosen.environment)
        self._flag = self._place + segments("flags", chosen.key)
        self._now = now

    @property
    def label(self) -> str:
        """How a person names this provider."""
        return "flag service"

    async def read(self, *, brief: bool = False) -> FlagState:
        """Read the flag now. Raises AdapterError; NotFound for an unknown flag or environment."""
        flag = await self._http.request_json("GET", self._flag, kind=Flag)
        changed_at = flag.changed_at
        if changed_at is not None and changed_at.tzinfo is None:
            changed_at = changed_at.replace(tzinfo=UTC)
        return FlagState(
            key=self._key,
            environment=self._environment,
            on=flag.on,
            percent=flag.percent,
            rules=tuple(Untrusted(f"user {user}") for user in flag.users),
            version=str(flag.version),
            changed_at=changed_at,
            changed_by=None if flag.changed_by is None else Untrusted(flag.changed_by),
            read_at=self._now(),
        )

    async def switch(self, on: bool, *, reason: str, operator: str) -> Receipt:
        """Turn the flag on or off, leaving percentage and users as they are. Idempotent.

        Raises:
            NeedsApproval: the service wants an approval first.
            AdapterError: any other failure.
        """
        return await self._change({"on": on}, reason, operator)

    async def set_rollout(self, rollout: Rollout, *, reason: str, operator: str) -> Receipt:
        """Set the percentage, and the users where they are given. Idempotent.

        Raises:
            NeedsApproval, AdapterError: as `switch`.
        """
        change: dict[str, Any] = {"percent": rollout.percent}
        if rollout.users is not None:
            change["users"] = list(rollout.users)
        return await self._change(change, reason, operator)

    async def _change(self, change: dict[str, Any], reason: str, operator: str) -> Receipt:
        body = {**change, "reason": reason[:LONGEST_REASON], "by": operator[:LONGEST_NAME]}
        try:
            answer = await self._http.request("PATCH", self._flag, json=body)
        except Refused as error:
            wanted = error
        else:
            return Receipt(said=answer.text, version=str(answer.decode(Flag).version))
        if wanted.detail is not None and "approval" in wanted.detail.raw.lower():
            raise NeedsApproval(
                "an approval is wanted for changes of this flag",
                where=wanted.where,
                todo="Have it approved, or use a token that may pass it by.",
                detail=wanted.detail,
            )
        raise wanted

    async def arm(self) -> tuple[ArmingCheck, ...]:
        """Prove by reading alone that `switch` would be obeyed: the service tells a token's permissions."""
        try:
            answer = await self._http.request("GET", self._flag)
            version = answer.decode(Flag).version
        except NotFound as error:
            checks = {check.name: check for check in first_failed(error)}
            checks["reachable"] = passed("reachable", "it answered")
            checks["token valid"] = passed("token valid", "accepted by the service")
            checks["key resolves"] = failed("key resolves", error)
            return tuple(checks.values())
        except AdapterError as error:
            return first_failed(error)
        may_write, no_gate = await self._rights()
        return (
            passed("reachable", f"answered in {answer.seconds * 1000:.0f} ms"),
            passed("token valid", "accepted by the service"),
            may_write,
            passed("key resolves", f"{self._key} in {self._environment} is at version {version}"),
            no_gate,
            clock(answer.date, self._now()),
        )

    def sketches(self, on: bool, *, careful: bool = False) -> tuple[RequestSketch, ...]:
        """Say the requests of `switch` and its read-back, as curl commands.

        Switching leaves percentage and users as they are, so that there is nothing to be careful of.
        """
        header = f'-H "Authorization: Bearer {self._token.shell}"'
        url = shlex.quote(self._http.url + self._flag)
        body = shlex.quote(msgspec.json.encode({"on": on, "reason": "by hand", "by": "by hand"}).decode())
        return (
            RequestSketch(
                f"switch the flag {'on' if on else 'off'}",
                f"curl -sS -i -m 5 -X PATCH {header} -H 'Content-Type: application/json' -d {body} {url}",
            ),
            RequestSketch(
                f'read it back, and look for "on":{"true" if on else "false"}',
                f"curl -sS -m 5 {header} {url}",
            ),
        )

    async def changes(self) -> AsyncGenerator[None, None]:
        """Yield once the change stream is open, and at each change of this flag; ends with the stream."""
        async with aclosing(self._http.sse(f"{self._place}/stream")) as events:
            async for event in events:
                if event.name == "open" or (event.name == "change" and _is_about(self._key, event.data)):
                    yield

    async def aclose(self) -> None:
        """Let go of connections."""
        await self._http.aclose()

    async def _rights(self) -> tuple[ArmingCheck, ArmingCheck]:
        """The checks "may write" and "no approval gate"."""
        write, gate = "may write", "no approval gate"
        try:
            rights = await self._http.request_json("GET", f"{self._flag}/permissions", kind=Permissions)
        except AdapterError as error:
            text = f"the service did not tell the token's permissions: it {error.what}"
            return unknown(write, text, error.todo), unknown(gate, "not told either")
        return (
            passed(write, "the service says that the token may write this flag")
            if rights.write
            else ArmingCheck(
                write, False, "the token may read this flag, not write it", "Use an admin token."
            ),
            passed(gate, "the service wants no approval")
            if not rights.approval
            else ArmingCheck(gate, False, "the service wants an approval for changes", "Have it lifted."),
        )


def _is_about(key: str, data: str) -> bool:
    """Whether a change is about this flag; one that cannot be read might be."""
    try:
        return msgspec.json.decode(data, type=Change).key == key
    except (msgspec.DecodeError, ValueError):
        return True
