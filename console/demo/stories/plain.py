"""Stories without an accident."""

from __future__ import annotations

from dataclasses import replace

from console.demo.conditions import HEALTHY, Complaints, Load
from console.demo.scenario import CLAIMS, HARM, SEVEN, UNKNOWN, Lasts, Never, Opening, Scenario, ever

HEALTHY_DAY = Scenario(
    "healthy",
    "an ordinary Tuesday at the 25 % stage",
    "seven signals settle in their bands, or say what they still wait for",
    "look round; K, kill and Enter show what a kill does",
    None,
    (Never(SEVEN, HARM, 240),),
)

_USED = 16.0
_EXPECTED = 200.0
_HARDLY_USED = replace(HEALTHY, load=Load(_USED / _EXPECTED), complaints=Complaints(9.0 * _USED / _EXPECTED))

LOW_TRAFFIC = Scenario(
    "low-traffic",
    "the team's second day, and each of the eight asks for two drafts a day",
    "TOO FEW on nearly every panel, with what it waits for; nothing turns green, and nothing is proven",
    "do not widen the cohort on it: ask the team to use the feature, or wait; a kill works all the same",
    _HARDLY_USED,
    (
        Never(SEVEN, CLAIMS, 480),
        *(Lasts(signal, UNKNOWN, 1, 480) for signal in ("errors", "evals", "tickets", "injection")),
    ),
    Opening(stage="team", drafts=_USED),
    ever(_HARDLY_USED),
)
