"""A flag in Unleash, by its admin API.

Facts that shape this file were seen on Unleash 7.5.1 (open source), and stand in its OpenAPI document unless
said otherwise:

- The whole flag is read, since its environment's own resource leaves out the segments of strategies and
  answers for archived flags as if they were live.
- ``/off`` and ``/on`` answer 200 with an empty body, though the document promises a flag. They are
  idempotent; a second one stores no event. They take no reason, so that the journal alone has it.
- Flags have no version. The newest event's id takes its place; events belong to an environment or, where they
  concern the whole flag, to none.
- The admin API is right at once; SDKs and the frontend API follow within about a second, and then at
  the SDK's own pace.
- There is no change stream for admin tokens (and none at all in the open-source edition).
"""

from __future__ import annotations

import asyncio
import random
import shlex
from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import msgspec

from adapters.errors import AdapterError, Effect, Forbidden, NotFound, Refused, ServerFault
from adapters.flags.arming import clock, first_failed, passed
from adapters.flags.port import ArmingCheck, FlagState, Receipt, RequestSketch, Rollout
from adapters.flags.unleash_arming import key_resolves, may_write, no_approval_gate
from adapters.flags.unleash_payloads import Environment, Event, Events, Feature, User
from adapters.flags.unleash_refusals import explain
from adapters.flags.unleash_rules import exposure, share_of
from adapters.http import Credential, Http, segments
from adapters.options import Reference, base_url, decode
from adapters.secrets import Secret
from adapters.trust import NO_TRUST, Trust
from adapters.untrusted import Untrusted

if TYPE_CHECKING:
    import httpx

    from adapters.exchange import Answer

FEW_EVENTS, MANY_EVENTS = 5, 50
EVENT_SECONDS = 2.0
"""The version must not hold up the state, which is the proof of a kill."""
POLL_SECONDS = 2.0


