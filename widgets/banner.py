"""The banner: three lines that never leave. Environment and flag; the verdict; whether it can be killed."""

from __future__ import annotations

from collections.abc import Iterator

from msgspec import Struct
from msgspec.structs import replace
from rich.cells import cell_len

from widgets.line import TONES, Line, Role, Row, cut
from widgets.look import Look
from widgets.marks import State, Tone
from widgets.rows import Rows

Forms = tuple[str, ...]
"""One text in several lengths, the longest first; () is no text. The longest that fits is shown."""


class BannerModel(Struct, frozen=True):
    """What the banner says.

    Attributes:
        environment: its word ("PRODUCTION", "DEMO").
        real_users: False for an environment that nobody is hurt in; it gets another colour.
        first: words before the environment, where nothing else may come first ("DRILL").
        modes: words beside the environment, only when not ordinary ("READ-ONLY", "HELD").
        title: forms of what the feature is called ("Support draft replies", "support-drafts").
        flag_key: the flag's key.
        flag_state: "ON", "OFF", "asking", "?".
        flag_detail: forms ("stage 25 % (day 2 of 2)", "25 %").
        extra: beside the flag ("x 60" of a world that runs faster), or "".
        clock: forms ("Tue 03:11:08 -0500", "Tue 03:11:08", "03:11:08").
        state: whose glyph stands before the verdict line; None for no glyph.
        word: state in words before the verdict text ("BREACH"), or "" when the text says it.
        verdict: "error rate 36.8 %: 14 of 38 answers failed, since 02:58".
        verdict_tone: DANGER makes the whole line the accent.
        hint: at the right of the verdict line ("K kill", "6.2 s").
        arming: forms ("ARMED ✓ proven 03:09", "ARMED ✓ 03:09"); never dropped.
        arming_tone: DANGER when nothing would work.
        levers: forms ("lever 1 unleash, lever 2 command", "2 levers").
        drill: forms ("drilled 6 days ago",).
        on_call: forms ("on call Mara Voss", "on call Mara").
        others: who else looks: forms ("also Jonas (evals)", "also Jonas").
    """

    environment: str
    flag_key: str
    flag_state: str
    clock: Forms
    verdict: str
    arming: Forms
    real_users: bool = True
    first: tuple[str, ...] = ()
    modes: tuple[str, ...] = ()
    title: Forms = ()
    flag_detail: Forms = ()
    extra: str = ""
    state: State | None = None
    word: str = ""
    verdict_tone: Tone = Tone.PLAIN
    hint: str = ""
    arming_tone: Tone = Tone.PLAIN
    levers: Forms = ()
    drill: Forms = ()
    on_call: Forms = ()
    others: Forms = ()


GAP = 3
"""Least cells between the left and the right texts of a line."""


def paint(model: BannerModel, width: int, height: int, look: Look) -> tuple[Line, ...]:
    """Three lines of `width` cells.

    Where room is short these go first: title, who else, drill age, on call; never environment, flag state,
    verdict, arming, clock.
    """
    lines = (
        _flag_line(model, width, look),
        _verdict_line(model, width, look),
        _arming_line(model, width, look),
    )
    return lines[:height]


class _Shape(Struct, frozen=True):
    """One way to write the first line: which forms are used and how wide the gaps are."""

    title: str
    flag_key: str
    detail: str
    extra: str
    clock: str
    gaps: tuple[int, int, int] = (3, 2, 2)
    flag_word: str = "flag "


def _flag_line(model: BannerModel, width: int, look: Look) -> Line:
    chip_cells = sum(
        cell_len(look.text(word)) + 2 for word in (*model.first, model.environment, *model.modes)
    )
    shape = next(
        (each for each in _shapes(model, look) if chip_cells + _shape_cells(each, model, look) <= width),
        None,
    )
    row = Row(width, look)
    clock = model.clock[-1] if model.clock else ""
    # The flag's state and the clock keep their cells even beside chips that leave no room.
    kept = cell_len(look.text(f" {model.flag_state} {clock} "))
    chips = Row(max(0, width - kept), look)
    for word in model.first:
        _chip(chips, word, Role.ENVIRONMENT, look)
    _chip(chips, model.environment, Role.ENVIRONMENT if model.real_users else Role.PLAYGROUND, look)
    for mode in model.modes:
        _chip(chips, mode, Role.ENVIRONMENT, look)
    row.spans(chips.spans_so_far())
    if shape is None:
        row.put(" ").put(model.flag_state, Role.TITLE)
        return row.right(clock, width - 1).line()
    _put_shape(row, shape, model)
    return row.right(shape.clock, width - 1).line()


def _put_shape(row: Row, shape: _Shape, model: BannerModel) -> None:
    before_flag, before_state, before_detail = shape.gaps
    row.put(" ")
    if shape.title:
        row.put(shape.title).put(" " * before_flag)
    if shape.flag_key:
        row.put(f"{shape.flag_word}{shape.flag_key}{' ' * before_state}")
    row.put(model.flag_state, Role.TITLE)
    if shape.detail:
        row.put(" " * before_detail).put(shape.detail)
    if shape.extra:
        row.put(" " * before_flag).put(shape.extra)


