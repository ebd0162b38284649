"""How long a kill waits for what."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Limits:
    """Seconds.

    Attributes:
        read_gap: between two read-backs right after a lever was accepted.
        patience: of read-backs that say *not killed*, before the next lever goes.
        beside: between two read-backs beside the next lever.
        evaluated: until every context must get the fallback.
        quiet: until AI traffic must be about zero; the probe's own window comes on top.
        fallback: until the fallback must answer.
        gap: between two looks at a rung below *confirmed*; it grows to `late_gap` after the rung's limit.
        retry_first, retry_most: between two sendings of a lever that does not hold, growing.
        give_up: nothing is tried or watched for longer.
    """

    read_gap: float = 0.25
    patience: float = 1.0
    beside: float = 2.0
    evaluated: float = 20.0
    quiet: float = 60.0
    fallback: float = 30.0
    gap: float = 0.5
    late_gap: float = 3.0
    retry_first: float = 2.0
    retry_most: float = 30.0
    give_up: float = 600.0
