"""`[people]`: who takes turns on call."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from adapters.errors import BadOptions
from adapters.options import decode
from console.config.settings import PeopleConfig
from console.config.tables import PeopleTable

LONGEST_NAME = 80
_WRITE = 'Write rotation = ["Mara Voss", "Jonas Ek"].'
_PROVIDER = ("provider", "url", "token", "schedule")


def read_people(raw: Mapping[str, Any]) -> PeopleConfig:
    """Make the rotation of its table.

    Raises:
        BadOptions: it is no list of names, or a name stands twice, is blank or cannot be shown.
    """
    if any(key in raw for key in _PROVIDER) or any(isinstance(value, dict) for value in raw.values()):
        raise BadOptions("a provider of the rotation cannot be used yet", where="people", todo=_WRITE)
    names: dict[str, str] = {}
    for number, given in enumerate(decode(PeopleTable, raw, where="people").rotation, start=1):
        name = " ".join(given.split())
        if not name:
            raise _bad(f"name {number} is blank")
        if not name.isprintable() or len(name) > LONGEST_NAME:
            raise _bad(f"name {number} cannot be shown", f"{LONGEST_NAME} printable characters at most.")
        if name.casefold() in names:
            raise _bad(f"{name} stands twice", "Name each person once.")
        names[name.casefold()] = name
    return PeopleConfig(tuple(names.values()))


def _bad(what: str, todo: str = _WRITE) -> BadOptions:
    return BadOptions(f"`rotation`: {what}", where="people", todo=todo)
