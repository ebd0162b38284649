"""The file: from its bytes to TOML's own values, or to a sentence that says what is wrong with it."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

from console.exits import ConfigError

LARGEST = 1 << 20
"""Bytes. A larger file is no configuration."""
DEEPEST = 32
"""Tables and lists in each other."""


def read_file(path: Path) -> bytes:
    """Read the file.

    Raises:
        ConfigError: it is missing, no regular file, unreadable or too large.
    """
    try:
        if path.exists() and not (path.is_file() or path.is_dir()):
            raise ConfigError(f"{path}: this is no regular file; give a readable one with --config PATH")
        with path.open("rb") as file:
            content = file.read(LARGEST + 1)
    except OSError as error:
        reason = (error.strerror or "cannot be read").lower()
        raise ConfigError(f"{path}: {reason}; give a readable file with --config PATH") from None
    except ValueError:
        raise ConfigError(f"{path!a}: no file can have this name; give another with --config PATH") from None
    if len(content) > LARGEST:
        raise ConfigError(f"{path}: it is larger than {LARGEST >> 20} MiB, which no configuration is")
    return content


def parse(content: bytes, path: Path) -> dict[str, Any]:
    """Parse TOML.

    Raises:
        ConfigError: it is none; with line and column where the parser tells them.
    """
    try:
        raw = tomllib.loads(content.decode("utf-8"))
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise ConfigError(
            f"{path}: this is not a text file (byte {error.start}, in line {line}, is not UTF-8); "
            "it must be TOML in UTF-8"
        ) from None
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(
            f"{path}: this is not valid TOML: {_one_line(str(error))}. Correct that line."
        ) from None
    except RecursionError:
        raise _too_deep(path) from None
    except ValueError:
        # A number of thousands of digits is refused by Python itself (sys.set_int_max_str_digits).
        raise ConfigError(f"{path}: this is not valid TOML: a number in it is too long") from None
    _check_depth(raw, path)
    return raw


def _one_line(reason: str) -> str:
    short = reason if len(reason) <= 300 else f"{reason[:200]} ... {reason[-80:]}"
    return short.encode("unicode_escape").decode("ascii")


def _check_depth(raw: Any, path: Path) -> None:
    # Dotted keys nest without recursion in the parser; what comes after it recurses.
    level = [raw]
    for _ in range(DEEPEST):
        level = [
            child
            for value in level
            for child in (value.values() if isinstance(value, dict) else value)
            if isinstance(child, dict | list)
        ]
        if not level:
            return
    raise _too_deep(path)


def _too_deep(path: Path) -> ConfigError:
    return ConfigError(f"{path}: tables or lists stand in each other more than {DEEPEST} deep")
