"""From seven live signals to a killed feature on a real Unleash and a real Prometheus.

What the console says of itself proves nothing here: the flag is looked up by Unleash's own API and SDK, and
the traffic by Prometheus's own numbers.
"""

from __future__ import annotations

import os
from datetime import datetime
from typing import Any

import pytest

from tests.integration.command import console
from tests.integration.conftest import FLAG, RealFeature
from tests.integration.prometheus_query import number
from tests.integration.terminal import Terminal
from tests.integration.world import CONSOLE
from tests.servers.processes import wait_until

pytestmark = [pytest.mark.servers, pytest.mark.timeout(300)]

SEVEN = {"errors", "latency", "cost", "feedback", "evals", "tickets", "injection"}
BLIND = {"ERROR", "NO DATA", "STALE"}


def answers(feature: RealFeature, path: str) -> float:
    """How many answers a path gave in the last 5 s, as Prometheus sees it."""
    query = f'sum(increase(drafts_requests_total{{path="{path}"}}[5s]))'
    return number(feature.prometheus.url, query) or 0.0


def wait_for_traffic(feature: RealFeature) -> None:
    assert wait_until(lambda: answers(feature, "ai") > 10, seconds=30, every=0.5), (
        "no AI traffic in Prometheus"
    )


def is_off_by_all_who_know(feature: RealFeature, *, fallback_before: float) -> None:
    assert not feature.admin.enabled(FLAG)
    newest = feature.admin.events(FLAG)[0]
    assert (newest["type"], newest["environment"]) == ("feature-environment-disabled", "production")
    assert wait_until(lambda: not feature.sdk.enabled_for(FLAG, feature.chosen), seconds=10)
    assert wait_until(lambda: answers(feature, "ai") == 0, seconds=20, every=0.5)
    assert answers(feature, "fallback") > fallback_before


def test_the_seven_signals_come_from_prometheus(real_feature: RealFeature) -> None:
    wait_for_traffic(real_feature)
    signals: dict[str, dict[str, Any]] = {}

    def live() -> bool:
        done = console("status", "--json", config=real_feature.config, environment=real_feature.environment)
        signals.update((found["signal"], found) for found in done.document()["features"][0]["signals"])
        # The newest eval ran before this flag was on: it must be seen, and says nothing of what users get.
        return not any(signals[name]["state"] in BLIND for name in SEVEN - {"evals"})

    # Verdicts stand on whole minutes since the flag went on.
    came = wait_until(live, seconds=180, every=1)
    assert set(signals) == SEVEN
    assert came, {name: (signal["state"], signal["problem"]) for name, signal in signals.items()}
    ran = number(real_feature.prometheus.url, "drafts_eval_at_seconds")
    assert ran is not None
    assert datetime.fromisoformat(signals["evals"]["newest"]).timestamp() == pytest.approx(ran, abs=1)


def test_console_kill_turns_the_flag_off_on_unleash_and_the_ai_path_falls_silent(
    real_feature: RealFeature,
) -> None:
    wait_for_traffic(real_feature)
    fallback_before = answers(real_feature, "fallback")

    done = console(
        *("kill", "support-drafts", "--confirm", FLAG, "--wait", "fallback", "--json"),
        config=real_feature.config,
        environment=real_feature.environment,
    )

    assert done.status == 0, done.talk
    is_off_by_all_who_know(real_feature, fallback_before=fallback_before)
    for secret in real_feature.environment.values():
        assert secret not in done.out + done.talk


def test_k_kill_enter_on_the_screen_turns_the_flag_off_on_unleash(real_feature: RealFeature) -> None:
    wait_for_traffic(real_feature)
    fallback_before = answers(real_feature, "fallback")
    with Terminal(
        [*CONSOLE, "--config", str(real_feature.config)],
        environment={**real_feature.environment, "HOME": os.environ["HOME"]},
        folder=real_feature.config.parent,
    ) as terminal:
        terminal.wait_for(r"ON +25 %", seconds=30)
        terminal.type("K")
        terminal.wait_for("KILL  support-drafts")
        terminal.type(*"kill")
        terminal.wait_for("Enter kills")
        terminal.type("enter")
        terminal.wait_for(r"✓ confirmed", seconds=10)
        is_off_by_all_who_know(real_feature, fallback_before=fallback_before)
        terminal.wait_for(r"✓ fallback", seconds=60)
        terminal.type("esc")
        terminal.wait_for("KILLED")
        for secret in real_feature.environment.values():
            assert secret not in terminal.look()
