"""What carries flags and events."""

from __future__ import annotations

from dataclasses import replace

from console.demo.conditions import HEALTHY, Plumbing
from console.demo.scenario import HARM, SEVEN, SILENT, Lasts, Never, Reaches, Scenario, all_but
from console.demo.stories.provider import BROKEN_SCHEMA

FLAG_SERVICE_DOWN = Scenario(
    "flag-service-down",
    "schema failures, and the flag service accepts connections and never answers",
    "the error rate goes to BREACH, and lever 1 gets no answer",
    "K, type kill, Enter: lever 1 stays unknown, lever 2 forces the fallback",
    replace(BROKEN_SCHEMA, plumbing=Plumbing(flag_service=False)),
    (Reaches("errors", HARM, 15), Never(all_but("errors"), HARM, 60)),
)

_FROM_ANSWERS = ("errors", "latency", "cost", "feedback", "injection")

STALE_SOURCE = Scenario(
    "stale-source",
    "answers go on, and the pipeline that brings them to the console stands still",
    "the stream is connected and says so; five signals turn STALE, tickets and evals go on",
    "do not read silence as health: look at the app itself and mend the pipeline; kill blind if in doubt",
    replace(HEALTHY, plumbing=Plumbing(events=False)),
    (
        *(Reaches(signal, SILENT, 14) for signal in _FROM_ANSWERS),
        *(Lasts(signal, SILENT, 14, 90) for signal in _FROM_ANSWERS),
        Never(("tickets", "evals"), SILENT, 90),
        Never(SEVEN, HARM, 90),
    ),
)

FLAG_FLAPPING = Scenario(
    "flag-flapping",
    "schema failures, and a release script turns the flag on again whenever it is off",
    "minutes after a kill the AI path is back: ON AGAIN by release-bot, outside a restore; errors are judged",
    "force the fallback on the agents' own host, which no flag undoes; then have the script stopped",
    replace(BROKEN_SCHEMA, plumbing=Plumbing(flag_turned_on=True)),
    (Reaches("errors", HARM, 15), Never(all_but("errors"), HARM, 60)),
)