class Options(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """A flag in Unleash, by its admin API.

    Attributes:
        url: address of the server.
        token: a personal access token, or one of a service account, that may switch this flag.
        key: the flag's name in Unleash.
        environment: of the flag, where Unleash calls it other than the feature does.
        project: that the flag belongs to.
    """

    url: str
    token: Reference
    key: str
    environment: str
    project: str = "default"


class Unleash:
    """One flag in one environment of one Unleash.

    Args:
        options: url, token, key, environment, project.
        where: the table as the user wrote it.
        trust: what the configuration file may make the console do.
        transport: for tests.
        now: this machine's clock, UTC.
        pause: waits this many seconds, between two looks of `changes`.

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
        pause: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        chosen = decode(Options, options, where=where)
        url = base_url(chosen.url, where=where)
        # People paste the address of the API as often as that of the server.
        url = url.removesuffix("/api/admin").removesuffix("/api")
        self._token = Secret(chosen.token, where=where, trust=trust)
        self._http = Http(
            "unleash", url, credentials=[Credential(self._token, prefix="")], transport=transport
        )
        self._key = chosen.key
        self._environment = chosen.environment
        self._project = chosen.project
        self._feature = segments("api", "admin", "projects", chosen.project, "features", chosen.key)
        self._now = now
        self._pause = pause

    @property
    def label(self) -> str:
        """How a person names this provider."""
        return "unleash"

    async def read(self, *, brief: bool = False) -> FlagState:
        """Read the flag now. In brief, of an archived one its state is told as well.

        Raises:
            NotFound: no such project, flag or environment, or the flag is archived.
            AdapterError: any other failure.
        """
        events = asyncio.create_task(self._newest_event())
        try:
            parents: list[str] = []
            if brief:
                # Half of what the whole flag costs Unleash; what it depends on stands in the whole alone.
                path = self._feature + segments("environments", self._environment)
                environment = (await self._request("GET", path)).decode(Environment)
            else:
                feature = await self._get_feature()
                environment = self._in_environment(feature)
                parents = [parent.feature for parent in feature.dependencies]
            read_at = self._now()
            newest = await events
        finally:
            events.cancel()
            await asyncio.wait({events})
        percent, rules = exposure(environment.strategies, parents)
        return FlagState(
            key=self._key,
            environment=self._environment,
            on=environment.enabled,
            percent=percent,
            rules=rules,
            version=None if newest is None else str(newest.id),
            changed_at=None if newest is None else newest.created_at,
            changed_by=None if newest is None or newest.created_by is None else Untrusted(newest.created_by),
            read_at=read_at,
        )

    async def switch(self, on: bool, *, reason: str, operator: str) -> Receipt:
        """Turn the flag on or off in its environment. Idempotent.

        Unleash takes neither reason nor operator: its own audit log names the token's owner.

        Turning it on where no strategy is enabled makes Unleash add its default strategy, which lets
        *everybody* in. That is what an inverse flag's kill wants; a restore must read the strategies first.

        Raises:
            NeedsApproval: change requests are on in this environment, and the token may not skip them.
            Forbidden: the token is of the wrong kind, or lacks UPDATE_FEATURE_ENVIRONMENT.
            AdapterError: any other failure.
        """
        answer = await self._request("POST", self._switch_path(on))
        return Receipt(said=Untrusted(f"HTTP {answer.status}{' ' if answer.body else ''}{answer.text.raw}"))

    async def set_rollout(self, rollout: Rollout, *, reason: str, operator: str) -> Receipt:
        """Set the percentage of the one enabled strategy that has one, and change nothing else of it.

        By JSON patch (patchFeatureStrategy), so that stickiness, group, constraints and segments stay.

        Raises:
            Refused: there is no such strategy, another one lets in users that no percentage bounds, or users
                are to be set, which belongs into a strategy of the team's own; nothing was changed.
            NeedsApproval, Forbidden, AdapterError: as `switch`.
        """
        share = share_of(self._in_environment(await self._get_feature()).strategies)
        if isinstance(share, str):
            raise self._not_set(share)
        if rollout.users is not None:
            raise self._not_set("its users stand in strategies of your own, which are not rewritten here")
        if share.percent == rollout.percent:
            return Receipt(said=Untrusted(f"already at {share.percent:g} %"))
        path = self._feature + segments("environments", self._environment, "strategies", share.strategy.id)
        patch = [{"op": "replace", "path": f"/parameters/{share.parameter}", "value": f"{rollout.percent:g}"}]
        answer = await self._request("PATCH", path, json=patch)
        return Receipt(said=Untrusted(f"HTTP {answer.status}"))

    def _not_set(self, why: str) -> Refused:
        return Refused(
            f"the share of users cannot be set: {why}",
            where=self._http.where,
            todo=f"Put the strategies of {self._key} in {self._environment} right in Unleash first.",
            effect=Effect.NONE,
        )

    async def arm(self) -> tuple[ArmingCheck, ...]:
        """Prove by reading alone that `switch(False)` would be obeyed.

        The token's permissions are asked for by ``GET /api/admin/user``, and compared as Unleash does
        (access-service: a permission without project or environment holds in all). Whether change requests
        are on can be read in the editions that have them; where there is no such path there are none.
        """
        try:
            whoami = await self._request("GET", "/api/admin/user")
            permissions = whoami.decode(User).permissions
        except AdapterError as error:
            return first_failed(error)
        found: list[str] | AdapterError
        try:
            feature = await self._get_feature()
            self._in_environment(feature)
            found = feature.children
        except AdapterError as error:
            found = error
        here = {"project": self._project, "environment": self._environment}
        return (
            passed("reachable", f"answered in {whoami.seconds * 1000:.0f} ms"),
            passed("token valid", "accepted by the admin API"),
            may_write(permissions, **here),
            key_resolves(found, key=self._key, environment=self._environment),
            no_approval_gate(await self._approval_gate(), permissions, **here),
            clock(whoami.date, self._now()),
        )

    def sketches(self, on: bool, *, careful: bool = False) -> tuple[RequestSketch, ...]:
        """Say the requests of `switch` and its read-back, as curl commands.

        The read-back is the environment's own resource, whose short answer shows ``"enabled"`` at a glance.
        With care, ``/on`` is sent only where that shows an enabled strategy (see `switch`).
        """
        header = f'-H "Authorization: {self._token.shell}"'
        url = self._http.url
        state = self._feature + segments("environments", self._environment)
        read = f"curl -sS -m 5 {header} {shlex.quote(url + state)}"
        send = f"curl -sS -i -m 5 -X POST {header} {shlex.quote(url + self._switch_path(on))}"
        what = f"switch the flag {'on' if on else 'off'}"
        if on and careful:
            what += ", unless no strategy is enabled: Unleash would then let everybody in"
            send = f"if {read} | grep -q '\"disabled\":false'; then {send}; else echo 'NOT SENT'; fi"
        return (
            RequestSketch(what, send),
            RequestSketch(f'read it back, and look for "enabled":{"true" if on else "false"}', read),
        )

    async def changes(self) -> AsyncGenerator[None, None]:
        """Yield at once, and whenever a look each 2 s (with jitter) finds the flag changed.

        Raises:
            AdapterError: a look failed.
        """
        last: tuple[object, ...] | None = None
        while True:
            state = await self.read()
            seen = (state.on, state.percent, state.rules, state.version)
            if seen != last:
                last = seen
                yield
            await self._pause(POLL_SECONDS * random.uniform(0.8, 1.2))

    async def aclose(self) -> None:
        """Let go of connections."""
        await self._http.aclose()

    def _switch_path(self, on: bool) -> str:
        return self._feature + segments("environments", self._environment, "on" if on else "off")

    async def _get_feature(self) -> Feature:
        try:
            answer = await self._request("GET", self._feature)
        except NotFound as error:
            missing = error
        else:
            return self._live(answer.decode(Feature))
        raise NotFound(
            f"there is no live flag {self._key} in project {self._project}",
            where=missing.where,
            todo="Check `key` and `project`; the flag may have been renamed, archived or moved.",
            detail=missing.detail,
        )

    def _live(self, feature: Feature) -> Feature:
        if feature.archived:
            raise NotFound(
                f"the flag {self._key} is archived",
                where=self._http.where,
                todo="Revive it in Unleash, or put the flag that the code evaluates into `key`.",
            )
        return feature

    def _in_environment(self, feature: Feature) -> Environment:
        for environment in feature.environments:
            if environment.name == self._environment:
                return environment
        raise NotFound(
            f"the flag {self._key} has no environment {self._environment}",
            where=self._http.where,
            todo="Check `environment` of the feature; the project must have it enabled.",
        )

    async def _newest_event(self) -> Event | None:
        """The newest change of this flag here; None where it cannot be learnt, since the state can be."""
        try:
            async with asyncio.timeout(EVENT_SECONDS):
                # A few are mostly enough, and cost Unleash a third of the time that many do.
                for limit in (FEW_EVENTS, MANY_EVENTS):
                    events = await self._events(limit)
                    here = [event for event in events if event.environment in (None, self._environment)]
                    if here or len(events) < limit:
                        break
        except (AdapterError, TimeoutError):
            return None
        return max(here, key=lambda event: event.id, default=None)

    async def _events(self, limit: int) -> list[Event]:
        """The newest changes of this flag, in all environments."""
        asked = {
            "feature": f"IS:{self._key}",
            "project": f"IS:{self._project}",
            "limit": str(limit),
        }
        try:
            page = await self._http.request_json("GET", "/api/admin/search/events", kind=Events, params=asked)
        except NotFound:
            # Unleash before 6 has the older list only.
            path = segments("api", "admin", "events", self._key)
            page = await self._http.request_json("GET", path, kind=Events)
        return list(page.events)

    async def _approval_gate(self) -> bool | None:
        """Whether change requests are on here; None where that cannot be learnt."""
        path = segments("api", "admin", "projects", self._project, "change-requests", "config")
        try:
            answer = await self._http.request("GET", path, ok=(404,))
            if answer.status == 404:
                return False
            listed = answer.decode(list[dict[str, Any]])
        except AdapterError:
            return None
        for entry in listed:
            if entry.get("environment") == self._environment:
                enabled = entry.get("changeRequestEnabled")
                return enabled if isinstance(enabled, bool) else None
        return None

    async def _request(self, method: str, path: str, *, json: object = None) -> Answer:
        try:
            return await self._http.request(method, path, json=json)
        except (Forbidden, ServerFault) as error:
            clearer = explain(error, project=self._project, environment=self._environment)
        raise clearer
