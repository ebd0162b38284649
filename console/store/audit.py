"""Whether the journal is as it was written, and the witnesses of that.

Everything here waits for the disk: call it off the event loop, beside what matters.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path

from console.store.chain import Chain
from console.store.rows import Entry, Finding, Mark
from console.store.witness import TAKEN_IN, against, cannot_append, publish, published, read_head

BUSY_SECONDS = 1.0


class Audit:
    """Both chains of a journal, with what others know of them.

    Args:
        first, second: the SQLite files.
        published_in: the file of published heads, where there is one.
        clock: instants of rows, UTC.
    """

    def __init__(
        self,
        first: Path,
        second: Path,
        published_in: Path | None = None,
        *,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._chains = tuple(Chain(path, busy=BUSY_SECONDS) for path in (first, second))
        self._published_in = published_in
        self._clock = clock

    def verify(self) -> tuple[Finding, ...]:
        """Compute both chains again, and hold them against every head that is known.

        Each finding names the row.
        """
        findings: list[Finding] = []
        hashes: dict[Path, Mapping[int, str]] = {}
        for chain in self._chains:
            try:
                findings += chain.verify()
                hashes[chain.path] = chain.hashes()
            except (OSError, sqlite3.Error, ValueError) as error:
                findings.append(Finding(chain.path, None, f"cannot be read: {error}", broken=False))
        findings += self._of_second(hashes)
        findings += self._of_published(hashes)
        return tuple(findings)

    def counts(self) -> tuple[tuple[Path, int], ...]:
        """(file, rows) of each place; 0 where it cannot be read."""
        found = []
        for chain in self._chains:
            try:
                rows = chain.count()
            except (OSError, sqlite3.Error):
                rows = 0
            found.append((chain.path, rows))
        return tuple(found)

    def witness(self) -> str:
        """Take the second place's head into the first chain, and publish both heads, where they have moved.

        Never raises for a disk.

        Returns:
            Why that did not work, or "".
        """
        problems = []
        try:
            self._take_in()
        except (OSError, sqlite3.Error, ValueError) as error:
            problems.append(f"{self._chains[0].path}: the second place's head cannot be taken in: {error}")
        heads = {chain.path: mark for chain in self._chains if (mark := read_head(chain.head)) is not None}
        if self._published_in is not None:
            try:
                publish(self._published_in, heads)
            except OSError as error:
                why = (error.strerror or str(error)).lower()
                problems.append(f"{self._published_in}: the journal's head cannot be published: {why}")
        return "; ".join(problems)

    def cannot_publish(self) -> str:
        """Why heads cannot be published now, or ""; nothing is written to find out."""
        if self._published_in is None:
            return ""
        why = cannot_append(self._published_in)
        return f"{self._published_in}: the journal's head cannot be published: {why}" if why else ""

    def _take_in(self) -> None:
        first, second = self._chains
        mark = read_head(second.head)
        if mark is None or mark.number == 0 or mark in self._taken_in()[-1:]:
            return
        body = {"path": str(second.path), "number": mark.number, "hash": mark.hash}
        first.append(Entry(self._clock(), TAKEN_IN, "", "", "", body))

    def _taken_in(self) -> list[Mark]:
        """Heads of the second place that stand in the first chain, oldest first."""
        first, second = self._chains
        rows = first.stretch(Mark(), "kind = ?", (TAKEN_IN,)).rows
        return [
            Mark(int(row.body["number"]), str(row.body["hash"]))
            for row in rows
            if row.body.get("path") == str(second.path)
        ]

    def _of_second(self, hashes: Mapping[Path, Mapping[int, str]]) -> Iterator[Finding]:
        """What rows of the first chain know of the second."""
        first, second = self._chains
        if not {first.path, second.path} <= set(hashes):
            return
        for mark in self._taken_in():
            yield from against(second.path, hashes[second.path], mark, f"a row of {first.path.name}")

    def _of_published(self, hashes: Mapping[Path, Mapping[int, str]]) -> Iterator[Finding]:
        """What the published heads know of both."""
        if self._published_in is None:
            return
        try:
            lines = list(published(self._published_in))
        except FileNotFoundError:
            if any(hashes.values()):
                text = "no head was ever published here: a console or `console watch` does it"
                yield Finding(self._published_in, None, text, broken=False)
            return
        except OSError as error:
            text = f"the published heads cannot be read: {(error.strerror or str(error)).lower()}"
            yield Finding(self._published_in, None, text, broken=False)
            return
        by_name = {str(path): path for path in hashes}
        for at, name, mark in lines:
            if name in by_name:
                yield from against(by_name[name], hashes[by_name[name]], mark, f"the head published {at}")
        known = {name for _, name, _ in lines}
        for path, rows in hashes.items():
            if rows and str(path) not in known:
                text = f"it knows no head of {path}: that rows were cut off at its end cannot be excluded"
                yield Finding(self._published_in, None, text, broken=False)
