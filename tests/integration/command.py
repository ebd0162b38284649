"""`console`, run as a command by somebody at a shell."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.integration.world import CONSOLE


@dataclass(frozen=True, slots=True)
class Done:
    """A command that has ended."""

    status: int
    out: str
    talk: str

    def document(self) -> dict[str, Any]:
        """What it printed with ``--json``."""
        assert self.out, f"it left with {self.status} and printed nothing but: {self.talk}"
        document: dict[str, Any] = json.loads(self.out)
        return document


def console(
    *arguments: str, config: Path, environment: Mapping[str, str] | None = None, seconds: float = 90
) -> Done:
    """Run one command to its end."""
    done = subprocess.run(
        [*CONSOLE, *arguments, "--config", str(config)],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=seconds,
        env={**os.environ, **(environment or {})},
        check=False,
    )
    return Done(done.returncode, done.stdout, done.stderr)
