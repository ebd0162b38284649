"""A drill: its banner, how far it has come, and what it was worth."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from statistics import median
from typing import TYPE_CHECKING

from msgspec.structs import replace

from console.drilling import score as marks
from console.drilling.score import LATE, NOT_SHOWN, PASSED, Score
from console.drilling.stage import confirmed
from console.drilling.target import KINDS
from console.killswitch.record import PRODUCTION, REHEARSAL, TABLETOP
from console.killswitch.steps import Ladder, Mark, Rung
from console.killswitch.times import confirmed_after
from console.signals.verdict import State
from console.text import plain
from console.tui.scene import Drilling, Scene
from console.tui.views import when
from console.tui.views.standing import standing, worst
from widgets.banner import BannerModel
from widgets.line import Line, Role, wrap
from widgets.marks import Tone
from widgets.runbook import RunbookModel

if TYPE_CHECKING:
    from console.drilling.wire import Told
    from console.snapshot import Snapshot

NAME, TIME, CLOCK = 23, 13, 12
"""Cells of the columns: the step, what it took, when or what is wanted."""
GOOD_FOR = timedelta(days=30)

_AFFECTS = {
    TABLETOP: "On paper: nothing is sent.",
    REHEARSAL: "Nobody is affected.",
    PRODUCTION: "K flips the REAL flag.",
}
_ASKS = {
    TABLETOP: "On paper: nothing is sent, nobody is affected.",
    REHEARSAL: "The rehearsal's flag: nobody is affected.",
    PRODUCTION: "The REAL flag: once killed, users get the fallback.",
}


def drill_banner(scene: Scene, ordinary: BannerModel) -> BannerModel:
    """DRILL stands first on each line that could be mistaken; the real state has the third to itself.

    Args:
        ordinary: what the banner says of the staged feature.
    """
    drilling = scene.drill
    assert drilling is not None  # noqa: S101 - the caller has looked
    return replace(
        ordinary,
        first=("DRILL",),
        state=None,
        word="DRILL",
        verdict=_line_two(scene, drilling),
        verdict_tone=Tone.DANGER if _alarm(drilling) else Tone.PLAIN,
        hint=_hint(drilling),
        arming=_real(scene, drilling),
        arming_tone=Tone.PLAIN,
        levers=(),
        drill=(),
        on_call=(plain(drilling.trainee),),
        others=(),
    )


def drill_page(scene: Scene, width: int, top: int, tick: str, cross: str) -> RunbookModel:
    """How far the drill has come; once it is over, its score.

    Args:
        tick, cross: glyphs.
    """
    drilling = scene.drill
    if drilling is None:
        text = " No drill is going on here. D begins one; the timeline has the earlier ones."
        return RunbookModel(title="DRILL", lines=(((text, Role.PLAIN),),), top=top)
    told = drilling.told
    if drilling.lost:
        lines = _sentences(
            "the drill's process went away: what it has killed is restored at the next look", width
        )
        return RunbookModel(title="DRILL  lost", lines=tuple(lines), top=top)
    if told is None or told.phase == "preparing":
        return RunbookModel(title=f"DRILL  {drilling.kind}", lines=(((" preparing", Role.DIM),),), top=top)
    if told.phase == "refused":
        lines = [
            *_sentences(f"No drill: {plain(told.text)}.", width),
            *_sentences("esc leaves; D asks again", width),
        ]
        return RunbookModel(title="DRILL  refused", lines=tuple(lines), top=top)
    if told.score is not None:
        lines = list(_score(told, told.score, width, tick, cross))
        found = len(told.score.findings)
        word = "PASSED" if told.score.passed and not _alarm(drilling) else "NOT PASSED"
        note = f"{word} with {found} finding{'' if found == 1 else 's'}" if found else word
        return RunbookModel(title="DRILL  score", lines=tuple(lines), top=top, note=note)
    lines = list(_progress(scene, drilling, told, width, tick))
    does = "over at" if drilling.kind == TABLETOP else "restores itself"
    note = "restoring" if told.phase == "restoring" else f"{does} {_clock(scene, told.over_at)}"
    return RunbookModel(title=f"DRILL  {drilling.kind}", lines=tuple(lines), top=top, note=note)


def drill_lead(scene: Scene) -> str:
    """The first sentence of a drill's kill dialog."""
    drilling = scene.drill
    if drilling is None:
        return ""
    assert drilling.kind in KINDS  # noqa: S101 - the order was looked at
    until = ""
    if drilling.kind == PRODUCTION and drilling.told is not None and drilling.told.over_at:
        until = f" It restores itself at {_clock(scene, drilling.told.over_at)} at the latest."
    return f"DRILL. {_ASKS[drilling.kind]}{until} "


