"""The world's directory, and the console.toml that it writes: made at the start, gone at the end."""

from __future__ import annotations

import fcntl
import json
import logging
import os
import secrets
import shutil
import tempfile
import time
from contextlib import suppress
from pathlib import Path

from console.demo.flagfrom import CannotStart
from console.demo.worldconfig import MARK

log = logging.getLogger(__name__)

PREFIX = "console-world-"
CONTROL = "control.json"
ATTEMPTS, PAUSE = 10, 0.05
"""At removing the directory, and the real seconds between them."""
OURS = (
    "flags.db", "flags.db-wal", "flags.db-shm", "app.db", "app.db-wal", "app.db-shm", "admin.token",
    "read.token", "control.token", "control.json", "force-fallback", "forced", "unleash",
)  # fmt: skip
"""What a world puts beside its console.toml. The console's own store is not among it."""


def new_name() -> Path:
    """A name for a world's directory that nobody can guess; nothing is made."""
    return Path(tempfile.gettempdir()) / f"{PREFIX}{secrets.token_hex(8)}"


class Home:
    """Where this world keeps its files, beside its console.toml.

    A directory that the world has made is removed at the end with all that is in it. In one that was there
    before, nothing is overwritten but what another world has left, and nothing is removed but the world's own
    files.

    Args:
        config: where to write the console.toml; None makes a private directory for it.

    Raises:
        CannotStart: the place cannot be used.
    """

    def __init__(self, config: Path | None) -> None:
        self._made = config is None or not config.expanduser().absolute().parent.exists()
        try:
            if config is None:
                self.config = Path(tempfile.mkdtemp(prefix=PREFIX)) / "console.toml"
            else:
                self.config = config.expanduser().absolute()
                if self._made:
                    self.config.parent.mkdir(mode=0o700)
            self.directory = self.config.parent
            self._lock = os.open(self.directory, os.O_RDONLY | os.O_DIRECTORY)
        except OSError as error:
            reason = (error.strerror or "cannot be used").lower()
            raise CannotStart(f"{error.filename}: {reason}; say --write-config with another path") from None
        try:
            self._take()
        except CannotStart:
            os.close(self._lock)
            raise

    def write_secret(self, name: str) -> str:
        """Make a token, keep it in a file that only the user can read, and say it."""
        token = secrets.token_urlsafe(24)
        path = self.directory / name
        path.touch(mode=0o600, exist_ok=False)
        path.write_text(token + "\n", "ascii")
        return token

    def write_control(self, url: str) -> str:
        """Make the token that may switch scenarios, and say beside the console.toml where that is done."""
        token = self.write_secret("control.token")
        path = self.directory / CONTROL
        path.touch(mode=0o600, exist_ok=False)
        path.write_text(json.dumps({"url": url, "token": "control.token"}) + "\n", "ascii")
        return token

    def stores(self) -> tuple[Path, Path]:
        """Where consoles of this world keep their journal, and where when they cannot.

        What consoles of an earlier world have left in this directory is its own story, told in another
        event time: it stays as it is, and this world's journal gets a name of its own.
        """
        run = 1
        while True:
            tail = "" if run == 1 else f"-run{run}"
            names = [f"console{tail}.db", f"console{tail}-history.db", f"journal-2{tail}.db"]
            if not any((self.directory / name).exists() for name in names):
                break
            run += 1
        if run > 1:
            log.warning(
                "%s: the journal of an earlier world stays here; this one's is %s", self.directory, names[0]
            )
        return self.directory / names[0], self.directory / names[2]

    def write_config(self, text: str) -> None:
        """Put the console.toml in its place, whole or not at all.

        Raises:
            CannotStart: it cannot be written.
        """
        draft = self.config.with_name(f".{self.config.name}.{secrets.token_hex(4)}")
        try:
            draft.touch(mode=0o600, exist_ok=False)
            draft.write_text(text, "utf-8")
            draft.replace(self.config)
        except OSError as error:
            draft.unlink(missing_ok=True)
            raise CannotStart(f"{self.config}: {(error.strerror or 'cannot be written').lower()}") from None

    def remove(self) -> None:
        """Remove what this world has made. Safe to call twice."""
        if self._made:
            for _ in range(ATTEMPTS):
                shutil.rmtree(self.directory, ignore_errors=True)
                if not self.directory.exists():
                    return
                time.sleep(PAUSE)  # a thread that was still writing has put a file back
            return
        if _by_a_world(self.config):
            self.config.unlink(missing_ok=True)
        self._clear()

    def _take(self) -> None:
        try:
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise CannotStart(
                f"{self.directory}: another world lives in this directory; "
                "end it, or choose another directory"
            ) from None
        if self._made:
            return
        if self.config.exists() and not _by_a_world(self.config):
            raise CannotStart(
                f"{self.config}: this file exists and no world has written it; choose another path"
            )
        if self.config.exists():
            self._clear()
        for name in OURS:
            if (self.directory / name).exists():
                raise CannotStart(
                    f"{self.directory / name}: the world would keep a file of this name here, "
                    "and there is one; choose another directory"
                )

    def _clear(self) -> None:
        for name in OURS:
            path = self.directory / name
            if path.is_dir() and not path.is_symlink():
                shutil.rmtree(path, ignore_errors=True)
            else:
                with suppress(OSError):
                    path.unlink(missing_ok=True)


def _by_a_world(config: Path) -> bool:
    try:
        return config.read_text("utf-8").startswith(MARK)
    except (OSError, UnicodeDecodeError):
        return False
