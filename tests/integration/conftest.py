"""Servers that several tests share."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.servers import prometheus, unleash


@pytest.fixture(scope="session")
def real_unleash() -> Iterator[unleash.Unleash]:
    """A real Unleash, without flags at first."""
    with unleash.running() as server:
        yield server


@pytest.fixture(scope="session")
def real_prometheus() -> Iterator[prometheus.Prometheus]:
    """A real Prometheus that scrapes nothing at first."""
    with prometheus.running() as server:
        yield server
