"""Looking at everything, all at once, and at nothing for longer than a few seconds."""

from __future__ import annotations

import asyncio
import os
import stat
from collections.abc import Iterable, Mapping
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from adapters import registry
from adapters.errors import AdapterError
from console.doctor.ask import ask_sources
from console.doctor.configuration import FileFacts
from console.doctor.credentials import references, resolve
from console.doctor.facts import Facts, FeatureFacts
from console.doctor.keeping import (
    ChainFact,
    JournalFacts,
    PlaceFacts,
    UnfinishedKill,
    look_at,
    unfinished,
)
from console.doctor.logout import look_at_logout
from console.doctor.machine import look_at_installation, look_at_terminal
from console.doctor.proof import ask_proofs
from console.identity import operator
from console.killswitch.history import latest_kill, open_intents
from console.killswitch.prove import prove
from console.patience import within
from console.restoring.history import ended_by_restore
from console.runbook.text import RunbookText, read_runbook
from console.store.audit import Audit
from console.store.history import history_path
from console.store.journal import Journal, JournalError
from console.text import plain

if TYPE_CHECKING:
    from adapters.flags.port import FlagState
    from console.config import BrokenFeature, Config, FeatureConfig
    from console.killswitch.arming import Arming
    from console.killswitch.record import KillRecord

DISK_SECONDS = 5.0
PROVE_SECONDS = 10.0


async def examine(
    config: Config,
    features: Iterable[FeatureConfig],
    broken: Iterable[BrokenFeature],
    *,
    environ: Mapping[str, str],
    stands_in: str = "",
    log: str = "",
) -> Facts:
    """Look at everything that concerns these features. Never raises for what the outside does.

    Args:
        config: as read.
        features: those that were meant, and can be used.
        broken: those that were meant, and cannot.
        stands_in: why the last good copy is in use in place of the file, or "".
        log: why nothing can be logged, or "".
    """
    chosen = tuple(features)
    file, journal, history, seen = await asyncio.gather(
        _file(config, stands_in),
        _journal(config),
        _history(config),
        asyncio.gather(*(_feature(feature, config) for feature in chosen)),
    )
    return Facts(
        at=datetime.now(UTC),
        terminal=look_at_terminal(environ),
        logout=look_at_logout(operator("").login),
        installation=look_at_installation(),
        file=file,
        faults=config.faults,
        broken=tuple(broken),
        features=tuple(seen),
        journal=journal,
        history=history,
        log=log,
    )


def examine_without(unusable: str, *, environ: Mapping[str, str]) -> Facts:
    """Look at what needs no configuration, because there is none."""
    return Facts(datetime.now(UTC), look_at_terminal(environ), look_at_installation(), unusable=unusable)


async def _feature(config: FeatureConfig, whole: Config) -> FeatureFacts:
    (arming, flag, kill, runbook), secrets, proofs, sources = await asyncio.gather(
        asyncio.gather(_arming(config), _flag(config), _newest_kill(config, whole), _runbook(config)),
        asyncio.gather(*(resolve(secret, used_by) for secret, used_by in references(config).values())),
        ask_proofs(config),
        ask_sources(config),
    )
    problem = arming if isinstance(arming, str) else ""
    return FeatureFacts(
        config,
        None if isinstance(arming, str) else arming,
        problem,
        tuple(secrets),
        proofs,
        sources,
        runbook,
        flag=None if isinstance(flag, str) else flag,
        flag_problem=flag if isinstance(flag, str) else "",
        kill=kill,
    )


async def _arming(config: FeatureConfig) -> Arming | str:
    try:
        async with asyncio.timeout(PROVE_SECONDS):
            return await prove(config)
    except TimeoutError:
        return f"no answer within {PROVE_SECONDS:g} s"
    except Exception as error:  # noqa: BLE001 - the other findings count all the more then
        return f"a lever failed unexpectedly ({type(error).__name__})"


async def _flag(config: FeatureConfig) -> FlagState | str:
    """The flag, or why it cannot be read."""
    table = config.flag
    try:
        provider = registry.open_flag(table.provider, table.options, table.where, trust=table.trust)
        try:
            async with asyncio.timeout(PROVE_SECONDS):
                return await provider.read()
        finally:
            with suppress(Exception):  # the command ends in a moment
                await provider.aclose()
    except AdapterError as error:
        return f"{error.where}: {error.what}"
    except TimeoutError:
        return f"no answer within {PROVE_SECONDS:g} s"
    except Exception as error:  # noqa: BLE001 - as in `_arming`
        return f"the adapter failed ({type(error).__name__})"


