"""The world's directory, and the console.toml that it writes: made at the start, gone at the end."""

from __future__ import annotations

import secrets
import shutil
import tempfile
from pathlib import Path

from console.demo.flagfrom import CannotStart
from console.demo.worldconfig import MARK

PREFIX = "console-world-"


def new_name() -> Path:
    """A name for a world's directory that nobody can guess; nothing is made."""
    return Path(tempfile.gettempdir()) / f"{PREFIX}{secrets.token_hex(8)}"


class Home:
    """A private directory of this world, and where its console.toml goes.

    Args:
        config: where to write the console.toml; None puts it into the directory. When the directory of this path
            does not exist, it becomes the world's own; one that exists belongs to somebody, and only the file in
            it is the world's.

    Raises:
        CannotStart: the place cannot be used.
    """

    def __init__(self, config: Path | None) -> None:
        config = None if config is None else config.expanduser().absolute()
        try:
            if config is None:
                self.directory = Path(tempfile.mkdtemp(prefix=PREFIX))
            elif config.parent.exists():
                _refuse_foreign(config)
                self.directory = Path(tempfile.mkdtemp(prefix=PREFIX))
            else:
                config.parent.mkdir(mode=0o700)
                self.directory = config.parent
        except OSError as error:
            reason = (error.strerror or "cannot be used").lower()
            raise CannotStart(
                f"{error.filename or config}: {reason}; say --write-config with another path"
            ) from None
        self.config = config or self.directory / "console.toml"

    def write_secret(self, name: str) -> str:
        """Make a token, keep it in a file that only the user can read, and say it."""
        token = secrets.token_urlsafe(24)
        path = self.directory / name
        path.touch(mode=0o600)
        path.write_text(token + "\n", "ascii")
        return token

    def write_config(self, text: str) -> None:
        """Put the console.toml in its place, whole or not at all.

        Raises:
            CannotStart: it cannot be written.
        """
        draft = self.config.with_name(f".{self.config.name}.{secrets.token_hex(4)}")
        try:
            draft.touch(mode=0o600)
            draft.write_text(text, "utf-8")
            draft.replace(self.config)
        except OSError as error:
            draft.unlink(missing_ok=True)
            raise CannotStart(f"{self.config}: {(error.strerror or 'cannot be written').lower()}") from None
        self._written = text

    def remove(self) -> None:
        """Remove what this world has made, and nothing that somebody has changed since."""
        if self.config.parent != self.directory and getattr(self, "_written", None) is not None:
            try:
                if self.config.read_text("utf-8") == self._written:
                    self.config.unlink()
            except (OSError, UnicodeDecodeError):
                pass  # gone or no longer ours: then it is not ours to remove
        shutil.rmtree(self.directory, ignore_errors=True)


def _refuse_foreign(config: Path) -> None:
    if not config.exists():
        return
    try:
        ours = config.read_text("utf-8").startswith(MARK)
    except (OSError, UnicodeDecodeError):
        ours = False
    if not ours:
        raise CannotStart(f"{config}: this file exists and no world has written it; it is left as it is")
