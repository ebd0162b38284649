"""Everything that the doctor has seen, before anything is made of it."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING

from console.doctor.configuration import FileFacts
from console.doctor.credentials import SecretFacts
from console.doctor.keeping import JournalFacts, PlaceFacts
from console.doctor.logout import LogoutFacts
from console.doctor.machine import InstallationFacts, TerminalFacts
from console.doctor.proof import ProofFacts
from console.doctor.sources import SourceFacts

if TYPE_CHECKING:
    from adapters.flags.port import FlagState
    from console.config import BrokenFeature, FeatureConfig
    from console.killswitch.arming import Arming
    from console.killswitch.record import KillRecord
    from console.runbook.text import RunbookText


@dataclass(frozen=True, slots=True)
class FeatureFacts:
    """One feature.

    Attributes:
        arming: None when it could not be proven at all; `arming_problem` says why.
        flag: as read just now; None when it could not be, and `flag_problem` says why.
        kill: the newest in the journal; None when there is none or a restore has ended it, and when the
            journal cannot be read.
        runbook: as read just now.
    """

    config: FeatureConfig
    arming: Arming | None
    arming_problem: str
    secrets: tuple[SecretFacts, ...]
    proofs: tuple[ProofFacts, ...]
    sources: tuple[SourceFacts, ...]
    runbook: RunbookText
    flag: FlagState | None = None
    flag_problem: str = ""
    kill: KillRecord | None = None

    @property
    def back_on(self) -> bool:
        """The newest kill turned the flag, and it is no longer so."""
        kill, state = self.kill, self.flag
        return (
            kill is not None
            and kill.ladder.killed_by == 1
            and kill.confirmed_at is not None
            and state is not None
            and state.on is not (self.config.flag.kill_state == "on")
        )

    @property
    def killed(self) -> bool:
        """The newest kill was confirmed, and nothing says that it no longer stands."""
        return self.kill is not None and self.kill.confirmed_at is not None and not self.back_on


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
        logout: what becomes of a kill under way when the person logs out.
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
    logout: LogoutFacts = field(default_factory=LogoutFacts)
