"""A message in the middle."""

from __future__ import annotations

from tests.widgets.samples import MESSAGE, text_of
from widgets.look import UNICODE
from widgets.marks import Tone
from widgets.message import MessageModel, paint


def test_it_stands_in_the_middle() -> None:
    lines = text_of(paint(MESSAGE, 60, 5, UNICODE))
    assert lines[2].strip() == "starting the embedded world…"
    assert lines[2].index("starting") == 16


def test_what_is_wrong_is_framed_and_wrapped() -> None:
    model = MessageModel(
        ("console.toml cannot be read: line 7, table [feature.flag] has no key 'url'.", "", "q leaves."),
        "what is wrong",
        Tone.DANGER,
    )
    lines = [line.strip() for line in text_of(paint(model, 50, 9, UNICODE)) if line.strip()]
    assert lines == [
        "┌─ what is wrong ────────────────────────────┐",
        "│ console.toml cannot be read: line 7, table │",
        "│ [feature.flag] has no key 'url'.           │",
        "│                                            │",
        "│ q leaves.                                  │",
        "└────────────────────────────────────────────┘",
    ]
