"""Noticing that console.toml has changed."""

from __future__ import annotations

import hashlib
import os
import stat
from dataclasses import dataclass
from pathlib import Path

from console.config.content import LARGEST
from console.config.load import absolute

LOOKS_UNTIL_GONE = 3
"""An editor that writes a new file and renames it leaves a moment without one."""
LOOKS_AFTER_CHANGE = 2
"""A file system's clock may be coarse: two writes within one tick of it look like one."""

Identity = tuple[int, ...]


@dataclass(frozen=True, slots=True)
class _Content:
    """What the file was at one look: its content, and what it is trusted by.

    Attributes:
        digest: of the content; b"" where it cannot be read.
        trusted_by: owner and mode; (errno,) where there is none.
    """

    digest: bytes
    trusted_by: Identity


class Watcher:
    """Tells that a file has changed, once it has come to rest.

    Make it before the file is read, so that no change falls between the two. What it looks at is what stands
    at the path, through any symbolic link, as mounted configurations are exchanged by their links.

    Args:
        path: of the file; it need not be there.
    """

    def __init__(self, path: Path) -> None:
        self._path = absolute(path)
        self._identity = self._look()
        self._known = self._read()
        self._pending: _Content | None = None
        self._again = LOOKS_AFTER_CHANGE
        self._gone = 0

    def changed(self) -> bool:
        """Whether the file is another than when this was last true, and has been so for two looks.

        Call it about once a second. As long as nothing happens it costs one `stat`; a disk that is gone may
        hold it up, so not on an event loop. A file that was written anew with the same content, owner and
        mode has not changed. One that is gone has changed after three looks.
        """
        identity = self._look()
        if identity == self._identity and self._pending is None and not self._again and not self._gone:
            return False
        if identity == self._identity and self._again:
            self._again -= 1
        elif identity != self._identity:
            self._again = LOOKS_AFTER_CHANGE
        self._identity = identity
        now = self._read()
        self._gone = self._gone + 1 if _is_gone(now) and not _is_gone(self._known) else 0
        if 0 < self._gone < LOOKS_UNTIL_GONE:
            return False
        if now == self._known:
            self._pending = None
            return False
        if now != self._pending and not self._gone:
            self._pending = now
            return False
        self._known, self._pending, self._gone = now, None, 0
        return True

    def _look(self) -> Identity:
        try:
            found = self._path.stat()
        except (OSError, ValueError) as error:
            return (-1, getattr(error, "errno", 0) or 0)
        return (
            found.st_dev,
            found.st_ino,
            found.st_size,
            found.st_mtime_ns,
            found.st_ctime_ns,
            found.st_mode,
            found.st_uid,
        )

    def _read(self) -> _Content:
        try:
            # Not to be held up by a pipe that somebody has put there.
            descriptor = os.open(self._path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
            with os.fdopen(descriptor, "rb") as file:
                found = os.fstat(file.fileno())
                if not stat.S_ISREG(found.st_mode):
                    return _Content(b"", (found.st_mode,))
                digest = hashlib.sha256(file.read(LARGEST + 1)).digest()
        except (OSError, ValueError) as error:
            return _Content(b"", (-1, getattr(error, "errno", 0) or 0))
        return _Content(digest, (found.st_uid, found.st_mode))


def _is_gone(content: _Content) -> bool:
    return content.trusted_by[0] == -1
