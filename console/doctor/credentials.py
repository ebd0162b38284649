"""The secrets that the configuration refers to: each is there, private, and not about to expire."""

from __future__ import annotations

import base64
import binascii
import os
import stat
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec

from adapters.errors import AdapterError
from adapters.secrets import Secret
from console.doctor.finding import Finding, Severity
from console.killswitch.expiry import expiry_check, expiry_warning
from console.patience import within

if TYPE_CHECKING:
    from console.config import FeatureConfig, ProviderTable

SECONDS = 3.0
"""Limit on one secret: a command has 2 s of its own."""
SOON = timedelta(days=14)

_KEYS = ("token", "password")
_MAPS = ("env", "headers")
_FORMS = ("env:", "file:", "cmd:")


@dataclass(frozen=True, slots=True)
class SecretFacts:
    """One secret that was resolved once, and forgotten.

    Attributes:
        reference: safe to show ("env:NAME", "file:PATH", "cmd:PROGRAM", "inline").
        used_by: tables that refer to it.
        problem, todo: why it cannot be had, and what to do; or "".
        exposed: who else can read or write its file ("others can read it (mode 644)"), or "".
        expires: where the secret itself says so, as a JSON web token does.
    """

    reference: str
    used_by: tuple[str, ...]
    problem: str = ""
    todo: str = ""
    exposed: str = ""
    expires: datetime | None = None


def of_dates(feature: FeatureConfig, now: datetime) -> Iterator[Finding]:
    """Judge the dates that were written beside tokens."""
    for table in _tables(feature):
        check = expiry_check(table, now)
        if check is None:
            continue
        warned = check.holds and bool(expiry_warning(table, now))
        severity = Severity.FINE if check.holds else Severity.BROKEN
        severity = Severity.WARNING if warned else severity
        yield Finding(severity, "credentials", feature.name, table.where, check.text, check.todo)


def of_secret(feature: str, secret: SecretFacts, now: datetime) -> Iterator[Finding]:
    """Judge one secret."""
    by = ", ".join(secret.used_by)

    def found(severity: Severity, what: str, todo: str = "") -> Finding:
        return Finding(severity, "credentials", feature, secret.reference, what, todo)

    if secret.problem:
        yield found(Severity.BROKEN, f"{secret.problem}; needed by {by}", secret.todo)
        return
    if secret.exposed:
        path = secret.reference.removeprefix("file:")
        yield found(Severity.WARNING, f"{secret.exposed}; used by {by}", f"chmod 600 {path}")
    if secret.expires is not None and secret.expires <= now:
        what = f"expired on {secret.expires:%Y-%m-%d %H:%M} UTC; used by {by}"
        yield found(Severity.BROKEN, what, "Put a new one in its place.")
    elif secret.expires is not None and secret.expires - now <= SOON:
        days = (secret.expires - now) // timedelta(days=1)
        what = f"expires on {secret.expires:%Y-%m-%d}, in {days} day{'s' * (days != 1)}; used by {by}"
        yield found(Severity.WARNING, what, "Have a new one made before then.")
    elif not secret.exposed:
        yield found(Severity.FINE, f"resolves; used by {by}")


def references(feature: FeatureConfig) -> dict[str, tuple[Secret, tuple[str, ...]]]:
    """Every secret of a feature by what names it, with the tables that it is used by."""
    found: dict[str, tuple[Secret, tuple[str, ...]]] = {}
    for table in _tables(feature):
        for key, text in _written(table.options):
            try:
                secret = Secret(text, where=table.where, key=key, trust=table.trust)
            except AdapterError:
                continue  # the table itself is a fault then, and says so
            # Two secrets that stand in the file itself are two, though both are called "inline".
            name = text if secret.reference != "inline" else f"{table.where}.{key}"
            known = found.get(name, (secret, ()))
            if table.where not in known[1]:
                found[name] = (known[0], (*known[1], table.where))
    return found


def _tables(feature: FeatureConfig) -> Iterator[ProviderTable]:
    yield feature.flag
    yield from feature.levers
    if feature.evaluate is not None:
        yield feature.evaluate.source
    if feature.traffic is not None:
        yield feature.traffic
    for signal in feature.signals.values():
        yield signal.source


def _written(options: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """(key, text) of each secret in a table of any provider: by its key's name, or by its form."""
    for key, value in options.items():
        if isinstance(value, Mapping) and key in _MAPS:
            for name, text in value.items():
                if isinstance(text, str) and (key == "env" or text.startswith(_FORMS)):
                    yield f"{key}.{name}", text
        elif isinstance(value, str) and (key in _KEYS or value.startswith(_FORMS)):
            yield key, value


async def resolve(secret: Secret, used_by: tuple[str, ...]) -> SecretFacts:
    """Resolve one secret, look at its file, and keep nothing of it."""
    try:
        value = await secret.reveal()
    except AdapterError as error:
        return SecretFacts(secret.reference, used_by, error.what, error.todo)
    exposed = ""
    if secret.reference.startswith("file:"):
        path = secret.reference.removeprefix("file:")
        try:
            exposed = await within(SECONDS, lambda: _exposed(Path(path).expanduser()))
        except (OSError, TimeoutError):
            exposed = "its owner and mode cannot be read"
    return SecretFacts(secret.reference, used_by, exposed=exposed, expires=expiry(value))


def _exposed(path: Path) -> str:
    found = path.stat()
    mode = stat.S_IMODE(found.st_mode)
    if found.st_uid not in (0, os.geteuid()):
        return f"it belongs to uid {found.st_uid}"
    if mode & 0o077:
        way = "write" if mode & 0o022 else "read"
        return f"others can {way} it (mode {mode:o})"
    return ""


class _Claims(msgspec.Struct):
    exp: float


def expiry(secret: str) -> datetime | None:
    """When a secret expires, if it is a JSON web token (RFC 7519) that says so; else None."""
    parts = secret.split(".")
    if len(parts) != 3:
        return None
    try:
        claims = base64.urlsafe_b64decode(parts[1] + "=" * (-len(parts[1]) % 4))
        return datetime.fromtimestamp(msgspec.json.decode(claims, type=_Claims).exp, UTC)
    except (binascii.Error, ValueError, msgspec.DecodeError, OverflowError, OSError):
        return None
