"""`console waive`: go without a launch gate for a time, with somebody's approval."""

from __future__ import annotations

import argparse
from datetime import datetime
from typing import TYPE_CHECKING

from console.commands.vouching import vouch

if TYPE_CHECKING:
    from console.config import Config
    from console.identity import Operator
    from console.incident.acts import Waive


def run(args: argparse.Namespace) -> int:
    """Write the waiver, print it, and say how the gate stands now."""

    def make(config: Config, who: Operator, now: datetime) -> tuple[Waive, tuple[str, ...]]:
        from console.readiness.people import strangers
        from console.readiness.terms import waiver

        act = waiver(args.gate, args.reason, args.approver, args.until, operator=who, now=now)
        return act, strangers((who.name, act.approver), config.people.rotation)

    return vouch(args, make)
