"""What can be wrong with the history's file, and in which words it is said."""

from __future__ import annotations

import errno
from pathlib import Path


class Unusable(Exception):
    """The file cannot be used; the message says which, why, and what to do.

    Attributes:
        passing: it is likely to be over within seconds.
    """

    def __init__(self, text: str, *, passing: bool = False) -> None:
        super().__init__(text)
        self.passing = passing


def broken(error: BaseException) -> bool:
    """Whether an error says that the file is no database, or a damaged one."""
    # SQLITE_CORRUPT and SQLITE_NOTADB; extended codes carry them in the low byte.
    return getattr(error, "sqlite_errorcode", 0) & 0xFF in (11, 26)


def locked(error: BaseException) -> bool:
    """Whether an error says that another process is writing."""
    # SQLITE_BUSY and SQLITE_LOCKED
    return getattr(error, "sqlite_errorcode", 0) & 0xFF in (5, 6)


def full(error: BaseException) -> bool:
    """Whether an error says that there is no room."""
    # SQLITE_FULL
    return getattr(error, "sqlite_errorcode", 0) & 0xFF == 13 or (
        isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EDQUOT)
    )


def sentence(path: Path, error: BaseException) -> str:
    """Say what is wrong with the file, and what to do."""
    if isinstance(error, Unusable):
        return str(error)
    code = getattr(error, "sqlite_errorcode", 0) & 0xFF
    number = error.errno if isinstance(error, OSError) else None
    if locked(error):
        return f"{path}: another program has locked it; what is to be kept waits until it lets go"
    if full(error):
        return f"{path}: the disk is full; what is to be kept waits: make room"
    if code == 8 or number == errno.EROFS:
        return f"{path}: cannot be written, it is read-only; what is to be kept waits: make it writable"
    if number in (errno.EACCES, errno.EPERM):
        return f"{path}: no permission to write it; what is to be kept waits: chmod or chown it"
    if code == 14:
        return f"{path}: cannot be opened; what is to be kept waits: look at the modes of its directory"
    if isinstance(error, OSError):
        return f"{path}: {error.strerror or error}; what is to be kept waits"
    return f"{path}: {error}; what is to be kept waits"
