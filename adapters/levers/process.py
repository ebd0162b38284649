"""Running one command of the configuration, within bounds."""

from __future__ import annotations

import asyncio
import os
import signal
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from adapters.errors import Effect, Refused, TimedOut, Unreachable
from adapters.redaction import hide
from adapters.trust import weak_spot
from adapters.untrusted import Untrusted

PASSED_ON = ("PATH", "HOME", "LANG")
LARGEST_OUTPUT = 16_384
KEPT = LARGEST_OUTPUT + 8192
"""Bytes that are read before secrets are taken out, so that the cut leaves no half of one."""
GRACE_SECONDS = 0.2
"""Between the end of the command and the end of its output, which a child of it may hold open."""


@dataclass(frozen=True, slots=True)
class Done:
    """A command that has ended.

    Attributes:
        status: its exit status; -N where signal N ended it.
        output: the first 16 KiB of what it printed, on both channels, without the secrets it was given.
        seconds: how long it took.
    """

    status: int
    output: Untrusted
    seconds: float

    @property
    def ending(self) -> str:
        """ "status 3", "signal 9"."""
        return f"status {self.status}" if self.status >= 0 else f"signal {-self.status}"

    def refused(self, where: str) -> Refused:
        """The error for an ending that was not wanted."""
        return Refused(
            f"ended with {self.ending}",
            where=where,
            todo="Read what it said; it may have done a part of its work.",
            detail=self.output or None,
            effect=Effect.UNKNOWN,
        )


async def run(command: Sequence[str], *, env: Mapping[str, str], seconds: float) -> Done:
    """Run a command to its end.

    Args:
        command: an absolute path and arguments.
        env: what it gets beside PATH, HOME and LANG; secrets, so they are taken out of its output.
        seconds: after which it is killed, with its whole process group.

    Raises:
        Unreachable: it could not be started.
        TimedOut: it was killed.
    """
    where = f"command {command[0]}"
    given = {name: os.environ[name] for name in PASSED_ON if name in os.environ}
    started = time.monotonic()
    # A pipe of our own: with asyncio's, `wait` waits for the pipe as well (Python 3.11), and a daemon that
    # the command has started holds that open.
    reader, writer = os.pipe()
    with open(reader, "rb", buffering=0) as output:  # noqa: ASYNC230, PTH123 - a descriptor, not a path
        try:
            process = await asyncio.create_subprocess_exec(
                *command,
                stdin=asyncio.subprocess.DEVNULL,
                stdout=writer,
                stderr=writer,
                env={**given, **env},
                cwd="/",
                start_new_session=True,
            )
        except OSError as error:
            raise Unreachable(
                f"cannot be run: {(error.strerror or 'unknown reason').lower()}",
                where=where,
                todo="Check that the program is there and may be executed.",
            ) from None
        finally:
            os.close(writer)
        kept = bytearray()
        reading = asyncio.create_task(_read(output, kept))
        status, killed = await _end(process, reading, seconds)
    words = Untrusted(hide(bytes(kept), env.values())[:LARGEST_OUTPUT].decode("utf-8", "replace").strip())
    if status is None:
        raise TimedOut(
            f"was not done within {seconds:g} s and {'was' if killed else 'could not be'} killed",
            where=where,
            todo="See whether it holds; it may have worked.",
            detail=words or None,
        )
    return Done(status, words, time.monotonic() - started)


async def _end(
    process: asyncio.subprocess.Process, reading: asyncio.Task[None], seconds: float
) -> tuple[int | None, bool]:
    """Wait for the end, or bring it about; (status or None, whether it is dead)."""
    try:
        async with asyncio.timeout(seconds):
            status = await process.wait()
        await asyncio.wait({reading}, timeout=GRACE_SECONDS)
    except TimeoutError:
        killed = _kill_group(process.pid)
        if killed:
            await process.wait()
        return None, killed
    except asyncio.CancelledError:
        if _kill_group(process.pid):
            # Whoever cancels does not wait for long, and a process that was killed must be taken note of.
            await asyncio.wait({asyncio.create_task(process.wait())}, timeout=GRACE_SECONDS)
        raise
    finally:
        reading.cancel()
        await asyncio.wait({reading})
    return status, True


async def _read(output: BinaryIO, into: bytearray) -> None:
    """Keep the first bytes, and read on, so that a talkative command does not stand still."""
    reader = asyncio.StreamReader()
    transport, _ = await asyncio.get_running_loop().connect_read_pipe(
        lambda: asyncio.StreamReaderProtocol(reader), output
    )
    try:
        while chunk := await reader.read(65_536):
            into += chunk[: KEPT - len(into)]
    finally:
        transport.close()


def finding(program: Path) -> tuple[str, str] | None:
    """Say (what is wrong, what to do) with a program that must work in an emergency, or None."""
    try:
        program.stat()
    except OSError as error:
        return (
            f"{program}: {(error.strerror or 'cannot be read').lower()}",
            "Install it, or correct the path.",
        )
    if not program.is_file():
        return f"{program} is not a file", "Correct the path."
    if not os.access(program, os.X_OK):
        return f"{program} may not be executed", f"chmod +x {program}"
    weak = weak_spot(program)
    if weak:
        return (
            f"{program} is not safe to run ({weak})",
            "Make that root's or yours, and writable by nobody else.",
        )
    return None


def _kill_group(pid: int) -> bool:
    """Kill a process and all that it started; False when it belongs to somebody else by now (sudo)."""
    try:
        os.killpg(pid, signal.SIGKILL)
    except ProcessLookupError:
        return True
    except PermissionError:
        return False
    return True