def real_line(snapshot: Snapshot | None, scene: Scene) -> str:
    """``all seven in band, 10:20``: how the real feature stands, in a few words."""
    if snapshot is None:
        return "not read yet"
    at = when.minute(scene.event_now, scene.event_now, scene.tz)
    verdicts = list(snapshot.board.verdicts.values())
    first = worst(verdicts)
    if first is None:
        return "no signal is configured"
    if first.state is State.OK:
        return f"all {len(verdicts)} in band, {at}"
    breaches = sum(1 for each in verdicts if State.BREACH in (each.state, each.was))
    if breaches:
        return f"BREACH, {plain(first.headline) or plain(first.title)}"
    in_band = sum(1 for each in verdicts if each.state is State.OK)
    return f"no BREACH; {in_band} of {len(verdicts)} in band, {at}"


def _line_two(scene: Scene, drilling: Drilling) -> str:
    told = drilling.told
    if told is None or told.phase == "preparing":
        return "being prepared; nothing is sent yet"
    if told.phase == "refused":
        return f"refused: {plain(told.text)}"
    if drilling.lost:
        return "its process went away; what it has killed is restored at the next look"
    if told.phase == "restoring":
        return f"ending ({plain(told.why)}): restoring"
    if told.phase == "over":
        return f"over, {plain(told.result)}: {plain(told.text)}"
    ladder = told.ladder
    if ladder is not None:
        return _killed(scene, ladder)
    return f"made-up breach: {drilling.story.value}. {_AFFECTS[drilling.kind]}"


def _killed(scene: Scene, ladder: Ladder) -> str:
    if not confirmed(ladder):
        return f"killing, for the drill: {standing(scene).text}"
    took = confirmed_after(ladder)
    after = f" after {when.seconds(took)}" if took is not None else ""
    rung = next(
        (step for step in ladder.steps if step.rung in (Rung.QUIET, Rung.FALLBACK) and step.mark is Mark.NOW),
        None,
    )
    waits = f"; {rung.rung.value} not seen yet" if rung is not None else "; check that it is quiet, say so"
    return f"killed, confirmed{after}{waits}"


def _hint(drilling: Drilling) -> str:
    if drilling.over:
        return "esc leave"
    ladder = drilling.told.ladder if drilling.told is not None else None
    return "E ends it" if ladder is not None else "K (drill)"


def _real(scene: Scene, drilling: Drilling) -> tuple[str, ...]:
    real = drilling.real
    said = f"real: {real_line(real, scene)}"
    if drilling.over:
        return (said,)
    return (f"{said} · a real BREACH ends this drill", said)


def _alarm(drilling: Drilling) -> bool:
    told = drilling.told
    return drilling.lost or (told is not None and told.result in ("void", "not restored"))


def _progress(scene: Scene, drilling: Drilling, told: Told, width: int, tick: str) -> Iterator[Line]:
    yield from _labelled("story", plain(drilling.story.tells), width)
    yield from _labelled("to do", "find it, decide, kill, check that it is quiet, say so (n)", width)
    if told.note:
        yield from _labelled("note", plain(told.note), width)
    yield ()
    before = bool(told.earlier)
    head = f"  {'step':<{NAME}}{plain(drilling.trainee)[: TIME - 2]:<{TIME}}{'clock':<{CLOCK}}"
    yield ((head + (f"last {marks.EARLIER} drills" if before else "the first drill"), Role.DIM),)
    began = datetime.fromisoformat(told.began)
    reached = _reached(told)
    now = next((name for name, seconds in reached if seconds is None), None)
    for name, seconds in reached:
        glyph = tick if seconds is not None else ("▸" if name == now else "·")
        took = "" if seconds is None else _took(seconds)
        at = "" if seconds is None else _clock(scene, (began + timedelta(seconds=seconds)).isoformat())
        earlier = " ".join(_took(each) for each in told.earlier.get(_EARLIER.get(name, ""), []))
        role = Role.TITLE if name == now else Role.PLAIN
        yield ((f" {glyph} {name:<{NAME - 1}}{took:<{TIME}}{at:<{CLOCK}}{earlier}", role),)
    yield ()
    used = f"{drilling.hints} used" if drilling.hints else "none used"
    yield ((f"  hints, F4: {used}", Role.DIM),)
    hints = (f"the runbook (4), at {plain(drilling.story.headline)}", plain(drilling.story.todo))
    for text in hints[: drilling.hints]:
        yield from _sentences(text, width, indent=4)
    yield ()
    yield from _sentences("The same screens and keys as in earnest. Real signals stay in line 3.", width)


