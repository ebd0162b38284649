"""What a file said, less its secrets and less what could not be used."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from adapters.errors import BadOptions
from console.config.load import name_of
from console.config.read_feature import read_feature
from console.config.settings import Config
from console.config.tables import OperatorTable, PeopleTable, StoreTable

_OWN = {"operator": OperatorTable, "store": StoreTable, "people": PeopleTable}
_NEEDED = ("key", "environment", "flag")
Part = tuple[str | int, ...]
"""Where a part of a feature's table stands: ("signals", "errors"), ("levers", 0), ("title",)."""


def without_secrets(config: Config) -> tuple[dict[str, Any], tuple[str, ...]]:
    """Make content that can be kept aside.

    Whatever the file itself may hold in plain text only because it is private is a fault here, found by the
    adapters' own checks; so is what could not be used anyway. It is left out.

    Returns:
        Content for `build`, without features when none is left, and a sentence for each thing left out that
        could be used in the file.
    """
    content: dict[str, Any] = {}
    for name, kind in _OWN.items():
        table = config.raw.get(name)
        if isinstance(table, dict):
            content[name] = {key: table[key] for key in kind.__struct_fields__ if key in table}
    if config.keys:
        content["keys"] = {name: list(keys) for name, keys in config.keys.items()}
    usable = {feature.name for feature in config.features}
    features, left_out = [], []
    raw = config.raw.get("feature", [])
    for number, table in enumerate(raw if isinstance(raw, list) else [raw], start=1):
        name = name_of(table, number)
        if name in usable:
            kept, lost = _without(copy.deepcopy(table), config)
            features += [kept] if kept is not None else []
            left_out += lost
    return {**content, "feature": features}, tuple(left_out)


def _without(table: dict[str, Any], config: Config) -> tuple[dict[str, Any] | None, list[str]]:
    strict = replace(config.trust, inline=False)
    before = set(read_feature(table, config.path, config.trust).faults)
    try:
        faults = read_feature(table, config.path, strict).faults
    except BadOptions as error:
        return None, [
            f"{config.path}: [{error.where}] is not in the last good copy, since {error.what}. {error.todo}"
        ]
    lost = [f"{fault} It is not in the last good copy." for fault in faults if fault not in before]
    for part in _parts(table):
        if not faults:
            break
        less = copy.deepcopy(table)
        _remove(less, part)
        fewer = read_feature(less, config.path, strict).faults
        if len(fewer) < len(faults):
            table, faults = less, fewer
    return table, lost


def _parts(table: dict[str, Any]) -> Iterator[Part]:
    """Everything that a feature can do without; of a list the last first, so that numbers stay true."""
    for name, value in table.items():
        if name in _NEEDED:
            continue
        if name == "signals" and isinstance(value, dict):
            yield from ((name, signal) for signal in value)
        elif name == "levers" and isinstance(value, list):
            yield from ((name, number) for number in reversed(range(len(value))))
        yield (name,)


def _remove(table: dict[str, Any], part: Part) -> None:
    *way, last = part
    place: Any = table
    for step in way:
        place = place[step]
    del place[last]
