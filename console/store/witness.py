"""What tells that rows were cut off at the end of a chain, kept where whoever cuts them may not reach.

The head file beside a chain knows its newest row. Here its words are repeated in two more places:

- the **published head**: a file, best on another disk or share and such that the console may only append to
  it, gets a line each time that a head has moved: instant, file of the chain, number and hash of the row;
- the first chain **takes in** the head of the second, as a row of its own.
"""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator, Mapping
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

from console.store.rows import Finding, Mark

TAKEN_IN = "second-head"
"""Kind of the row in which the first chain keeps the head of the second."""
LINES = 20_000
"""So many published lines are looked at, the newest."""
_LONGEST = 400
"""Bytes of one line."""


def read_head(path: Path) -> Mark | None:
    """The newest row that a head file knows; None where there is none, or none that can be read."""
    try:
        number, digest = path.read_bytes().decode("ascii").split()
        return Mark(int(number), digest)
    except (OSError, ValueError):
        return None


def publish(file: Path, chains: Mapping[Path, Mark]) -> int:
    """Append a line for each head that the file does not know yet, on disk when this returns.

    Returns:
        How many lines were added.

    Raises:
        OSError: it could not be written.
    """
    file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    descriptor = os.open(file, os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        known = {chain: mark for _, chain, mark in published(file)}
        now = datetime.now(UTC).isoformat(timespec="seconds")
        new = [
            f"{now} {mark.number} {mark.hash} {chain}\n"
            for chain, mark in chains.items()
            if mark.number and known.get(str(chain)) != mark
        ]
        if new:
            os.write(descriptor, "".join(new).encode())
            os.fsync(descriptor)
        return len(new)
    finally:
        os.close(descriptor)


def cannot_append(file: Path) -> str:
    """Why a line could not be added to a file, or to one that would be made, or ""; nothing is written."""
    try:
        os.close(os.open(file, os.O_WRONLY | os.O_APPEND | os.O_CLOEXEC))
    except FileNotFoundError:
        folder = next(each for each in file.parents if each.exists())
        if not folder.is_dir():
            return f"{folder} is no directory"
        return "" if os.access(folder, os.W_OK | os.X_OK) else f"nothing can be made in {folder}"
    except OSError as error:
        return (error.strerror or str(error)).lower()
    return ""


def published(file: Path) -> Iterator[tuple[str, str, Mark]]:
    """(instant, file of the chain, head) of each line, oldest first; a torn line is passed over.

    Raises:
        OSError: the file cannot be read.
    """
    with file.open("rb") as lines:
        with suppress(OSError):
            lines.seek(-LINES * _LONGEST, os.SEEK_END)
        for raw in lines:
            parts = raw.decode("utf-8", "replace").rstrip("\n").split(" ", 3)
            if len(parts) == 4 and parts[1].isdigit():
                yield parts[0], parts[3], Mark(int(parts[1]), parts[2])


def against(chain: Path, hashes: Mapping[int, str], known: Mark, who: str) -> Iterator[Finding]:
    """Hold a chain against a head that somebody else knows.

    Args:
        hashes: of the rows that stand there, by number.
        who: "the published head of 2026-11-27T03:12:08+00:00".
    """
    last = max(hashes, default=0)
    if known.number > last:
        text = f"rows after {last} were cut off: {who} knows row {known.number}"
        yield Finding(chain, last or None, text)
    elif hashes.get(known.number) != known.hash:
        yield Finding(chain, known.number, f"row {known.number} is not the row that {who} knows")