_EARLIER = {
    "signals open": "to signals",
    "runbook step found": "to runbook step",
    "K pressed": "to K",
    "word and Enter": "K to Enter",
    "confirmed": "Enter to confirmed",
    "quiet": "confirmed to quiet",
    "fallback answers": "fallback answers",
    "note written": "said so, by a note",
}


def _reached(told: Told) -> list[tuple[str, float | None]]:
    """Each step with the seconds after which it was reached; a kill of this kind may not show all."""
    enter = told.marks.get(marks.ENTER)
    steps = {step.rung: step for step in told.ladder.steps} if told.ladder is not None else {}
    took = confirmed_after(told.ladder) if told.ladder is not None else None

    def after_enter(rung: Rung) -> float | None:
        step = steps.get(rung)
        if enter is None or step is None or step.mark is not Mark.TRUE or step.seconds is None:
            return None
        return enter + step.seconds

    found: list[tuple[str, float | None]] = [
        ("page seen", 0.0),
        ("signals open", told.marks.get(marks.SIGNALS)),
        ("runbook step found", told.marks.get(marks.RUNBOOK)),
        ("K pressed", told.marks.get(marks.DIALOG)),
        ("word and Enter", enter),
        ("confirmed", enter + took if enter is not None and took is not None else None),
    ]
    for name, rung in (("quiet", Rung.QUIET), ("fallback answers", Rung.FALLBACK)):
        step = steps.get(rung)
        if step is None or step.mark is not Mark.NOT_CONFIGURED:
            found.append((name, after_enter(rung)))
    return [*found, ("note written", told.marks.get(marks.SAID))]


def _score(told: Told, score: Score, width: int, tick: str, cross: str) -> Iterator[Line]:
    had = {name: median(seconds) for name, seconds in told.earlier.items()}
    head = f"  {'step':<{NAME}}{plain(score.trainee)[: TIME - 2]:<{TIME}}{'wanted':<{CLOCK}}"
    yield ((head + (f"last {marks.EARLIER}, median" if had else "the first drill"), Role.DIM),)
    for step in score.steps:
        glyph = tick if step.verdict == PASSED else "?" if step.verdict == NOT_SHOWN else cross
        took = (
            _took(step.seconds)
            if step.seconds is not None
            else "not shown"
            if step.verdict == NOT_SHOWN
            else "—"
        )
        middle = _took(had[step.name]) if step.name in had else ""
        role = Role.PLAIN if step.verdict in (PASSED, NOT_SHOWN) else Role.TITLE
        late = " late" if step.verdict == LATE else ""
        text = f" {glyph} {step.name:<{NAME - 1}}{took + late:<{TIME}}{_took(step.wanted):<{CLOCK}}{middle}"
        yield ((text, role),)
    yield ()
    for finding in score.findings:
        yield from _labelled("finding", plain(finding), width)
    row = (
        f"evidence row {told.row}" if told.row is not None else "NOT filed: the journal could not be written"
    )
    gate = "" if score.kind == PRODUCTION else "; the gate needs a drill on the real flag"
    yield from _labelled("filed", f"{row}{gate}", width)
    if score.proved:
        yield from _labelled("proved", "; ".join(map(plain, score.proved)), width)
    if score.not_proven:
        yield from _labelled("not proven", "; ".join(map(plain, score.not_proven)), width)
    yield from _labelled("void when", "the flag is renamed, the token changes, a lever changes", width)
    by = (datetime.fromisoformat(told.began) + GOOD_FOR).astimezone().strftime("%d %b") if told.began else ""
    have = "has" if len(told.never) == 1 else "have"
    never = f"; {', '.join(map(plain, told.never))} {have} never done one" if told.never else ""
    yield from _labelled("next drill", f"by {by}{never}", width)


def _took(seconds: float) -> str:
    """``0.9 s`` below ten seconds, else ``0:52``."""
    if 0 < seconds < 10:
        return f"{seconds:.1f} s"
    return f"{int(seconds) // 60}:{int(seconds) % 60:02}"


def _clock(scene: Scene, instant: str) -> str:
    """An instant of the real clock, as the person's own clock has it."""
    return datetime.fromisoformat(instant).astimezone(scene.tz).strftime("%H:%M:%S") if instant else "?"


def _labelled(label: str, text: str, width: int) -> Iterator[Line]:
    pieces = wrap(text, max(20, width - 15))
    for number, piece in enumerate(pieces):
        yield ((f"  {label if not number else '':<12}{piece}", Role.PLAIN),)


def _sentences(text: str, width: int, indent: int = 2) -> list[Line]:
    return [((f"{' ' * indent}{piece}", Role.PLAIN),) for piece in wrap(text, max(20, width - indent - 1))]
