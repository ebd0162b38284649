"""Rows of the journal, as values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import msgspec

GENESIS = "0" * 64
"""What the first row names as the hash before it."""


@dataclass(frozen=True, slots=True)
class Entry:
    """What is to be journaled.

    Attributes:
        kind: "intent", "step", "abandoned", ...
        body: plain JSON values, without secrets.
    """

    at: datetime
    kind: str
    feature: str
    environment: str
    kill_id: str
    body: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Row:
    """One row as it stands in the file."""

    number: int
    at: datetime
    kind: str
    feature: str
    environment: str
    kill_id: str
    body: Mapping[str, Any]

    @property
    def identity(self) -> tuple[datetime, str, str, str]:
        """The same for the same row, wherever it stands: numbers are a place's own."""
        return (self.at, self.kind, self.kill_id, canonical(self.body))


@dataclass(frozen=True, slots=True)
class Mark:
    """The row up to which a chain has been read.

    Attributes:
        number, hash: the row's own; 0 and `GENESIS` before the first.
    """

    number: int = 0
    hash: str = GENESIS


@dataclass(frozen=True, slots=True)
class Stretch:
    """Some rows of one chain, in their order.

    Attributes:
        mark: up to where it has been read.
        odd: numbers of rows that cannot be understood, and are left out.
        anew: the row at which reading was to go on is not there any more; these are read from the beginning.
    """

    rows: tuple[Row, ...] = ()
    mark: Mark = Mark()
    odd: tuple[int, ...] = ()
    anew: bool = False


@dataclass(frozen=True, slots=True)
class Finding:
    """Something about the journal that is not as it was written.

    Attributes:
        place: the file.
        row: number of the row that it was found at; None when it concerns the whole.
        text: what is wrong, in words.
        broken: it is not as it was written; else it cannot be told.
    """

    place: Path
    row: int | None
    text: str
    broken: bool = True


def canonical(body: Mapping[str, Any]) -> str:
    """JSON that is the same for the same values."""
    return msgspec.json.encode(body, order="sorted").decode()
