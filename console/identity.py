"""Who is at the keyboard, as far as this machine can tell."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Any

import msgspec

from console.text import plain


class Operator(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The person who acts, and the traces that the machine keeps of them.

    Attributes:
        name: as configured in `[operator]`.
        uid: real user id of the process.
        login: that user's name on this machine; "" when it has none.
        sudo_user: who called sudo, or "".
        ssh_connection: client address and port, server address and port, as sshd sets them, or "".
        host: this machine's name.
    """

    name: str
    uid: int
    login: str = ""
    sudo_user: str = ""
    ssh_connection: str = ""
    host: str = ""

    def as_dict(self) -> dict[str, Any]:
        """Plain values, for the journal."""
        return msgspec.structs.asdict(self)


def operator(name: str, environ: Mapping[str, str] | None = None) -> Operator:
    """Say who is acting.

    Args:
        name: the configured name; without one it is the login, then the uid.
        environ: the environment to look in; by default this process's.
    """
    # Not needed until somebody acts, and pwd reads a file.
    import pwd
    import socket

    given = os.environ if environ is None else environ
    uid = os.getuid()
    try:
        login = pwd.getpwuid(uid).pw_name
    except KeyError:
        login = ""
    return Operator(
        name=plain(name) or login or f"uid {uid}",
        uid=uid,
        login=login,
        sudo_user=plain(given.get("SUDO_USER", "")),
        ssh_connection=plain(given.get("SSH_CONNECTION", "")),
        host=socket.gethostname(),
    )
