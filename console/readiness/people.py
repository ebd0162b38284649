"""Whether two names mean one person."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable

from console.identity import Operator
from console.text import plain

_BETWEEN = re.compile(r"[._\s]+")


def folded(name: str) -> str:
    """A name without what tells nobody apart: case, how accents are coded, dots in place of blanks."""
    return " ".join(_BETWEEN.sub(" ", unicodedata.normalize("NFKC", name)).split()).casefold()


def same(one: str, other: str) -> bool:
    """Whether two whole names are one. First names alone tell nobody apart."""
    return bool(folded(one)) and folded(one) == folded(other)


def is_operator(name: str, operator: Operator) -> bool:
    """Whether a name means the person at the keyboard, by any name that the machine knows for them."""
    return any(same(name, known) for known in (operator.name, operator.login, operator.sudo_user))


def listed(name: str, rotation: Iterable[str]) -> bool:
    """Whether a name stands on the rotation."""
    return any(same(name, person) for person in rotation)


def distinct(rotation: Iterable[str]) -> tuple[str, ...]:
    """The rotation with each person once, in its order, and without blank names."""
    found: dict[str, str] = {}
    for name in rotation:
        if folded(name):
            found.setdefault(folded(name), " ".join(name.split()))
    return tuple(found.values())


def strangers(names: Iterable[str], rotation: Iterable[str]) -> tuple[str, ...]:
    """A remark on each name that the rotation does not have; it stops nothing."""
    people = distinct(rotation)
    unknown = [name for name in names if people and not listed(name, people)]
    return tuple(
        f"{plain(name)} is not on the rotation ({', '.join(plain(person) for person in people)}); "
        "it is written all the same"
        for name in dict.fromkeys(unknown)
    )
