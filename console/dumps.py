"""Secrets stand in memory, and a core dump is a copy of it in a file."""

from __future__ import annotations

import resource
from contextlib import suppress


def no_core_dumps() -> None:
    """Have neither this process nor those that it starts leave a core dump behind."""
    hard = resource.getrlimit(resource.RLIMIT_CORE)[1]
    with suppress(OSError, ValueError):
        resource.setrlimit(resource.RLIMIT_CORE, (0, hard))
