"""A secret, and the header that it is sent in."""

from __future__ import annotations

import base64
from dataclasses import dataclass

from adapters.redaction import remember
from adapters.secrets import Secret, SecretMissing


@dataclass(frozen=True, slots=True)
class Credential:
    """A secret that goes with every request to a provider.

    Attributes:
        secret: the token or password.
        header: the header's name.
        prefix: what stands before it ("Bearer "; "" for the bare token).
        user: with a user name, both are sent as HTTP Basic and `prefix` is not used.
    """

    secret: Secret
    header: str = "Authorization"
    prefix: str = "Bearer "
    user: str | None = None

    async def resolve(self) -> tuple[str, str]:
        """Return (the secret, the header's value).

        Raises:
            SecretMissing: it cannot be resolved, or cannot stand in a header.
        """
        secret = await self.secret.reveal()
        if self.user is not None:
            pair = base64.b64encode(f"{self.user}:{secret}".encode()).decode()
            remember(pair)
            return secret, f"Basic {pair}"
        if not secret.isascii():
            raise SecretMissing(
                f"the secret {self.secret.reference} holds characters that no header may",
                where=f"header {self.header}",
                todo="Check that it was copied whole, and from the right place.",
            )
        return secret, f"{self.prefix}{secret}"
