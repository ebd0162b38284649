"""The last good copy: what console.toml said when it could last be used.

The kill must work on the night on which an editor has just broken the file. So what was read from it is kept
aside, in the user's own folder, since a file that cannot be read does not say where the store is. The copy
holds references and no secrets: a table with a secret of its own is left out of it. It keeps what the file
was trusted with, and never gives more.
"""

from __future__ import annotations

import logging
import os
import stat
import threading
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec

from adapters.trust import Trust, weak_spot
from console.config.content import parse, read_file
from console.config.load import absolute, build, load, own_home
from console.config.settings import Config
from console.config.without_secrets import without_secrets
from console.exits import ConfigError

_LOG = logging.getLogger(__name__)

VERSION = 1
LARGEST = 8 << 20
AT_REST_SECONDS = 2.0
KEPT_WITHOUT_FOLDER = timedelta(days=7)
"""Copies of files whose folder is gone (those of an embedded world) are removed after so long."""


class Copy(msgspec.Struct, forbid_unknown_fields=True):
    """What is kept.

    Attributes:
        original: the file's absolute path.
        kept: when it was last seen to be good, UTC.
        commands, why: see `Trust`; `inline` is never kept.
        content: what TOML gave, without secrets and without what could not be used.
        left_out: sentences about what the copy lacks.
    """

    version: int
    original: str
    kept: datetime
    commands: bool
    why: str
    content: dict[str, Any]
    left_out: list[str]


def open_config(path: Path) -> tuple[Config, str]:
    """Read the configuration; where the file cannot be used, its last good copy.

    A feature that is broken in a file that can be read stands as its last good copy has it.

    Returns:
        The configuration, and why it is not what the file says, in a sentence: "" when it is.

    Raises:
        ConfigError: as `load`, when there is no copy either.
    """
    try:
        config = load(path)
    except ConfigError as error:
        copy = recall(path)
        if copy is None:
            raise
        return copy, f"{error} In use is the last good copy of it, of {_when(copy)}."
    if not config.broken:
        return config, ""
    copy = recall(path)
    return (config, "") if copy is None else _mended(config, copy)


def keep(config: Config, *, now: datetime | None = None, places: Sequence[Path] | None = None) -> str:
    """Keep a copy of a configuration that was read from its file.

    A file in which a feature is broken that the present copy has whole does not replace that copy, and what
    the file no longer says is not kept: somebody is writing it.

    Args:
        now: UTC.
        places: folders for copies, the best first; by default this user's own.

    Returns:
        Why there is no copy of it, in a sentence, or "".
    """
    if config.kept_at is not None:
        return ""
    places = tuple(_places()) if places is None else places
    before = recall(config.path, places=places)
    if before is not None and (_would_lose(config, before) or not _still_says(config)):
        return ""
    content, left_out = without_secrets(config)
    if not content.get("feature"):
        return (
            f"{config.path}: no last good copy is kept: its flags' secrets stand in the file itself. "
            "Write them as env:, file: or cmd:."
        )
    copy = Copy(
        version=VERSION,
        original=str(config.path),
        kept=now or datetime.now(UTC),
        commands=config.trust.commands,
        why=config.trust.why,
        content=content,
        left_out=list(left_out),
    )
    try:
        data = msgspec.json.encode(copy)
    except (ValueError, OverflowError, TypeError, UnicodeEncodeError):
        return f"{config.path}: no last good copy is kept: it holds a value that cannot be written down"
    problem = "this user has no folder for it"
    for place in places:
        try:
            _write(place / _file_name(config.path), data)
        except OSError as error:
            problem = f"{place}: {(error.strerror or str(error)).lower()}"
            continue
        with suppress(OSError):
            _tidy(place, copy.kept)
        return ""
    return f"{config.path}: no last good copy is kept: {problem}"


def keep_aside(config: Config, *, wait: float = 0.0) -> None:
    """Do `keep` on a thread that nobody has to wait for: a dead disk holds up neither a kill nor a screen.

    A file that was written a moment ago is given time to come to rest, since half a file may be sound TOML.

    Args:
        wait: seconds that it may take before this returns.
    """
    places = tuple(_places())

    def work() -> None:
        try:
            time.sleep(_until_at_rest(config.path))
            problem = keep(config, places=places)
        except Exception:  # noqa: BLE001 - whatever it is, the copy is the least of what goes on here
            _LOG.info("no last good copy of %s could be kept", config.path, exc_info=True)
            return
        if problem:
            _LOG.info("%s", problem)

    thread = threading.Thread(target=work, name="last-good-copy", daemon=True)
    thread.start()
    thread.join(wait)


def recall(path: Path, *, places: Iterable[Path] | None = None) -> Config | None:
    """The newest copy of a file, as settings; None when there is none that can be used."""
    path = absolute(path)
    copies = [
        copy for place in places or _places() if (copy := _read(place / _file_name(path), path)) is not None
    ]
    for copy in sorted(copies, key=lambda copy: copy.kept, reverse=True):
        with suppress(ConfigError):
            config = build(copy.content, path, Trust(commands=copy.commands, why=copy.why), kept_at=copy.kept)
            return replace(config, faults=(*config.faults, *copy.left_out))
    return None


