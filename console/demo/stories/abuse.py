"""What those who attack it do."""

from __future__ import annotations

from dataclasses import replace

from console.demo.conditions import HEALTHY, Attacks
from console.demo.scenario import HARM, SUSPECT, Never, Reaches, Scenario, all_but

INJECTION_CAMPAIGN = Scenario(
    "injection-campaign",
    "many senders try a technique never seen before, and some of it gets through",
    "injection goes to BREACH: a new class, attempts that passed; errors, latency and cost stay healthy",
    "kill, keep the prompt log, and call Security; then add the class to the detector and to the evals",
    replace(
        HEALTHY,
        attacks=Attacks(0.15, (("encoded", 0.9, 0.25), ("leak", 0.07, 0.0), ("role_play", 0.03, 0.0)), 60),
    ),
    (
        Reaches("injection", SUSPECT, 20),
        Reaches("injection", HARM, 40),
        Never(all_but("injection"), HARM, 120),
    ),
)
