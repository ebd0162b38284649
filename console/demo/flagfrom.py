"""`--flag-from CONFIG`: which flag of which provider the world's app evaluates, read from somebody's
console.toml."""

from __future__ import annotations

import os
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

TOKEN_VARIABLE = "UNLEASH_CLIENT_TOKEN"  # noqa: S105 - the name of a variable


class CannotStart(Exception):
    """The world cannot run as asked; the message says why, and what to do."""


@dataclass(frozen=True, slots=True)
class ForeignFlag:
    """A flag at another provider.

    Attributes:
        table: `[feature.flag]` as written, without `sdk_token`.
        token: the SDK's own token; not part of `repr`.
    """

    url: str
    key: str
    environment: str
    table: Mapping[str, Any]
    token: str

    def __repr__(self) -> str:
        return f"ForeignFlag({self.key!r} in {self.environment!r} at {self.url!r})"


def read_flag(path: Path) -> ForeignFlag:
    """The flag of the first `[[feature]]`.

    Raises:
        CannotStart: there is none, its provider is none that the world can evaluate at, or a token is
            missing.
    """
    try:
        raw = tomllib.loads(path.read_text("utf-8"))
    except OSError as error:
        raise CannotStart(
            f"{path}: {(error.strerror or 'cannot be read').lower()}; give --flag-from a file"
        ) from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError):
        raise CannotStart(f"{path}: this is not valid TOML") from None
    features = raw.get("feature")
    feature = features[0] if isinstance(features, list) and features else None
    flag = feature.get("flag") if isinstance(feature, dict) else None
    if not isinstance(feature, dict) or not isinstance(flag, dict):
        raise CannotStart(f"{path}: there is no [[feature]] with a [feature.flag] in it")
    if flag.get("provider") != "unleash":
        raise CannotStart(
            f"{path}: [feature.flag] names provider {flag.get('provider')!r}; "
            "the world can evaluate its flag at: unleash"
        )
    table = {name: value for name, value in flag.items() if name != "sdk_token"}
    return ForeignFlag(
        url=_text(flag, "url", path),
        key=_text(flag, "key", path),
        environment=_text(feature, "environment", path),
        table=table,
        token=_token(flag.get("sdk_token"), path),
    )


def _text(table: Mapping[str, Any], key: str, path: Path) -> str:
    value = table.get(key)
    if not isinstance(value, str) or not value:
        raise CannotStart(f"{path}: `{key}` is missing, or is not text")
    return value


def _token(reference: object, path: Path) -> str:
    if reference is None:
        reference = f"env:{TOKEN_VARIABLE}"
    kind, _, rest = reference.partition(":") if isinstance(reference, str) else ("", "", "")
    if kind == "env":
        value = os.environ.get(rest, "")
        if not value:
            raise CannotStart(
                f"the app needs an Unleash client token: set {rest}, "
                f"or `sdk_token` in [feature.flag] of {path}"
            )
        return value
    if kind == "file":
        try:
            return Path(rest).expanduser().read_text("utf-8").strip()
        except (OSError, UnicodeDecodeError):
            raise CannotStart(f"{path}: the file that `sdk_token` names cannot be read") from None
    raise CannotStart(f"{path}: `sdk_token` must be env:NAME or file:PATH")
