"""What happened, by everyone: all of it, filtered, and one line of it to be pasted somewhere."""

from __future__ import annotations

from typing import TYPE_CHECKING

from console.tui.scene import Scene
from console.tui.views.timeline import happened_at, in_order
from widgets.happenings import HappeningRow, HappeningsModel

if TYPE_CHECKING:
    from console.incident.happening import Happening


def shown(scene: Scene, wanted: str) -> tuple[Happening, ...]:
    """Every happening that has `wanted` in it, in any case, oldest first."""
    happenings = in_order(scene, scene.snapshot.happenings) if scene.snapshot else ()
    words = wanted.casefold().split()
    if not words:
        return happenings
    return tuple(each for each in happenings if all(word in _searched(each) for word in words))


def rows_of(scene: Scene, listed: tuple[Happening, ...]) -> tuple[HappeningRow, ...]:
    """A row for each."""
    return tuple(_row(scene, each) for each in listed)


def whole_timeline(
    rows: tuple[HappeningRow, ...],
    *,
    cursor: int | None,
    offset: int,
    below: int,
    wanted: str,
    typing: bool,
) -> HappeningsModel:
    """The screen.

    Args:
        rows: as from `rows_of`.
        cursor, offset, below: as in `HappeningsModel`.
        wanted: the filter, as typed.
    """
    return HappeningsModel(
        rows=rows,
        cursor=cursor,
        offset=offset,
        below=below,
        filter=wanted,
        typing=typing,
    )


def as_line(scene: Scene, happening: Happening) -> str:
    """One happening as a line to be pasted somewhere, with its date and offset."""
    local = happened_at(scene, happening).astimezone(scene.tz)
    who = ", ".join(word for word in (happening.who, happening.where) if word)
    return f"{local:%Y-%m-%d %H:%M:%S %z}  {happening.kind}  {happening.text}  ({who})"


def _row(scene: Scene, happening: Happening) -> HappeningRow:
    local = happened_at(scene, happening).astimezone(scene.tz)
    return HappeningRow(
        f"{local:%a} {local.day} {local:%b}",
        f"{local:%H:%M:%S}",
        happening.kind,
        happening.text,
        ", ".join(word for word in (happening.who, happening.where) if word),
    )


def _searched(happening: Happening) -> str:
    return " ".join((happening.kind, happening.text, happening.who, happening.where)).casefold()
