"""Secrets as references, resolved at first use and never shown.

env:NAME      an environment variable
file:PATH     the contents of a file, without the line break at its end
cmd:COMMAND   what a command prints; no shell, 2 s, kept in memory until `forget`
anything else the secret itself, accepted from a private file only
"""

from __future__ import annotations

import asyncio
import os
import re
import shlex
import signal
import threading
from contextlib import suppress
from pathlib import Path

from adapters.errors import AdapterError, BadOptions
from adapters.redaction import remember
from adapters.telltale import given_away
from adapters.trust import NO_TRUST, Trust

SECONDS = 2.0
LARGEST = 16_384
"""Bytes of a secret; what is longer is some other file."""


class SecretMissing(AdapterError):
    """A secret's reference leads to nothing that can be used; nothing was sent."""


class Secret:
    """One secret of the configuration. It has no text but through `reveal`.

    Args:
        reference: as written in the configuration.
        where: the table it stands in, for messages.
        key: the key it stands under.
        trust: what the configuration file may make the console do.

    Raises:
        BadOptions: the reference is empty or malformed, or the file may not use this kind.
    """

    __slots__ = ("_inline", "_kept", "_kind", "_rest", "_where")

    def __init__(self, reference: str, *, where: str, key: str = "token", trust: Trust = NO_TRUST) -> None:
        kind, colon, rest = reference.partition(":")
        self._where = where
        self._kept: str | None = None
        self._inline = not (colon and kind in ("env", "file", "cmd"))
        self._kind = "inline" if self._inline else kind
        self._rest = "" if self._inline else rest.strip()
        if self._inline:
            if kind.strip().lower() in FORMS and colon:
                raise BadOptions(
                    f"`{key}` begins almost like a reference",
                    where=where,
                    todo=f"Write {FORMS[kind.strip().lower()]}, in small letters.",
                )
            if not trust.inline:
                raise BadOptions(
                    f"`{key}` holds the secret itself, in a file that is not private to you",
                    where=where,
                    todo="Write env:NAME, file:PATH or cmd:COMMAND, or chmod 600 the file.",
                )
            self._kept = _clean(reference)
            if not self._kept:
                raise BadOptions(
                    f"`{key}` is empty", where=where, todo="Write env:NAME, file:PATH or cmd:COMMAND."
                )
            return
        if not self._rest:
            raise BadOptions(
                f"`{key}` says {kind}: and nothing after it", where=where, todo=f"Write {FORMS[kind]}."
            )
        if kind == "env" and re.fullmatch(r"[A-Za-z_][A-Za-z0-9_]*", self._rest) is None:
            # What follows is not repeated: it is likely to be the secret, pasted in the wrong place.
            raise BadOptions(
                f"`{key}` has after env: something that is not the name of a variable",
                where=where,
                todo="Write the variable's name there, never its value.",
            )
        if kind == "cmd":
            self._check_command(key, trust)

    def _check_command(self, key: str, trust: Trust) -> None:
        if not trust.commands:
            raise BadOptions(
                f"`{key}` runs a command, and others than you and root can write the configuration "
                f"file{trust.because}",
                where=self._where,
                todo="Make it yours and writable by nobody else (chmod go-w), or use env: or file:.",
            )
        try:
            arguments = shlex.split(self._rest)
        except ValueError:
            raise BadOptions(
                f"`{key}` has an unclosed quote in its command", where=self._where, todo="Close the quote."
            ) from None
        if sign := given_away(arguments[1:]):
            raise BadOptions(
                f"`{key}` runs a command with a secret in its arguments ({sign}), which every user of this "
                "machine can see",
                where=self._where,
                todo="Let the command take it from a file or from the environment.",
            )

    @property
    def reference(self) -> str:
        """What names the secret, safe to show: "env:NAME", "file:PATH", "cmd:PROGRAM", "inline"."""
        if self._kind == "cmd":
            return f"cmd:{shlex.split(self._rest)[0]}"
        return "inline" if self._inline else f"{self._kind}:{self._rest}"

    @property
    def shell(self) -> str:
        """How a person's shell would fill it in, inside double quotes: ``$NAME``, ``$(cat PATH)``."""
        if self._kind == "env":
            return f"${self._rest}"
        if self._kind == "file":
            return f"$(cat {shlex.quote(str(Path(self._rest).expanduser()))})"
        if self._kind == "cmd":
            return f"$({shlex.join(shlex.split(self._rest))})"
        return "$SECRET"

    async def reveal(self) -> str:
        """Resolve the reference now.

        Raises:
            SecretMissing: unset, unreadable, empty, failed or too slow; names the reference, never a value.
        """
        if self._kept is not None:
            remember(self._kept)
            return self._kept
        if self._kind == "env":
            value = os.environ.get(self._rest)
            if value is None:
                raise self._missing("is not set", f"Set it in the environment: export {self._rest}=...")
            return self._usable(value)
        if self._kind == "file":
            return self._usable(await self._read())
        self._kept = self._usable(await self._run())
        return self._kept

    def forget(self) -> None:
        """Drop what a command printed, because it was refused; the next use runs the command again."""
        if not self._inline:
            self._kept = None

    def __repr__(self) -> str:
        return f"Secret({self.reference!r})"

    def _usable(self, value: str) -> str:
        value = _clean(value)
        if not value:
            raise self._missing("is empty", "Put the secret there.")
        if len(value) > LARGEST or not value.isprintable():
            raise self._missing("holds something that is no secret", "It must be one line of text.")
        remember(value)
        return value

    def _missing(self, what: str, todo: str) -> SecretMissing:
        return SecretMissing(f"the secret {self.reference} {what}", where=self._where, todo=todo)

    async def _read(self) -> str:
        """Read the file on a thread that nobody waits for: a dead disk or a pipe must not hold a kill."""
        loop = asyncio.get_running_loop()
        done: asyncio.Future[bytes | OSError] = loop.create_future()

        def settle(result: bytes | OSError) -> None:
            if not done.done():
                done.set_result(result)

        def read() -> None:
            result: bytes | OSError
            try:
                with Path(self._rest).expanduser().open("rb") as file:
                    result = file.read(LARGEST + 2)
            except (OSError, RuntimeError) as error:  # RuntimeError: ~ of a user without a home
                result = error if isinstance(error, OSError) else OSError(str(error))
            # The loop may have stopped waiting, and be closed.
            with suppress(RuntimeError):
                loop.call_soon_threadsafe(settle, result)

        threading.Thread(target=read, name="secret-file", daemon=True).start()
        try:
            async with asyncio.timeout(SECONDS):
                result = await done
        except TimeoutError:
            raise self._missing(f"could not be read within {SECONDS:g} s", "Look at its disk.") from None
        if isinstance(result, OSError):
            raise self._missing(
                f"cannot be read: {result.strerror or 'no such home'}", "Look at its path, owner and mode."
            )
        return result.decode("utf-8", "replace")

    async def _run(self) -> str:
        # Its standard error is dropped: a helper that fails may well print what it was given.
        try:
            process = await asyncio.create_subprocess_exec(
                *shlex.split(self._rest),
                stdin=asyncio.subprocess.DEVNULL,
                stdout=asyncio.subprocess.PIPE,
                stderr=asyncio.subprocess.DEVNULL,
                start_new_session=True,
            )
        except OSError as error:
            raise self._missing(f"cannot be run: {error.strerror}", "Look at its path and mode.") from None
        try:
            async with asyncio.timeout(SECONDS):
                output, _ = await process.communicate()
        except TimeoutError:
            raise self._missing(
                f"printed nothing within {SECONDS:g} s", "Run it by hand; it may be waiting for you."
            ) from None
        finally:
            if process.returncode is None:
                # It has just ended, or belongs to somebody else by now (sudo): then it is not waited for.
                with suppress(ProcessLookupError, PermissionError):
                    os.killpg(process.pid, signal.SIGKILL)
                    await process.wait()
        if process.returncode != 0:
            raise self._missing(f"failed with status {process.returncode}", "Run it by hand.")
        return output.decode("utf-8", "replace")


FORMS = {"env": "env:NAME", "file": "file:PATH", "cmd": "cmd:COMMAND"}


def _clean(value: str) -> str:
    return value.rstrip("\r\n")
