"""Directories that killed worlds have left behind."""

from __future__ import annotations

import fcntl
import os
import shutil
import stat
import tempfile
import time
from contextlib import suppress
from pathlib import Path

from console.demo.home import PREFIX

UNTOUCHED = 600.0
"""Real seconds without a change in it after which nobody needs it, not even a console that lost its world."""


def clear_abandoned() -> list[Path]:
    """Remove this user's world directories in which no world lives any more.

    A living world holds a lock on its directory; a console whose world has died still writes into it. What
    cannot be looked at or removed is left for another time.

    Returns:
        Those that were removed.
    """
    gone = []
    for directory in Path(tempfile.gettempdir()).glob(f"{PREFIX}*"):
        with suppress(OSError):
            if _abandoned(directory):
                shutil.rmtree(directory, ignore_errors=True)
                gone.append(directory)
    return gone


def _abandoned(directory: Path) -> bool:
    found = directory.lstat()
    if not stat.S_ISDIR(found.st_mode) or found.st_uid != os.getuid():
        return False
    newest = max((path.lstat().st_mtime for path in directory.iterdir()), default=0.0)
    if time.time() - max(newest, found.st_mtime) < UNTOUCHED:
        return False
    lock = os.open(directory, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    finally:
        os.close(lock)
    return True
