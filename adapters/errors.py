"""What can go wrong with a provider, as exceptions that a person can act on.

AdapterError
  BadOptions          the configuration of this adapter cannot be used
    UnknownKey          it has a key that the adapter does not know
  Unreachable         DNS, connection refused, TLS: nothing was delivered
  TimedOut            no answer within the limit
  Interrupted         the connection broke after the request had left
  Garbage             an answer came that cannot be understood
  ServerFault         the provider answered 5xx
  RateLimited         the provider answered 429; `retry_after` may say when to come back
  Refused             the provider understood and said no
    BadCredentials      401
    Forbidden           403
    NotFound            404
    NeedsApproval       an approval gate stands in the way
    Conflict            409
"""

from __future__ import annotations

from collections.abc import Sequence
from enum import Enum

from adapters.untrusted import Untrusted


class Effect(Enum):
    """What is known about a request that failed."""

    NONE = "none"
    """It certainly changed nothing: it never left, or the provider refused it."""
    UNKNOWN = "unknown"
    """It may have worked. Only a read-back can tell."""


class AdapterError(Exception):
    """A provider could not do what was asked.

    Args:
        what: what happened, in words, without any text from outside ("did not answer within 5 s").
        where: the provider and the place ("unleash at http://127.0.0.1:4242").
        todo: what the person can do now.
        detail: what the provider itself said, unsanitized.
        effect: whether the request may have worked all the same.
    """

    default_effect = Effect.NONE

    def __init__(
        self,
        what: str,
        *,
        where: str,
        todo: str,
        detail: Untrusted | None = None,
        effect: Effect | None = None,
    ) -> None:
        super().__init__(f"{where}: {what}. {todo}")
        self.what = what
        self.where = where
        self.todo = todo
        self.detail = detail
        self.effect = self.default_effect if effect is None else effect


class BadOptions(AdapterError):
    """The adapter's table in the configuration is wrong; `what` names the key."""


class UnknownKey(BadOptions):
    """The table has a key that the adapter does not know.

    Attributes:
        key: as written.
        accepted: the keys that the adapter knows.
    """

    def __init__(self, what: str, *, where: str, todo: str, key: str, accepted: Sequence[str]) -> None:
        super().__init__(what, where=where, todo=todo)
        self.key = key
        self.accepted = tuple(accepted)


class Unreachable(AdapterError):
    """No connection could be made, so nothing was delivered."""


class TimedOut(AdapterError):
    """No answer came in time. After a request has left, its effect is unknown."""

    default_effect = Effect.UNKNOWN


class Interrupted(AdapterError):
    """The connection broke after the request had left."""

    default_effect = Effect.UNKNOWN


class Garbage(AdapterError):
    """The answer could not be understood; what it was an answer to may have happened."""

    default_effect = Effect.UNKNOWN


class ServerFault(AdapterError):
    """The provider answered 5xx; it may have failed after the change was made."""

    default_effect = Effect.UNKNOWN


class RateLimited(AdapterError):
    """The provider answered 429.

    Attributes:
        retry_after: seconds until it wants to be asked again, if it said so.
    """

    def __init__(self, what: str, *, where: str, todo: str, retry_after: float | None = None) -> None:
        super().__init__(what, where=where, todo=todo)
        self.retry_after = retry_after


class Refused(AdapterError):
    """The provider understood the request and said no."""


class BadCredentials(Refused):
    """401: the token is missing, wrong or expired."""


class Forbidden(Refused):
    """403: the token is known, and may not do this."""


class NotFound(Refused):
    """404: flag, project, environment or path does not exist there."""


class NeedsApproval(Refused):
    """The provider wants an approval before it changes this flag."""


class Conflict(Refused):
    """409: somebody else's change stands against this one."""
