"""How far the configuration file may be trusted, judged by who could have written or read it."""

from __future__ import annotations

import os
import stat
from dataclasses import dataclass, field
from pathlib import Path

MOST_LINKS = 40
"""Symbolic links on the way to one file, as the kernel counts them."""


@dataclass(frozen=True, slots=True)
class Trust:
    """What the file that an adapter's options came from may make the console do.

    The default trusts nothing, so that a caller that forgets to say gets a refusal and no surprise.

    Attributes:
        commands: it may run commands (``cmd:`` secrets, command levers): only the user or root can write it,
            or put another file in its place.
        inline: it may hold secrets in plain text: nobody but the user can read it.
        why: what stands against `commands` ("/srv/console: its group can write it"), or "".
    """

    commands: bool = False
    inline: bool = False
    why: str = field(default="", compare=False)

    @classmethod
    def of(cls, path: Path) -> Trust:
        """Judge a file by owner and mode, its own and those of its folders; without a look, no trust."""
        try:
            found = path.stat()
        except (OSError, ValueError):
            return cls()
        why = weak_spot(path)
        return cls(
            commands=not why,
            inline=found.st_uid == os.geteuid() and stat.S_IMODE(found.st_mode) & 0o077 == 0,
            why=why,
        )

    @property
    def because(self) -> str:
        """`why` as the end of a sentence: " (/srv/console: its group can write it)", or ""."""
        return f" ({self.why})" if self.why else ""


NO_TRUST = Trust()
"""Of a caller that did not say."""


def writers(found: os.stat_result) -> str:
    """Say who else than this user and root can write a file, or "" when nobody can.

    A right that an access control list gives to somebody by name shows in the group's bits, which are the
    list's mask then (acl(5)).

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


def weak_spot(path: Path) -> str:
    """Say where others than this user and root could change a file or put another in its place.

    The way to it is walked from the root as the kernel walks it: every folder, and every symbolic link with
    the folders on the way to its target.

    Returns:
        "/srv/console: its group can write it", or "" when there is no such place.
    """
    here = place = Path("/")
    ahead, links = list(reversed(path.absolute().parts[1:])), 0
    try:
        weak = _weak_folder(place)
        while ahead and not weak:
            name = ahead.pop()
            here = place.parent if name == ".." else place / name
            found = here.lstat()
            if stat.S_ISLNK(found.st_mode):
                links += 1
                weak = _weak_link(found, links)
                target = here.readlink()
                place = Path("/") if target.is_absolute() else place
                ahead.extend(reversed(target.parts[1:] if target.is_absolute() else target.parts))
                continue
            weak = _weak_folder(here) if stat.S_ISDIR(found.st_mode) else writers(found)
            place = here
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else None
        weak = (reason or "cannot be looked at").lower()
    return f"{here}: {weak}" if weak else ""


def _weak_link(found: os.stat_result, links: int) -> str:
    if found.st_uid not in (0, os.geteuid()):
        return f"it is a link that belongs to uid {found.st_uid}"
    return "too many links" if links > MOST_LINKS else ""


def _weak_folder(folder: Path) -> str:
    """Say who else could put another file in the place of one in this folder, or ""."""
    found = folder.stat()
    weak = writers(found)
    if not weak or found.st_uid not in (0, os.geteuid()):
        return weak
    if found.st_mode & stat.S_ISVTX:
        # As in /tmp: others add files, and cannot remove or rename those of somebody else.
        return ""
    # A volume that is mounted read-only (as Kubernetes does, in folders of mode 777) cannot be changed here.
    return "" if os.statvfs(folder).f_flag & os.ST_RDONLY else weak
