"""Reading console.toml: from a file to typed settings, or to a sentence that says what is wrong with it."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Mapping
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from adapters.durations import seconds
from adapters.errors import BadOptions
from adapters.options import choices, printable
from adapters.trust import Trust
from console.config.content import parse, read_file
from console.config.keys import read_keys_table
from console.config.paths import own_path
from console.config.people import read_people
from console.config.read_feature import LONGEST_NAME, read_feature
from console.config.settings import KEEP_ALL, BrokenFeature, Config, FeatureConfig, PeopleConfig
from console.config.tables import DEFAULT_STORE, OperatorTable, StoreTable
from console.config.tolerant import Faults, a_table, read_keys, sentence
from console.exits import ConfigError

TABLES = ("operator", "store", "people", "keys", "feature")
_HOUR, _YEARS = 3600, 36_500 * 86_400


def find(given: Path | None) -> Path:
    """Choose the configuration file: the one given, `$CONSOLE_CONFIG`, ./console.toml, or the user's own.

    Raises:
        ConfigError: none of them exists.
    """
    if given is not None:
        return given
    if from_environment := os.environ.get("CONSOLE_CONFIG"):
        return Path(from_environment)
    candidates = [Path("console.toml"), Path("~/.config/console/console.toml")]
    for candidate in candidates:
        place = own_home(candidate)
        if place is not None and place.is_file():
            return place
    from console.config.last_good import is_kept

    for candidate in candidates:
        place = own_home(candidate)
        if place is not None and is_kept(place):
            # It stood there, and has gone: loading it says so, and takes the copy.
            return place
    looked = ", ".join(str(candidate) for candidate in candidates)
    raise ConfigError(
        f"no configuration found (looked for {looked}); give one with --config PATH or $CONSOLE_CONFIG, "
        "or try `console demo`, which needs none"
    )


def load(path: Path) -> Config:
    """Read a configuration file.

    A feature whose flag cannot be used is listed in `Config.broken` and stops no other. Anything else that
    cannot be used is one of that feature's `faults`, or of the configuration's own where it concerns all.

    Raises:
        ConfigError: the file cannot be read, is not TOML, or names no feature.
    """
    path = absolute(path)
    return build(parse(read_file(path), path), path, Trust.of(path))


def absolute(path: Path) -> Path:
    """The path from the root, its ``~`` and ``..`` resolved, its symbolic links not."""
    return Path(os.path.abspath(own_home(path) or path))  # noqa: PTH100 - `absolute` leaves ".." in


def own_home(path: Path) -> Path | None:
    """The path with its ``~`` resolved; None where this user has no home."""
    try:
        return path.expanduser()
    except RuntimeError:
        return None


def build(raw: Mapping[str, Any], path: Path, trust: Trust, *, kept_at: datetime | None = None) -> Config:
    """Make settings of what the file said.

    Args:
        raw: as TOML gave it.
        path: of the file, where relative paths start; absolute.
        trust: what the file may make the console do.
        kept_at: see `Config`.

    Raises:
        ConfigError: there is no feature in it.
    """
    faults = Faults(path)
    for name in raw:
        if name not in TABLES:
            shown = printable(name)
            with faults.caught():
                raise BadOptions("unknown table", where=shown, todo=choices("tables", name, TABLES))
    tables = _feature_tables(raw, path, faults)
    operator = OperatorTable()
    with faults.caught():
        operator = read_keys(OperatorTable, _table(raw, "operator"), where="operator", faults=faults)
    people = PeopleConfig()
    with faults.caught():
        people = read_people(_table(raw, "people"))
    keys: Mapping[str, tuple[str, ...]] = {}
    with faults.caught():
        keys = read_keys_table(_table(raw, "keys"), faults)
    store = _Store(raw, path, faults)
    usable, broken = _features(path, tables, trust)
    return Config(
        path=path,
        operator=_operator_name(operator.name),
        store=store.path,
        second_journal=store.second,
        published_head=store.published_head,
        features=usable,
        broken=broken,
        people=people,
        retention=store.retention,
        prompts_retention=store.prompts_retention,
        keys=keys,
        faults=tuple(faults.sentences),
        trust=trust,
        raw=raw,
        kept_at=kept_at,
    )


def name_of(table: Any, number: int) -> str:
    """What a `[[feature]]` is called: ``KEY@ENVIRONMENT``, or its number where it says neither."""
    if not isinstance(table, dict):
        return f"number {number}"
    key, environment = table.get("key"), table.get("environment")
    if isinstance(key, str) and isinstance(environment, str):
        return f"{_shown(key)}@{_shown(environment)}"
    return _shown(key) if isinstance(key, str) and key else f"number {number}"


def _shown(name: str) -> str:
    return name if name.isprintable() and len(name) <= LONGEST_NAME else printable(name)


class _Store:
    """`[store]`, each key by itself."""

    def __init__(self, raw: Mapping[str, Any], path: Path, faults: Faults) -> None:
        before = len(faults.sentences)
        table = StoreTable()
        with faults.caught():
            table = read_keys(StoreTable, _table(raw, "store"), where="store", faults=faults)
        self.path = own_path(DEFAULT_STORE, path, "path", "store", fallback=Path("/var/tmp") / _private())  # noqa: S108
        with faults.caught():
            self.path = own_path(table.path, path, "path", "store")
        self.second = _default_second(self.path)
        with faults.caught():
            if table.second is not None:
                self.second = own_path(table.second, path, "second", "store")
        self.published_head: Path | None = None
        with faults.caught():
            if table.published_head is not None:
                self.published_head = own_path(table.published_head, path, "published_head", "store")
        self.prompts_retention = timedelta(days=14)
        with faults.caught():
            self.prompts_retention = _span(table.prompts_retention, "prompts_retention")
        self.retention = KEEP_ALL
        with faults.caught():
            self.retention = _span(table.retention, "retention")
        if len(faults.sentences) > before:
            # What was meant may be longer than the default, and what is pruned does not come back.
            self.retention = KEEP_ALL


def _span(text: str, key: str) -> timedelta:
    return timedelta(seconds=seconds(text, key, "store", least=_HOUR, most=_YEARS))


def _feature_tables(raw: Mapping[str, Any], path: Path, faults: Faults) -> list[Any]:
    tables = raw.get("feature", [])
    if isinstance(tables, dict):
        with faults.caught():
            raise BadOptions(
                "is written in single brackets",
                where="feature",
                todo="Write [[feature]], once for each feature.",
            )
        return [tables]
    if not isinstance(tables, list):
        raise ConfigError(f"{path}: [feature] is not a table: write [[feature]], once for each feature")
    if not tables:
        said = f" {faults.sentences[0]}" if faults.sentences else ""
        raise ConfigError(f"{path}: there is no [[feature]] in it, so there is nothing to watch.{said}")
    return tables


def _features(
    path: Path, tables: list[Any], trust: Trust
) -> tuple[tuple[FeatureConfig, ...], tuple[BrokenFeature, ...]]:
    names = [name_of(table, number) for number, table in enumerate(tables, start=1)]
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
            usable.append(read_feature(a_table(table, "feature"), path, trust))
        except BadOptions as error:
            broken[name] = sentence(path, error)
    return tuple(usable), tuple(BrokenFeature(name, problem) for name, problem in broken.items())


def _table(raw: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    return a_table(raw.get(name, {}), name)


def _private() -> str:
    return f"console-{os.geteuid()}"


def _default_second(database: Path) -> Path:
    """A place on another file system than most homes, private to the user."""
    return Path("/var/tmp") / _private() / f"{database.parent.name}-{database.name}"  # noqa: S108


def _operator_name(text: str) -> str:
    """The configured name; "" where it refers to a variable that is not set: the login stands in for it."""
    return os.environ.get(text.removeprefix("env:"), "") if text.startswith("env:") else text
