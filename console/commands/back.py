"""`console back`: a step down, as free of gates as the kill."""

from __future__ import annotations

import argparse

from console.commands.wayback import go


def run(args: argparse.Namespace) -> int:
    """Step down, print how it went, and answer by the exit status, as `console restore`."""
    return go(args, down=True)
