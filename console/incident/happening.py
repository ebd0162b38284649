"""One line of the timeline, wherever it comes from."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Happening:
    """Something that happened. Texts are plain and sanitized.

    Attributes:
        at: instant of the real clock at which it was known, UTC.
        event_at: event time, where it is the sources' clock that says when; else None.
        kind: "verdict", "flag", "model", "source", "reload", "kill", "drill", "arming", "journal", "history",
            or an act's kind ("note", "look", ...).
        text: what happened ("error rate WATCH → BREACH").
        who: a person's name, "console", or the provider's label.
        where: how they were connected ("ssh 10.0.3.7"), or "".
        key: the same for the same thing, whoever tells it; nothing stands twice in a timeline.
    """

    at: datetime
    event_at: datetime | None
    kind: str
    text: str
    who: str
    where: str
    key: str
