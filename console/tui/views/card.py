"""The manual card as a page."""

from __future__ import annotations

from collections.abc import Sequence

from widgets.line import Line, Role, wrap
from widgets.runbook import RunbookModel


def card_page(card: Sequence[str], width: int, top: int) -> RunbookModel:
    """The card's lines at a width; what is longer goes on in the next, further in.

    Args:
        card: as by `console.killswitch.card.lines`; () while it is not known.
    """
    lines: list[Line] = []
    if not card:
        lines.append(((" The card is not known yet: the configuration is being read.", Role.PLAIN),))
    for text in card:
        indent = len(text) - len(text.lstrip())
        role = Role.TITLE if text and not indent else Role.DIM if indent == 3 else Role.PLAIN
        pieces = wrap(text.strip(), max(10, width - indent - 4)) or [""]
        margins = (" " * (1 + indent + (2 if number else 0)) for number in range(len(pieces)))
        lines.extend(((margin + piece, role),) for margin, piece in zip(margins, pieces, strict=True))
    return RunbookModel(title="manual card", lines=tuple(lines), top=top, note="console card prints it")
