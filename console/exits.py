"""Exit statuses, the same for every command, and the error that ends one before it begins."""

from __future__ import annotations

from enum import IntEnum


class Exit(IntEnum):
    """What a command's exit status means."""

    OK = 0
    NO = 1
    """BREACH, refused by the provider, failed, or sent but not confirmed."""
    USAGE = 2
    """Usage, or configuration that cannot be used for what was asked."""
    UNKNOWN = 3
    """Could not find out; for kill: no lever worked."""
    NO_JOURNAL = 4
    """Done, but no journal could be written."""
    UNDECIDED = 5
    """WATCH or TOO FEW."""
    OUR_RULES = 6
    """Refused by our own rules."""


class ConfigError(Exception):
    """The configuration, or a part of it, cannot be used.

    The message names file, table and key, what was wrong, and what is accepted.
    """
