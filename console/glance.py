"""One look at features, without a screen: they are watched until they have answered, and then no more."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from console.patience import within

if TYPE_CHECKING:
    from console.config import BrokenFeature, Config, FeatureConfig
    from console.feature import FeatureService
    from console.snapshot import Snapshot
    from console.store.history import History

DISK_SECONDS = 1.0
"""What a look waits for the disk to say whether anything was kept."""


@dataclass(frozen=True, slots=True)
class Glance:
    """What was seen.

    Attributes:
        snapshots: of the features that can be looked at, in the order asked for.
        broken: those that cannot.
    """

    snapshots: tuple[Snapshot, ...]
    broken: tuple[BrokenFeature, ...]


async def glance(config: Config, features: Iterable[FeatureConfig], seconds: float) -> Glance:
    """Look once, waiting so long at most for what does not answer.

    What consoles have kept is read, since a BREACH may stand, and evidence be older, than sources still
    serve; nothing is kept of this look.
    """
    from console.config import BrokenFeature, ConfigError
    from console.feature import FeatureService
    from console.store.journal import Journal

    zone = datetime.now().astimezone().tzinfo
    assert zone is not None  # noqa: S101 - astimezone() always sets one
    journal = Journal(config.store, config.second_journal)
    history = await _history(config)
    services: list[FeatureService] = []
    broken: list[BrokenFeature] = []
    for feature in features:
        try:
            service = FeatureService(
                config, feature, zone=zone, journal=journal, history=history, keeps=False
            )
        except ConfigError as error:
            broken.append(BrokenFeature(feature.name, str(error)))
        else:
            services.append(service)
    try:
        await asyncio.gather(*(service.start(arming=False) for service in services))
        await asyncio.gather(*(service.settled(seconds) for service in services))
        return Glance(tuple(service.snapshot for service in services), tuple(broken))
    finally:
        await _ended(services, history)


async def _history(config: Config) -> History | None:
    """What was kept; None where nothing was."""
    from console.store.history import History, history_path

    path = history_path(config.store)
    # A disk that does not answer, or a folder that cannot be entered, takes the rest of the look from nobody.
    with suppress(TimeoutError, OSError):
        if await within(DISK_SECONDS, path.exists):
            return History(path, retention=config.retention, prompts_retention=config.prompts_retention)
    return None


async def _ended(services: list[FeatureService], history: History | None) -> None:
    await asyncio.gather(*(service.stop() for service in services))
    if history is not None:
        await history.aclose()