def is_kept(path: Path) -> bool:
    """Whether there is a copy of this file."""
    return recall(path) is not None


def _mended(config: Config, copy: Config) -> tuple[Config, str]:
    """Put whole features of the copy in the place of broken ones."""
    present = {feature.name for feature in config.features}
    # One that says neither key nor environment may be any of those that are missing.
    nameless = any("@" not in broken.name for broken in config.broken)
    names = {broken.name for broken in config.broken}
    taken = [
        feature
        for feature in copy.features
        if feature.name not in present and (nameless or feature.name in names)
    ]
    if not taken:
        return config, ""
    recovered = {feature.name for feature in taken}
    problems = [b.problem for b in config.broken if b.name in recovered or "@" not in b.name]
    mended = replace(
        config,
        features=(*config.features, *taken),
        broken=tuple(b for b in config.broken if b.name not in recovered),
        kept_at=copy.kept_at,
    )
    which = ", ".join(sorted(recovered))
    return mended, f"{' '.join(problems)} In use is the last good copy of {which}, of {_when(copy)}."


def _still_says(config: Config) -> bool:
    try:
        return parse(read_file(config.path), config.path) == config.raw
    except ConfigError:
        return False


def _until_at_rest(path: Path) -> float:
    """Seconds until a file that nobody writes to counts as whole."""
    try:
        age = time.time() - path.stat().st_mtime
    except OSError:
        return 0.0
    return max(0.0, AT_REST_SECONDS - age) if age >= 0 else 0.0


def _would_lose(config: Config, before: Config) -> bool:
    broken = {feature.name for feature in config.broken}
    whole = {feature.name for feature in before.features}
    return bool(broken & whole) or (
        any("@" not in name for name in broken) and bool(whole - {f.name for f in config.features})
    )


def _when(copy: Config) -> str:
    assert copy.kept_at is not None, "only asked of copies"  # noqa: S101
    return copy.kept_at.astimezone().strftime("%Y-%m-%d %H:%M:%S %z")


def _places() -> Iterator[Path]:
    """Folders for copies, the best first: the user's own, then one that is there without a home."""
    given = os.environ.get("XDG_STATE_HOME", "")
    if given.startswith("/"):
        yield Path(given) / "console" / "last-good"
    home = own_home(Path("~/.local/state/console/last-good"))
    if home is not None:
        yield home
    yield Path("/var/tmp") / f"console-{os.geteuid()}" / "last-good"  # noqa: S108


def _file_name(path: Path) -> str:
    # Not imported where no copy is needed: it loads OpenSSL.
    import hashlib

    return f"{hashlib.sha256(os.fsencode(path)).hexdigest()[:32]}.json"


def _write(file: Path, data: bytes) -> None:
    folder = file.parent
    import tempfile

    _make(folder)
    weak = weak_spot(folder)
    if weak:
        raise OSError(f"it is not private ({weak})")
    descriptor, name = tempfile.mkstemp(dir=folder, prefix=".new-")
    try:
        with os.fdopen(descriptor, "wb") as new:
            new.write(data)
            new.flush()
            os.fsync(new.fileno())
        Path(name).replace(file)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise


def _make(folder: Path) -> None:
    """Make a private folder and those above it, whatever the umask."""
    for each in (*reversed(folder.parents), folder):
        with suppress(FileExistsError):
            each.mkdir(mode=0o700)


def _read(file: Path, original: Path) -> Copy | None:
    """Read a copy; one that another user could have made or changed, or of another file, is none."""
    try:
        descriptor = os.open(file, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    except OSError:
        return None
    with os.fdopen(descriptor, "rb") as opened:
        found = os.fstat(opened.fileno())
        private = found.st_uid == os.geteuid() and stat.S_IMODE(found.st_mode) & 0o077 == 0
        if not (private and stat.S_ISREG(found.st_mode)) or weak_spot(file):
            return None
        try:
            copy = msgspec.json.decode(opened.read(LARGEST), type=Copy)
        except (OSError, ValueError, RecursionError):
            return None
    usable = copy.version == VERSION and copy.original == str(original) and copy.kept.tzinfo is not None
    return copy if usable else None


def _tidy(place: Path, now: datetime) -> None:
    """Remove old copies of files whose folder is gone, and what a write that was cut short has left."""
    oldest = (now - KEPT_WITHOUT_FOLDER).timestamp()
    for file in place.iterdir():
        if file.stat().st_mtime < oldest and not _has_folder(file):
            file.unlink(missing_ok=True)


def _has_folder(file: Path) -> bool:
    try:
        copy = msgspec.json.decode(file.read_bytes(), type=Copy)
    except (OSError, ValueError):
        return False
    return Path(copy.original).parent.is_dir()