async def _runbook(config: FeatureConfig) -> RunbookText:
    try:
        return await within(DISK_SECONDS, lambda: read_runbook(config.runbook))
    except TimeoutError:
        return RunbookText(str(config.runbook), "", f"{config.runbook}: its disk does not answer")


async def _newest_kill(config: FeatureConfig, whole: Config) -> KillRecord | None:
    """The newest kill, unless a restore has ended it."""
    journal = Journal(whole.store, whole.second_journal)

    def read() -> KillRecord | None:
        kill = latest_kill(journal, config.key, config.environment)
        return None if kill is not None and ended_by_restore(journal, kill) else kill

    try:
        return await within(DISK_SECONDS, read)
    except Exception:  # noqa: BLE001 - the journal's own findings say it
        return None


async def _file(config: Config, stands_in: str) -> FileFacts:
    runs, inline = _needs(config)
    path = plain(str(config.path))
    try:
        found = await within(DISK_SECONDS, config.path.stat)
    except (OSError, TimeoutError) as error:
        reason = error.strerror if isinstance(error, OSError) and error.strerror else "its disk is silent"
        return FileFacts(path, stands_in=stands_in or f"{path}: {reason.lower()}")
    readable = found.st_uid != os.geteuid() or bool(stat.S_IMODE(found.st_mode) & 0o077)
    return FileFacts(path, config.trust.why, readable, runs, inline, stands_in)


def _needs(config: Config) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """What in a file runs commands, and what in it holds a secret itself."""
    runs: list[str] = []
    inline: list[str] = []
    for feature in config.features:
        runs += [table.where for table in feature.levers if table.provider == "command"]
        for secret, used_by in references(feature).values():
            if secret.reference.startswith("cmd:"):
                runs += used_by
            elif secret.reference == "inline":
                inline += used_by
    return tuple(dict.fromkeys(runs)), tuple(dict.fromkeys(inline))


async def _journal(config: Config) -> JournalFacts:
    journal = Journal(config.store, config.second_journal)
    places = await asyncio.gather(_place(config.store), _place(config.second_journal))
    try:
        rows, kills = await within(DISK_SECONDS, lambda: _read(journal))
    except TimeoutError:
        return JournalFacts(tuple(places), None, problem="its disk does not answer")
    except JournalError as error:
        return JournalFacts(tuple(places), problem=plain(str(error)))
    except Exception as error:  # noqa: BLE001 - an odd row must not end the examination
        return JournalFacts(tuple(places), problem=f"a row is odd ({type(error).__name__})")
    audit = Audit(config.store, config.second_journal, config.published_head)
    unpublished = await _unpublished(audit)
    try:
        found = await within(DISK_SECONDS, audit.verify)
    except TimeoutError:
        return JournalFacts(tuple(places), None, rows, kills, unpublished=unpublished)
    chain = tuple(ChainFact(plain(f"{one.place}: {one.text}"), one.broken) for one in found)
    return JournalFacts(tuple(places), chain, rows, kills, unpublished=unpublished)


async def _unpublished(audit: Audit) -> str:
    try:
        return plain(await within(DISK_SECONDS, audit.cannot_publish))
    except TimeoutError:
        return "the journal's head cannot be published: the disk does not answer"


def _read(journal: Journal) -> tuple[int, tuple[UnfinishedKill, ...]]:
    kills = []
    for kill in open_intents(journal):
        latest = latest_kill(journal, kill.ladder.feature, kill.ladder.environment)
        kills.append(unfinished(kill, latest))
    return len(journal.rows()), tuple(kills)


async def _history(config: Config) -> PlaceFacts:

    return await _place(history_path(config.store))


async def _place(path: Path) -> PlaceFacts:
    try:
        return await within(DISK_SECONDS, lambda: look_at(path))
    except TimeoutError:
        return PlaceFacts(plain(str(path)), problem="its disk does not answer")
    except Exception as error:  # noqa: BLE001 - one file that is odd hides no other
        return PlaceFacts(plain(str(path)), problem=f"cannot be looked at ({type(error).__name__})")
