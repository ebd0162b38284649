"""What those who use it find."""

from __future__ import annotations

from dataclasses import replace

from console.demo.conditions import HEALTHY, Complaints, Quality
from console.demo.scenario import (
    HARM,
    HOUR,
    SEVEN,
    TUESDAY,
    Never,
    Opening,
    Prelude,
    Reaches,
    Says,
    Scenario,
    all_but,
)

THUMBS_DOWN = Scenario(
    "thumbs-down",
    "since a change of the prompt every fourth draft is disliked; nothing fails",
    "thumbs-down leaves its band and goes to BREACH within an hour; six other signals are as before",
    "read ten of the answers; kill if customers were sent wrong facts, else take the change back",
    replace(HEALTHY, opinions=replace(HEALTHY.opinions, disliked=0.26)),
    (Reaches("feedback", HARM, 75), Never(all_but("feedback"), HARM, 120)),
)

_ENGLISH_ONLY = replace(
    HEALTHY,
    opinions=replace(HEALTHY.opinions, languages=(("es", 0.24),)),
    quality=Quality(0.845, 0.52),
    complaints=Complaints(13.0, wrong_language=0.2),
)

SPANISH_RETRIEVAL = Scenario(
    "spanish-retrieval",
    "since Monday retrieval finds only English pages: only answers in Spanish are bad",
    "no rate leaves its band, not even thumbs-down; at 02:00 the eval names its worst category: spanish",
    "look at the strata before the mean: leave Spanish out of the cohort until retrieval is mended",
    _ENGLISH_ONLY,
    (
        Says("evals", "spanish", 40),
        Never(SEVEN, HARM, 240),
    ),
    Opening(TUESDAY + 1.5 * HOUR),
    Prelude(8.5 * HOUR, _ENGLISH_ONLY),
)