def _shape_cells(shape: _Shape, model: BannerModel, look: Look) -> int:
    before_flag, before_state, before_detail = shape.gaps
    wide = 1 + cell_len(look.text(model.flag_state)) + 1 + cell_len(look.text(shape.clock)) + 1
    if shape.title:
        wide += cell_len(look.text(shape.title)) + before_flag
    if shape.flag_key:
        wide += len(shape.flag_word) + cell_len(look.text(shape.flag_key)) + before_state
    if shape.detail:
        wide += before_detail + cell_len(look.text(shape.detail))
    if shape.extra:
        wide += before_flag + cell_len(look.text(shape.extra))
    return wide


def _shapes(model: BannerModel, look: Look) -> Iterator[_Shape]:
    """From the fullest to the barest, one thing less each time."""
    titles, details, clocks = model.title or ("",), model.flag_detail or ("",), model.clock or ("",)
    shape = _Shape(titles[0], model.flag_key, details[0], model.extra, clocks[0])
    yield shape
    # The clock's last form, its barest, is kept for when the gaps are as small as they get.
    for clock in clocks[1:-1]:
        shape = replace(shape, clock=clock)
        yield shape
    for title in titles[1:]:
        shape = replace(shape, title=title)
        yield shape
    for detail in details[1:]:
        shape = replace(shape, detail=detail)
        yield shape
    for gaps in ((2, 2, 1), (2, 1, 1)):
        shape = replace(shape, gaps=gaps)
        yield shape
    shape = replace(shape, clock=clocks[-1])
    yield shape
    shape = replace(shape, title="")
    yield shape
    shape = replace(shape, flag_word="", gaps=(1, 1, 1))
    yield shape
    key = look.text(shape.flag_key)
    for cells in (16, 12, 8, 0):
        shape = replace(shape, flag_key=cut(key, cells, look.ellipsis))
        yield shape
    shape = replace(shape, extra="")
    yield shape
    yield replace(shape, detail="")


def _chip(row: Row, word: str, role: Role, look: Look) -> None:
    row.put(f"{look.chip_left}{look.text(word)}{look.chip_right}", role)


def _verdict_line(model: BannerModel, width: int, look: Look) -> Line:
    role = TONES[model.verdict_tone]
    row = Row(width, look).put(" ")
    if model.state is not None:
        row.put(f"{look.state(model.state)} ", role)
    if model.word:
        row.put(f"{model.word}  ", role)
    hint, verdict = look.text(model.hint), look.text(model.verdict)
    if hint and row.used + cell_len(verdict) + GAP + cell_len(hint) + 1 > width:
        # The key stands in the footer as well; the words stand nowhere else.
        hint = ""
    row.put(verdict, role, limit=max(0, width - row.used - 1))
    return row.right(hint, width - 1, role).line()


def _arming_line(model: BannerModel, width: int, look: Look) -> Line:
    left, right = _arming_texts(model, width, look)
    row = Row(width, look).put(" ").put(left[0], TONES[model.arming_tone], limit=width - 2)
    for text in left[1:]:
        row.put(f" {look.dot} {text}")
    return row.right(f" {look.dot} ".join(right), width - 1).line()


def _arming_texts(model: BannerModel, width: int, look: Look) -> tuple[list[str], list[str]]:
    """What stands at the left and at the right, as full as fits."""
    parts = {
        "others": model.others,
        "drill": model.drill,
        "on_call": model.on_call,
        "levers": model.levers,
        "arming": model.arming,
    }
    left_order, right_order = ("arming", "levers", "drill"), ("on_call", "others")
    used = dict.fromkeys(parts, 0)

    def texts(order: tuple[str, ...]) -> list[str]:
        return [look.text(parts[name][used[name]]) for name in order if used[name] < len(parts[name])]

    def cells() -> int:
        sides = [sum(cell_len(text) + 3 for text in texts(order)) - 3 for order in (left_order, right_order)]
        return 2 + sum(max(0, side) for side in sides) + (GAP if texts(right_order) else 0)

    # Shorter forms of the details before anything goes; then what may go, goes, in this order.
    for name in ("levers", "arming", "others", "drill", "on_call"):
        while cells() > width and used[name] < len(parts[name]) - 1:
            used[name] += 1
    for name in ("others", "drill", "on_call", "levers"):
        if cells() > width:
            used[name] = len(parts[name])
    return texts(left_order) or [""], texts(right_order)


class Banner(Rows[BannerModel]):
    """Three lines high."""

    DEFAULT_CSS = "Banner { height: 3; }"

    def paint(self, model: BannerModel, width: int, height: int, look: Look) -> tuple[Line, ...]:
        """As the function `paint`."""
        return paint(model, width, height, look)
