"""The world's numbers as Prometheus sees them. Counters begin at zero when the world starts."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from console.demo.arrivals import COMPLAINTS, WRONG_LANGUAGE
from console.demo.latency import BOUNDS, HISTOGRAM_BOUNDS
from console.demo.records import Records
from console.demo.tally import Tally

if TYPE_CHECKING:
    from prometheus_client import Metric

FAILURES = ("schema", "timeout", "empty", "truncated")
TECHNIQUES = ("leak", "role_play")


class WorldCollector:
    """Makes the series from the world's own counts when it is asked, so that counting costs nothing extra."""

    def __init__(self, records: Records) -> None:
        self._records = records

    def collect(self) -> Iterator[Metric]:
        """All series, with their totals at this moment."""
        from prometheus_client.core import (
            CounterMetricFamily,
            GaugeMetricFamily,
            HistogramMetricFamily,
        )

        now = self._records.totals()
        requests = CounterMetricFamily("drafts_requests", "Requests answered.", labels=("path", "outcome"))
        requests.add_metric(("ai", "ok"), now.shown)
        for outcome in FAILURES:
            requests.add_metric(("ai", outcome), now.failed[outcome])
        requests.add_metric(("fallback", "ok"), now.fallback)
        yield requests

        latency = HistogramMetricFamily("drafts_latency_seconds", "Time to an answer of the AI path.")
        latency.add_metric((), _cumulative(now), sum_value=now.seconds_sum)
        yield latency

        yield CounterMetricFamily("drafts_cost_usd", "Spent on the model, US dollars.", value=now.usd)
        tokens = CounterMetricFamily("drafts_tokens", "Tokens sent and received.", labels=("kind",))
        tokens.add_metric(("in",), now.tokens_in)
        tokens.add_metric(("out",), now.tokens_out)
        yield tokens

        feedback = CounterMetricFamily(
            "drafts_feedback",
            "Answers shown; of these with a thumb; of these with a thumb down or a regenerate.",
            labels=("kind",),
        )
        for kind, count in (("shown", now.shown), ("rated", now.rated), ("disliked", now.disliked)):
            feedback.add_metric((kind,), count)
        yield feedback

        attempts = CounterMetricFamily("drafts_injection", "Injection attempts.", labels=("class", "result"))
        for technique in sorted({*TECHNIQUES, *(technique for technique, _ in now.classes)}):
            attempts.add_metric((technique, "blocked"), now.classes[technique, False])
            attempts.add_metric((technique, "passed"), now.classes[technique, True])
        yield attempts
        yield CounterMetricFamily(
            "drafts_injection_scanned", "Requests the detector looked at.", value=now.ai
        )

        tickets = CounterMetricFamily("support_tickets", "Tickets that mention drafts.", labels=("category",))
        for category in (*(category for category, _ in COMPLAINTS), WRONG_LANGUAGE):
            tickets.add_metric((category,), now.tickets[category])
        yield tickets

        if self._records.evals:
            last = self._records.evals[-1]
            for name, words, values in (
                ("score", "Mean score of last night's sample.", [s.mean for s in last.strata]),
                ("score_sd", "Standard deviation of its scores.", [s.sd for s in last.strata]),
                ("n", "Answers in the sample.", [float(s.n) for s in last.strata]),
                ("weight", "Share of production traffic.", [s.weight for s in last.strata]),
            ):
                family = GaugeMetricFamily(f"drafts_eval_{name}", words, labels=("category",))
                for stratum, value in zip(last.strata, values, strict=True):
                    family.add_metric((stratum.name,), value)
                yield family
            yield GaugeMetricFamily("drafts_eval_cold", "Score of the cold eval.", value=last.cold)
            yield GaugeMetricFamily("drafts_eval_at_seconds", "When it ran.", value=last.at.timestamp())
        if now.newest is not None:
            yield GaugeMetricFamily(
                "drafts_newest_event_time_seconds",
                "Event time of the newest answer.",
                value=now.newest.timestamp(),
            )


def _cumulative(tally: Tally) -> list[tuple[str, float]]:
    buckets: list[tuple[str, float]] = []
    total = 0
    thinned = set(HISTOGRAM_BOUNDS)
    for i, bound in enumerate(BOUNDS):
        total += tally.latency[i]
        if bound in thinned:
            buckets.append((repr(bound), float(total)))
    buckets.append(("+Inf", float(tally.latency.total())))
    return buckets


def exposition(records: Records, accept: str) -> tuple[bytes, str]:
    """(body, content type) of an answer to a scrape, in the format that the scraper prefers."""
    # Imported here: takes long, and most worlds are never scraped.
    from prometheus_client import CollectorRegistry
    from prometheus_client.exposition import choose_encoder

    registry = CollectorRegistry(auto_describe=False)
    registry.register(WorldCollector(records))
    encoder, content_type = choose_encoder(accept)
    return encoder(registry), content_type
