"""Tables that name a provider: their own keys are checked here, the others by the provider's adapter."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, date, datetime
from typing import Any

from adapters import registry
from adapters.errors import BadOptions, UnknownKey
from adapters.options import choices, printable
from adapters.trust import Trust
from console.config.settings import ProviderTable

EXPIRES = "token_expires"
"""Key of every table that names a provider."""


def provider_table(raw: Mapping[str, Any], where: str, trust: Trust, kind: str) -> ProviderTable:
    """Take a table apart into the provider's name and its options.

    Args:
        kind: of provider, as the registry calls it ("flags").

    Raises:
        BadOptions: no provider is named.
    """
    options = dict(raw)
    provider = options.pop("provider", None)
    if isinstance(provider, str) and provider:
        expires = _expires(options.pop(EXPIRES, None), where)
        return ProviderTable(where, provider, options, trust, expires=expires)
    raise BadOptions(
        "missing key `provider`" if provider is None else "`provider` is not a name",
        where=where,
        todo=f"Name the adapter to use.{meant('provider', raw)} {choices('providers', '', _names(kind))}",
    )


def check(opener: Callable[..., object], table: ProviderTable, *, own: Iterable[str] = ()) -> None:
    """Let the adapter check its keys; making one does nothing else.

    Args:
        opener: takes a provider's name, its options, a place for messages, and `trust`.
        own: keys that the table has beside the adapter's.

    Raises:
        BadOptions: the adapter cannot use the table.
    """
    try:
        opener(table.provider, table.options, table.where, trust=table.trust)
    except UnknownKey as error:
        known = choices("keys", error.key, {"provider", EXPIRES, *own, *error.accepted})
        raise BadOptions(error.what, where=table.where, todo=known) from None
    except BadOptions as error:
        raise BadOptions(error.what, where=table.where, todo=error.todo) from None
    except Exception as error:  # noqa: BLE001 - a third party's adapter may raise anything, and stops no other table
        raise BadOptions(
            f"the adapter `{printable(table.provider)}` cannot use it ({type(error).__name__})",
            where=table.where,
            todo="Correct the table, or update the package that brings the adapter.",
        ) from None


def meant(name: str, raw: Mapping[str, Any]) -> str:
    """Which key was probably meant by one that is missing: " Did you mean it by `kez`?", or ""."""
    from difflib import get_close_matches

    close = get_close_matches(name, list(raw), n=1)
    return f" Did you mean it by `{printable(close[0])}`?" if close and close[0] != name else ""


def _expires(value: object, where: str) -> datetime | None:
    """The instant at which a token expires; of a day, its beginning, so that nobody is warned too late."""
    if value is None:
        return None
    found = value
    if isinstance(value, str):
        try:
            found = datetime.fromisoformat(value)
        except ValueError:
            found = None
    elif isinstance(value, date) and not isinstance(value, datetime):
        found = datetime(value.year, value.month, value.day, tzinfo=UTC)
    if not isinstance(found, datetime):
        raise BadOptions(f"`{EXPIRES}` is no date", where=where, todo="Write it like 2026-12-31.")
    return found.replace(tzinfo=UTC) if found.tzinfo is None else found.astimezone(UTC)


def _names(kind: str) -> set[str]:
    # A lever may be another flag.
    return {*registry.names(kind), *(registry.names("flags") if kind == "levers" else ())}
