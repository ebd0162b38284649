"""What is said when the screen ends by a fault of its own."""

from __future__ import annotations

import traceback
from pathlib import Path


def last_words(error: BaseException | None) -> str:
    """One sentence with the kind of the fault and its place, but no values: one of them may be secret."""
    frames = traceback.extract_tb(error.__traceback__) if error else []
    place = f"{Path(frames[-1].filename).name} line {frames[-1].lineno}" if frames else "an unknown place"
    kind = type(error).__name__ if error else "fault"
    return (
        f"console: the screen ended by an unexpected {kind} in {place}. A confirmed kill goes on. "
        "Start console again, or use `console status` and `console kill`."
    )
