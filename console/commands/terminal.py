"""Whether there is a terminal that a full screen can be drawn on."""

from __future__ import annotations

import os
import sys

_CANNOT_MOVE = ("", "dumb", "unknown")


def usable(instead: str) -> bool:
    """Whether there is one; says on stderr why not, and what works without.

    Args:
        instead: "`console status` prints one look".
    """
    if not sys.stdout.isatty() or not sys.stdin.isatty():
        print(f"console: this needs a terminal; {instead}", file=sys.stderr)
        return False
    kind = os.environ.get("TERM", "")
    if kind in _CANNOT_MOVE:
        print(
            f"console: TERM is {kind or 'not set'}, on which no full screen can be drawn; set TERM "
            f"(xterm-256color, screen, vt100), or go without: {instead}",
            file=sys.stderr,
        )
        return False
    return True
