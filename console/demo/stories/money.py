"""What it costs."""

from __future__ import annotations

from dataclasses import replace

from console.demo.conditions import HEALTHY, Load, Loop
from console.demo.scenario import (
    DAY,
    HARM,
    HOUR,
    TUESDAY,
    Never,
    Opening,
    Reaches,
    Scenario,
    all_but,
)

MONDAY_COST_SPIKE = Scenario(
    "monday-cost-spike",
    "Monday morning at 100 %: a weekend's tickets at once, all by the large model",
    "today's pace of cost leaves its band in the morning and goes to BREACH; what users see is healthy",
    "do not kill what works: enable tiered routing, or step back a stage; kill if the whole day's forecast "
    "goes before noon",
    replace(HEALTHY, load=Load(1.7), model=replace(HEALTHY.model, slower=1.0, reads=1.35)),
    (Reaches("cost", HARM, 120), Never(all_but("cost"), HARM, 180)),
    Opening(7 * DAY + 8 * HOUR + 40 * 60, stage="100%"),
)

RUNAWAY_LOOP = Scenario(
    "runaway-loop",
    "at night an agent's tool asks again and again, each time with all that went before",
    "a quiet night, and cost that climbs by a dollar a minute: BREACH before the day has begun",
    "kill: a loop spends more in an hour than the feature does in a week",
    replace(HEALTHY, load=Load(loop=Loop(per_minute=25.0, grows=0.02, longest=6.0))),
    (Reaches("cost", HARM, 75), Never(all_but("cost"), HARM, 120)),
    Opening(TUESDAY + 1.5 * HOUR),
)
