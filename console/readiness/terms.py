"""On what terms a person's word counts: for which gate, from whom, until when.

Forms and commands make their acts here. The checklist holds the same terms against what stands in the
journal, since a row may come from elsewhere.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, tzinfo
from difflib import get_close_matches

from console.identity import Operator
from console.incident.acts import Attest, Done, Waive
from console.readiness.finding import WHOLE
from console.readiness.gates import BY_KEY, PROOF_GOOD_FOR, GateDefinition
from console.readiness.people import folded, is_operator
from console.readiness.until import Unreadable, until
from console.text import plain

ATTESTED_FOR = timedelta(days=30)
"""How long an attestation holds where nothing else is said."""
ATTESTED_AT_MOST = timedelta(days=366)
WAIVED_AT_MOST = timedelta(days=90)
"""A longer one is no exception any more."""

_PROOFS = ("kill-switch", "fallback")
_ROUNDING = timedelta(hours=26)
"""A date means the end of its day, which may be so much later than the bound; days may have 25 hours."""


class Unusable(ValueError):
    """What was typed cannot be used; the message says which part and what is accepted."""


class Refused(ValueError):
    """What was asked for is against our own rules; the message says which."""


def gate(key: str) -> GateDefinition:
    """Find a gate by its key.

    Raises:
        Unusable: there is none of that key.
    """
    given = key.strip().lower().replace("_", "-").replace(" ", "-")
    if given in BY_KEY:
        return BY_KEY[given]
    close = get_close_matches(given, BY_KEY, n=1, cutoff=0.5)
    guess = f" Did you mean {close[0]}?" if close else ""
    shown = plain(key[:40])
    raise Unusable(f"there is no gate {shown!r}.{guess} Gates: {', '.join(BY_KEY)}")


def attested_at_most(key: str) -> timedelta:
    """How long an attestation of this gate may hold: a drill that somebody saw, as long as one seen here."""
    return PROOF_GOOD_FOR if key in _PROOFS else ATTESTED_AT_MOST


def attestation(
    key: str, evidence: str, date: str | None, *, now: datetime, tz: tzinfo | None = None
) -> Attest:
    """Make an attestation.

    Args:
        date: when it expires, as `until` reads it; None or blank for the default.
        now: instant, UTC.
        tz: whose days a date names; None is this machine's.

    Raises:
        Unusable: a part cannot be used; the message says what is accepted.
        Refused: it would hold for longer than this gate allows.
    """
    definition = gate(key)
    words = _words(evidence, "evidence", "what speaks for this gate, or an address where that stands")
    most = attested_at_most(definition.key)
    if date is None or not date.strip():
        return Attest(definition.key, words, now + min(ATTESTED_FOR, most))
    return Attest(definition.key, words, _until(date, most, f"an attestation of {definition.key}", now, tz))


def waiver(
    key: str,
    reason: str,
    approver: str,
    date: str,
    *,
    operator: Operator,
    now: datetime,
    tz: tzinfo | None = None,
) -> Waive:
    """Make a waiver.

    Args:
        operator: who asks for it; the approver must be somebody else.
        date, now, tz: as for `attestation`.

    Raises:
        Unusable: as `attestation`.
        Refused: the approver is the one who asks, or it would hold for too long.
    """
    definition = gate(key)
    words = _words(reason, "reason", "why it can be done without for that time")
    name = _words(approver, "approver", "the name of the person who allowed it")
    if is_operator(name, operator):
        raise Refused(
            f"a waiver takes a second person: {plain(operator.name)} asks for it and cannot approve it too; "
            "name whoever allowed it"
        )
    if not date.strip():
        raise Unusable("until is empty: say when the waiver ends, as 2026-12-18 or 30d")
    return Waive(definition.key, words, name, _until(date, WAIVED_AT_MOST, "a waiver", now, tz))


def attested_until(done: Done, act: Attest) -> datetime:
    """When an attestation of the journal expires: as it says, and never later than its gate allows."""
    return _bounded(done, act.until, attested_at_most(act.gate))


def waived_until(done: Done, act: Waive) -> datetime:
    """When a waiver of the journal expires: as it says, and never later than waivers may."""
    return _bounded(done, act.until, WAIVED_AT_MOST)


def void(done: Done, act: Waive) -> str:
    """Why a waiver of the journal does not count, or ""."""
    if not folded(act.approver):
        return "nobody approved it"
    return "approved by the one who asked for it" if is_operator(act.approver, done.operator) else ""


def _bounded(done: Done, said: datetime, most: timedelta) -> datetime:
    # A row that this program did not write may lack the offset.
    return min(_aware(said), _aware(done.at) + most + _ROUNDING)


def _aware(instant: datetime) -> datetime:
    return instant if instant.tzinfo else instant.replace(tzinfo=UTC)


def _words(text: str, name: str, wanted: str) -> str:
    """One line without anything that acts or hides; as long as what the walk-through shows."""
    # Cut before it is looked at: a pasted file is not worth the time.
    words = plain(" ".join(text[: 4 * WHOLE].split()))
    if not words:
        raise Unusable(f"{name} is empty: say {wanted}")
    if len(text) > 4 * WHOLE or len(words) > WHOLE:
        raise Unusable(
            f"{name} has {len(text):,} characters, and {WHOLE:,} are the most: "
            "put it somewhere and give its address"
        )
    return words


def _until(date: str, most: timedelta, what: str, now: datetime, tz: tzinfo | None) -> datetime:
    try:
        end = until(date, now=now, tz=tz)
    except Unreadable as error:
        raise Unusable(str(error)) from None
    if end <= now:
        raise Unusable(
            f"until {plain(date.strip())} is in the past: give a date from today on, or a time like 30d"
        )
    if end > now + most + _ROUNDING:
        raise Refused(f"{what} holds for {most.days} days at most, and until {plain(date.strip())} is longer")
    return end
