"""`console attest`: vouch for a launch gate that the console cannot see."""

from __future__ import annotations

import argparse
from datetime import datetime
from typing import TYPE_CHECKING

from console.commands.vouching import vouch

if TYPE_CHECKING:
    from console.config import Config
    from console.identity import Operator
    from console.incident.acts import Attest


def run(args: argparse.Namespace) -> int:
    """Write the attestation, print it, and say how the gate stands now."""

    def make(config: Config, who: Operator, now: datetime) -> tuple[Attest, tuple[str, ...]]:
        from console.readiness.people import strangers
        from console.readiness.terms import attestation

        act = attestation(args.gate, args.evidence, args.until, now=now)
        return act, strangers((who.name,), config.people.rotation)

    return vouch(args, make)
