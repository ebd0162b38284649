"""Everything that the doctor has seen, before anything is made of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from console.doctor.configuration import FileFacts
from console.doctor.credentials import SecretFacts
from console.doctor.keeping import JournalFacts, PlaceFacts
from console.doctor.machine import InstallationFacts, TerminalFacts
from console.doctor.proof import ProofFacts
from console.doctor.sources import SourceFacts

if TYPE_CHECKING:
    from console.config import BrokenFeature, FeatureConfig
    from console.killswitch.arming import Arming
    from console.runbook.text import RunbookText


@dataclass(frozen=True, slots=True)
class FeatureFacts:
    """One feature.

    Attributes:
        arming: None when it could not be proven at all; `arming_problem` says why.
        killed: its newest kill was confirmed, and no later answer says that the flag is on.
        runbook: as read just now.
    """

    config: FeatureConfig
    arming: Arming | None
    arming_problem: str
    secrets: tuple[SecretFacts, ...]
    proofs: tuple[ProofFacts, ...]
    sources: tuple[SourceFacts, ...]
    runbook: RunbookText
    killed: bool = False


@dataclass(frozen=True, slots=True)
class Facts:
    """All of it.

    Attributes:
        at: when it was looked at, UTC.
        unusable: why there is no configuration at all, or "": then nothing that needs one was looked at.
        file: None without a configuration.
        faults: tables that concern every feature and cannot be used, each a sentence.
        broken: features that cannot be used.
        log: why nothing can be logged, or "".
    """

    at: datetime
    terminal: TerminalFacts
    installation: InstallationFacts
    unusable: str = ""
    file: FileFacts | None = None
    faults: tuple[str, ...] = ()
    broken: tuple[BrokenFeature, ...] = ()
    features: tuple[FeatureFacts, ...] = ()
    journal: JournalFacts | None = None
    history: PlaceFacts | None = None
    log: str = ""
