"""Starting a server, waiting until it serves, and ending it whatever happens in between."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen


class ServerFailed(Exception):
    """A server could not be installed or started; the message says why and what to do."""


def free_port() -> int:
    """Return a TCP port of 127.0.0.1 that nothing listens on just now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def cache() -> Path:
    """Return the folder that installed servers are kept in, made if need be."""
    root = os.environ.get("XDG_CACHE_HOME") or str(Path.home() / ".cache")
    folder = Path(root) / "incident-console"
    folder.mkdir(parents=True, exist_ok=True)
    return folder


@contextmanager
def data_folder(name: str) -> Iterator[Path]:
    """Give a folder for a server's data and remove it afterwards.

    Its parents must be searchable by the user that the server runs as, which pytest's own folders are not.
    """
    folder = Path(tempfile.mkdtemp(prefix=f"incident-console-{name}-"))
    folder.chmod(0o711)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def run(command: Sequence[str], *, doing: str, seconds: float, **how: object) -> None:
    """Run a command to its end.

    Raises:
        ServerFailed: it is missing, failed or took too long; the end of what it printed is in the message.
    """
    try:
        done = subprocess.run(  # type: ignore[call-overload]
            list(command), stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=seconds, **how
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise ServerFailed(f"{doing}: {error}") from error
    if done.returncode:
        raise ServerFailed(f"{doing}: {command[0]} left with {done.returncode}:\n{tail(done.stdout)}")


def tail(text: str, lines: int = 15) -> str:
    """Return the last lines of what a program printed."""
    return "\n".join(text.splitlines()[-lines:])


def answers(url: str) -> bool:
    """Whether ``url`` answers 200 now."""
    try:
        with urlopen(url, timeout=2) as answer:
            return bool(answer.status == 200)
    except (URLError, OSError):
        return False


def wait_until(true: Callable[[], bool], *, seconds: float, every: float = 0.05) -> bool:
    """Ask ``true`` again and again for at most ``seconds``; return whether it came true."""
    pause = threading.Event()
    until = time.monotonic() + seconds
    while not true():
        if time.monotonic() > until:
            return False
        pause.wait(every)
    return True


@contextmanager
def serving(
    command: Sequence[str],
    *,
    folder: Path,
    name: str,
    ready: Callable[[], bool],
    environment: Mapping[str, str],
    user: str | None = None,
    stop: signal.Signals = signal.SIGTERM,
    seconds: float = 60,
) -> Iterator[subprocess.Popen[bytes]]:
    """Run a server while the block runs. What it prints goes to ``folder/name.log``.

    It has a session of its own, so that an interrupt at the keyboard reaches us alone and we end it in order.

    Args:
        ready: whether it serves by now.
        user: whom to run it as; None for the present user.
        stop: the signal that ends it in order. It gets 15 s, then it is killed.

    Raises:
        ServerFailed: it ended at once, or was not ready within ``seconds``.
    """
    log = folder / f"{name}.log"
    with log.open("wb") as output:
        process = subprocess.Popen(
            list(command),
            cwd=folder,
            env=dict(environment),
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            user=user,
            group=user,
            extra_groups=[] if user else None,
        )
    try:
        wait_until(lambda: process.poll() is not None or ready(), seconds=seconds)
        if process.poll() is not None or not ready():
            state = "is not ready" if process.poll() is None else f"left with {process.returncode}"
            raise ServerFailed(f"{name} {state}. It printed:\n{tail(log.read_text(errors='replace'))}")
        yield process
    finally:
        end(process, stop)


def end(process: subprocess.Popen[bytes], how: signal.Signals) -> None:
    """End a server and what it started."""
    if process.poll() is None:
        process.send_signal(how)
        try:
            process.wait(15)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()
