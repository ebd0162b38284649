"""`console restore`: the way back, harder than the kill."""

from __future__ import annotations

import argparse

from console.commands.wayback import go


def run(args: argparse.Namespace) -> int:
    """Restore, print how it went, and answer by the exit status: 0 done, 1 no, 3 not known, 6 refused."""
    return go(args, down=False)
