"""What people have vouched for, waived, read, seen and said, folded from their acts."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from console.incident.acts import Acknowledge, AlarmSeen, Attest, Done, Restore, Restored, Said, Waive


@dataclass(frozen=True, slots=True)
class Records:
    """The newest of each, as `Done`s whose act is of the type that the attribute names.

    Attributes:
        attested, waived, said: by gate key.
        read: the newest acknowledgement of each person, by the operator's name.
        restoring: the newest restore that was begun.
        restored: the newest that came true.
        alarms: by (id of the kill, name of the rung): who has first seen that it did not come true.
    """

    attested: Mapping[str, Done] = field(default_factory=dict)
    waived: Mapping[str, Done] = field(default_factory=dict)
    said: Mapping[str, Done] = field(default_factory=dict)
    read: Mapping[str, Done] = field(default_factory=dict)
    alarms: Mapping[tuple[str, str], Done] = field(default_factory=dict)
    restoring: Done | None = None
    restored: Done | None = None


def fold(acts: Iterable[Done]) -> Records:
    """Keep the newest of each.

    Args:
        acts: oldest first; those of other kinds are passed over.
    """
    attested: dict[str, Done] = {}
    waived: dict[str, Done] = {}
    said: dict[str, Done] = {}
    read: dict[str, Done] = {}
    alarms: dict[tuple[str, str], Done] = {}
    restoring: Done | None = None
    restored: Done | None = None
    for done in acts:
        match done.act:
            case Restore(down=False):
                restoring = done
            case Restored(down=False, result="restored"):
                restored = done
            case Attest(gate=gate):
                attested[gate] = done
            case Waive(gate=gate):
                waived[gate] = done
            case Said(gate=gate):
                said[gate] = done
            case Acknowledge():
                read[done.operator.name] = done
            case AlarmSeen(kill=kill, rungs=rungs):
                for rung in rungs:
                    alarms.setdefault((kill, rung), done)
    return Records(attested, waived, said, read, alarms, restoring, restored)
