"""What the model's provider does."""

from __future__ import annotations

from dataclasses import replace

from console.demo.conditions import HEALTHY, NEW_MODEL, Complaints, Failures, Model, Quality
from console.demo.scenario import (
    HARM,
    HOUR,
    SUSPECT,
    TUESDAY,
    Never,
    Opening,
    Prelude,
    Reaches,
    Scenario,
    all_but,
)

BROKEN_SCHEMA = replace(
    HEALTHY,
    failures=Failures(schema=0.37, timeout=0.012),
    model=Model(NEW_MODEL),
    opinions=replace(HEALTHY.opinions, disliked=0.085),
    quality=Quality(0.79, 0.79),
    complaints=Complaints(30.0),
)

SCHEMA_FAILURES = Scenario(
    "schema-failures",
    "the provider moves the model alias, and more than a third of the answers fail their schema",
    "after 3 to 5 minutes of event time the error rate leaves its band and goes to BREACH",
    "K, type kill, Enter: AI answers go to zero, the fallback rises",
    BROKEN_SCHEMA,
    (Reaches("errors", HARM, 15), Never(all_but("errors"), HARM, 60)),
)

SLOW_MODEL = Scenario(
    "slow-model",
    "every answer takes 1.6 times as long",
    "p50 and p95 leave their bands together; nothing fails",
    "read the latency steps of the runbook; kill if it lasts",
    replace(
        HEALTHY,
        failures=replace(HEALTHY.failures, timeout=0.004),
        model=replace(HEALTHY.model, slower=1.6 * HEALTHY.model.slower),
    ),
    (Reaches("latency", HARM, 60), Never(all_but("latency"), HARM, 60)),
)

_DRIFTED = replace(
    HEALTHY,
    model=Model(NEW_MODEL, slower=1.01, writes=1.12),
    opinions=replace(HEALTHY.opinions, disliked=0.068),
    quality=Quality(0.72, 0.72),
)

SILENT_MODEL_CHANGE = Scenario(
    "silent-model-change",
    "the provider moved the model alias on Sunday night, and nothing fails",
    "another model's fingerprint; then, at 02:00, an eval score that has left its band, while errors, "
    "latency and cost are healthy and thumbs-down is only a little up",
    "believe the eval: step back one stage or kill, pin the model's version, and evaluate the new one cold",
    _DRIFTED,
    (
        Reaches("evals", SUSPECT, 40),
        Never(all_but("evals"), HARM, 120),
    ),
    Opening(TUESDAY + 1.5 * HOUR),
    # So long before, that the first eval to come is of this model's answers alone.
    Prelude(-1 * HOUR, _DRIFTED),
)
