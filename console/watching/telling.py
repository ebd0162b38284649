"""Everything that is watched, turned into lines: each feature by itself, and the configuration."""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from console.text import plain
from console.watching.lines import Line
from console.watching.told import Told

if TYPE_CHECKING:
    from console.config import Config
    from console.feature import FeatureService
    from console.fleet import Fleet

_log = logging.getLogger(__name__)


class Telling:
    """Says what is new of a fleet.

    Args:
        say: takes each line; must not wait.
        only: name (``key@environment``) of the only feature that is meant; None means all.
    """

    def __init__(self, say: Callable[[Line], None], only: str | None = None) -> None:
        self._say = say
        self._only = only
        self._told: dict[str, Told] = {}
        self._odd: set[str] = set()
        self._broken: dict[str, str] = {}
        self._stale = ""
        self._config: Config | None = None

    def tell(self, fleet: Fleet) -> bool:
        """Say what is new since the last time. Returns whether any of it is bad."""
        bad = self._tell_of_file(fleet)
        for service in fleet.services:
            bad = self._tell_of_feature(service) or bad
        names = {service.feature.name for service in fleet.services}
        self._told = {name: told for name, told in self._told.items() if name in names}
        return bad

    def _tell_of_feature(self, service: FeatureService) -> bool:
        name = service.feature.name
        try:
            snapshot = service.snapshot
            told = self._told.get(name)
            if told is None:
                told = self._told[name] = Told(name)
                lines = told.first(snapshot)
            else:
                lines = told.next(snapshot)
        except Exception as error:  # noqa: BLE001 - one feature's trouble stops no other's watch
            if name not in self._odd:
                _log.exception("%s cannot be looked at", name)
                text = f"cannot be looked at ({type(error).__name__}); the log has the details"
                self._line(name, "BROKEN", text)
            self._odd.add(name)
            return True
        self._odd.discard(name)
        for line in lines:
            self._say(line)
        return any(line.bad for line in lines)

    def _tell_of_file(self, fleet: Fleet) -> bool:
        """Say which features cannot be watched, and whether the file as it stands is in use."""
        before, self._broken = (
            self._broken,
            {one.name: one.problem for one in fleet.broken if self._only in (None, one.name)},
        )
        for name, problem in self._broken.items():
            if before.get(name) != problem:
                self._line(name, "BROKEN", problem)
        for name in before.keys() - self._broken.keys():
            self._line(name, "WHOLE", "its tables can be used, or are gone")
        if fleet.stale != self._stale:
            word = "PROBLEM" if fleet.stale else "WORKS"
            self._line("", word, fleet.stale or f"{fleet.config.path} is in use as it stands")
        if self._config is not None and fleet.config is not self._config:
            number = len(fleet.services)
            self._line("", "RELOADED", f"{number} feature{'s' * (number != 1)} watched")
        self._config = fleet.config
        worse = bool(fleet.stale and fleet.stale != self._stale)
        self._stale = fleet.stale
        return worse or before != self._broken

    def _line(self, name: str, word: str, text: str) -> None:
        self._say(Line(datetime.now(UTC), name, "config", word, plain(text)))
