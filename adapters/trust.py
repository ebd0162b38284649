"""How far the configuration file may be trusted, judged by who could have written or read it."""

from __future__ import annotations

import os
import stat
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Trust:
    """What the file that an adapter's options came from may make the console do.

    The default trusts nothing, so that a caller that forgets to say gets a refusal and no surprise.

    Attributes:
        commands: it may run commands (``cmd:`` secrets, command levers): only the user or root can write it.
        inline: it may hold secrets in plain text: nobody but the user can read it.
    """

    commands: bool = False
    inline: bool = False

    @classmethod
    def of(cls, path: Path) -> Trust:
        """Judge a file by its owner and mode; one that cannot be looked at is not trusted."""
        try:
            found = path.stat()
        except OSError:
            return cls()
        return cls(
            commands=writers(found) == "",
            inline=found.st_uid == os.geteuid() and stat.S_IMODE(found.st_mode) & 0o077 == 0,
        )


NO_TRUST = Trust()
"""Of a caller that did not say."""


def writers(found: os.stat_result) -> str:
    """Say who else than this user and root can write a file, or "" when nobody can.

    Returns:
        "it belongs to uid 1001", "its group can write it", "everybody can write it", or "".
    """
    if found.st_uid not in (0, os.geteuid()):
        return f"it belongs to uid {found.st_uid}"
    if found.st_mode & stat.S_IWOTH:
        return "everybody can write it"
    if found.st_mode & stat.S_IWGRP:
        return "its group can write it"
    return ""
