"""Reading console.toml: from a file to typed settings, or to a sentence that says what is wrong with it."""

from __future__ import annotations

import os
import tomllib
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from adapters.errors import BadOptions
from adapters.options import choices, decode
from adapters.trust import Trust
from console.config.read_feature import read_feature
from console.config.settings import BrokenFeature, Config, FeatureConfig
from console.config.tables import OperatorTable, StoreTable
from console.exits import ConfigError

_TABLES = ("operator", "store", "feature")


def find(given: Path | None) -> Path:
    """Choose the configuration file: the one given, `$CONSOLE_CONFIG`, ./console.toml, or the user's own.

    Raises:
        ConfigError: none of them exists.
    """
    if given is not None:
        return given
    if from_environment := os.environ.get("CONSOLE_CONFIG"):
        return Path(from_environment)
    candidates = [Path("console.toml"), Path("~/.config/console/console.toml").expanduser()]
    for candidate in candidates:
        if candidate.is_file():
            return candidate
    looked = ", ".join(str(candidate) for candidate in candidates)
    raise ConfigError(
        f"no configuration found (looked for {looked}); give one with --config PATH or $CONSOLE_CONFIG, "
        "or try `console demo`, which needs none"
    )


def load(path: Path) -> Config:
    """Read a configuration file.

    A feature whose flag cannot be used is listed in `Config.broken` and stops no other; any other table that
    cannot be used is one of that feature's `faults`.

    Raises:
        ConfigError: the file cannot be read, is not TOML, or a table that concerns everything is wrong.
    """
    path = path.expanduser().absolute()
    raw = _read(path)
    trust = Trust.of(path)
    unknown = sorted(set(raw) - set(_TABLES))
    if unknown:
        raise ConfigError(f"{path}: unknown table [{unknown[0]}]. {choices('tables', unknown[0], _TABLES)}")
    features = raw.get("feature", [])
    if not isinstance(features, list) or not all(isinstance(feature, dict) for feature in features):
        raise ConfigError(f"{path}: [feature] must be written [[feature]], once for each feature")
    if not features:
        raise ConfigError(f"{path}: there is no [[feature]] in it, so there is nothing to watch")
    try:
        operator = decode(OperatorTable, _table(raw, "operator"), where="operator")
        store = decode(StoreTable, _table(raw, "store"), where="store")
    except BadOptions as error:
        raise ConfigError(f"{path}: [{error.where}] {error.what}. {error.todo}") from None
    usable, broken = _features(path, features, trust)
    database = path.parent / Path(store.path).expanduser()
    second = Path(store.second).expanduser() if store.second else _default_second(database)
    return Config(
        path=path,
        operator=_operator_name(operator.name),
        store=database,
        second_journal=path.parent / second,
        features=usable,
        broken=broken,
    )


def _read(path: Path) -> dict[str, Any]:
    if path.exists() and not (path.is_file() or path.is_dir()):
        raise ConfigError(f"{path}: this is no regular file; give a readable one with --config PATH")
    try:
        content = path.read_bytes()
    except OSError as error:
        reason = (error.strerror or "cannot be read").lower()
        raise ConfigError(f"{path}: {reason}; give a readable file with --config PATH") from None
    try:
        return tomllib.loads(content.decode("utf-8"))
    except UnicodeDecodeError as error:
        raise ConfigError(
            f"{path}: this is not a text file (byte {error.start} is not UTF-8); it must be TOML in UTF-8"
        ) from None
    except tomllib.TOMLDecodeError as error:
        reason = str(error).encode("unicode_escape").decode("ascii")
        raise ConfigError(f"{path}: this is not valid TOML: {reason}") from None


def _features(
    path: Path, tables: list[dict[str, Any]], trust: Trust
) -> tuple[tuple[FeatureConfig, ...], tuple[BrokenFeature, ...]]:
    names = [_name(table, number) for number, table in enumerate(tables, start=1)]
    times = Counter(names)
    usable: list[FeatureConfig] = []
    broken: dict[str, str] = {}
    for name, table in zip(names, tables, strict=True):
        if times[name] > 1:
            broken[name] = (
                f"{path}: [[feature]] {name} stands {times[name]} times; a key may stand once in an "
                "environment: change `key` or `environment` of one of them"
            )
            continue
        try:
            usable.append(read_feature(table, path, trust))
        except BadOptions as error:
            broken[name] = f"{path}: [{error.where}] {error.what}. {error.todo}"
    return tuple(usable), tuple(BrokenFeature(name, problem) for name, problem in broken.items())


def _name(table: Mapping[str, Any], number: int) -> str:
    key, environment = table.get("key"), table.get("environment")
    if isinstance(key, str) and isinstance(environment, str):
        return f"{key}@{environment}"
    return key if isinstance(key, str) else f"number {number}"


def _table(raw: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    table = raw.get(name, {})
    if not isinstance(table, dict):
        raise BadOptions("is not a table", where=name, todo=f"Write it as [{name}].")
    return table


def _default_second(database: Path) -> Path:
    """A place on another file system than most homes, private to the user."""
    return Path("/var/tmp") / f"console-{os.geteuid()}" / f"{database.parent.name}-{database.name}"  # noqa: S108


def _operator_name(text: str) -> str:
    """The configured name; "" where it refers to a variable that is not set: the login stands in for it."""
    return os.environ.get(text.removeprefix("env:"), "") if text.startswith("env:") else text
