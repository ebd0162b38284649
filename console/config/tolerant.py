"""Reading a table so that one key that cannot be used does not take the others away."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

import msgspec

from adapters.errors import BadOptions
from adapters.options import decode

Table = TypeVar("Table", bound=msgspec.Struct)


class Faults:
    """Collects what is wrong with tables that the kill switch can do without.

    Args:
        path: of the file, which each sentence begins with.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self.sentences: list[str] = []

    def add(self, error: BadOptions) -> None:
        """Take one in."""
        self.sentences.append(sentence(self._path, error))

    @contextmanager
    def caught(self) -> Iterator[None]:
        """Take in what the block raises, and go on after it."""
        try:
            yield
        except BadOptions as error:
            self.add(error)


def sentence(path: Path, error: BadOptions) -> str:
    """What is wrong, as a person reads it: file, table, key, what is accepted."""
    return f"{path}: [{error.where}] {error.what}. {error.todo}"


def read_keys(
    kind: type[Table], raw: Mapping[str, Any], *, where: str, needed: Iterable[str] = (), faults: Faults
) -> Table:
    """Decode a table key by key; one that cannot be used is a fault and has its default.

    Args:
        needed: keys without which there is no table.

    Raises:
        BadOptions: one of `needed` is missing or cannot be used.
    """
    core = {name: raw[name] for name in needed if name in raw}
    table = decode(kind, core, where=where)
    for name, value in raw.items():
        if name in core:
            continue
        with faults.caught():
            one = decode(kind, {**core, name: value}, where=where)
            table = msgspec.structs.replace(table, **{name: getattr(one, name)})
    return table


def a_table(raw: Any, where: str) -> Mapping[str, Any]:
    """Check that what stands in place of a table is one.

    Raises:
        BadOptions: it is not.
    """
    if isinstance(raw, dict):
        return raw
    if isinstance(raw, list) and raw and all(isinstance(entry, dict) for entry in raw):
        raise BadOptions("is written in double brackets", where=where, todo=f"Write it once, as [{where}].")
    raise BadOptions("is not a table", where=where, todo=f"Write it as [{where}], its keys below it.")
