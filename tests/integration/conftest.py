"""A real Prometheus, and the walk's feature on them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.integration import world
from tests.integration.unleash_admin import Admin, Sdk, sdk
from tests.integration.world import World
from tests.servers import prometheus, unleash
from tests.servers.processes import free_port, wait_until

ROOT = Path(__file__).parent.parent.parent
FLAG = "support-drafts-ai"
AGENTS = tuple(f"agent-{number}" for number in range(9201, 9801))
"""Everyone who works in the world."""
VOLUME = 400
"""At speed 1 some 130 answers a second, a quarter of them by the AI path."""


@dataclass(frozen=True, slots=True)
class RealFeature:
    """The feature of the walk: its flag on a real Unleash, its numbers in a real Prometheus.

    Attributes:
        config: the console.toml for it.
        environment: what its secrets are in.
        chosen: agents who have the flag at the start.
    """

    unleash: unleash.Unleash
    admin: Admin
    sdk: Sdk
    prometheus: prometheus.Prometheus
    world: World
    config: Path
    environment: dict[str, str]
    chosen: frozenset[str]


@pytest.fixture
def real_prometheus() -> Iterator[prometheus.Prometheus]:
    """A real Prometheus that scrapes nothing at first; it has never seen another test's world."""
    with prometheus.running() as server:
        yield server


@pytest.fixture
def real_feature(
    real_unleash: unleash.Unleash, real_prometheus: prometheus.Prometheus, tmp_path: Path
) -> Iterator[RealFeature]:
    """The world with its flag in Unleash, scraped by Prometheus; the flag is on."""
    config, port = tmp_path / "real.toml", free_port()
    (tmp_path / "sdk").mkdir()
    secrets = {
        "UNLEASH_TOKEN": real_unleash.admin,
        "UNLEASH_FRONTEND_TOKEN": real_unleash.frontend,
        "UNLEASH_CLIENT_TOKEN": real_unleash.backend,
    }
    with closing(Admin(real_unleash)) as admin, sdk(real_unleash, tmp_path / "sdk") as app:
        admin.flag(FLAG, percent=25)
        assert wait_until(lambda: len(app.enabled_for(FLAG, AGENTS)) > 0, seconds=10)
        chosen = app.enabled_for(FLAG, AGENTS)
        filled = {
            "FOLDER": str(tmp_path),
            "ROOT": str(ROOT),
            "UNLEASH": real_unleash.url,
            "PROMETHEUS": real_prometheus.url,
            "FLAG": FLAG,
            "WORLD": f"http://127.0.0.1:{port}",
            "WORLD_FOLDER": str(world.home(tmp_path)),
            "CONTEXTS": ", ".join(f'{{ userId = "{user}" }}' for user in sorted(chosen)[:3]),
        }
        text = (Path(__file__).parent / "real.toml").read_text()
        for name, value in filled.items():
            text = text.replace(f"@{name}@", value)
        config.write_text(text)
        arguments = ("--speed=1", f"--volume={VOLUME}", f"--port={port}", f"--flag-from={config}")
        with world.running(*arguments, folder=tmp_path, environment=secrets) as running:
            real_prometheus.scrape([f"127.0.0.1:{port}"])
            yield RealFeature(real_unleash, admin, app, real_prometheus, running, config, secrets, chosen)
