"""Restores in the journal."""

from __future__ import annotations

from typing import TYPE_CHECKING

from console.incident.acts import Restored, done
from console.restoring.way import Result

if TYPE_CHECKING:
    from console.killswitch.record import KillRecord
    from console.store.journal import Journal


def ended_by_restore(journal: Journal, kill: KillRecord) -> bool:
    """Whether a restore that came true is journaled after a kill. Waits for the disk.

    Raises:
        JournalError: the journal cannot be read.
    """
    ladder = kill.ladder
    rows = journal.rows(feature=ladder.feature, environment=ladder.environment, kinds=("restored",))
    for row in reversed(rows):
        act = done(row)
        if act is not None and isinstance(act.act, Restored) and not act.act.down:
            return act.act.result == Result.RESTORED.value and act.at > kill.at
    return False
