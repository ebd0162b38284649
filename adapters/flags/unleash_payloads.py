"""What Unleash's admin API answers, as far as it is used; names of schemas are its OpenAPI document's."""

from __future__ import annotations

from datetime import datetime

import msgspec

from adapters.flags.unleash_arming import Permission
from adapters.flags.unleash_rules import Strategy


class Environment(msgspec.Struct):
    """The flag in one environment (featureEnvironmentSchema)."""

    name: str
    enabled: bool
    strategies: list[Strategy] = []


class Parent(msgspec.Struct):
    """A flag that this one depends on."""

    feature: str


class Feature(msgspec.Struct):
    """The flag as a whole (featureSchema)."""

    name: str
    environments: list[Environment]
    archived: bool | None = None
    dependencies: list[Parent] = []
    children: list[str] = []


class Event(msgspec.Struct, rename="camel"):
    """A change (eventSchema)."""

    id: int
    created_at: datetime
    created_by: str | None = None
    environment: str | None = None


class Events(msgspec.Struct):
    """A page of changes."""

    events: list[Event]


class User(msgspec.Struct):
    """Who the token belongs to (meSchema)."""

    permissions: list[Permission] = []
