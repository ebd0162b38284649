"""What a drill asks of the person who begins it, as a form."""

from __future__ import annotations

from console.drilling.score import never_drilled
from console.drilling.stories import DEFAULT, stories
from console.drilling.target import KINDS, DrillOrder, refusal
from console.killswitch.record import PRODUCTION, REHEARSAL, TABLETOP
from console.text import plain
from console.tui.forms import Field, Form, Values, Wrong
from console.tui.scene import Scene


def drill_form(scene: Scene) -> Form:
    """Kind, trainee, story; and the flag's key, where it is the real flag that is flipped."""
    snapshot = scene.snapshot
    if snapshot is None:
        return _nothing("the configuration has not been read yet")
    if snapshot.drill is not None:
        who = plain(snapshot.drill.begun.trainee)
        return _nothing(f"a drill of {who} is going on; the timeline says since when")
    config = snapshot.config
    flag = plain(config.flag_key)
    rehearsed = f", rehearsal flips {plain(config.drill_flag)}" if config.drill_flag else ""
    never = never_drilled(snapshot.rotation, snapshot.trainees)
    minutes = config.drill_lease.total_seconds() / 60

    def make(values: Values, scene: Scene) -> DrillOrder:
        kind = values["kind"].strip().lower() or TABLETOP
        if kind not in KINDS:
            raise Wrong("kind", f"one of {', '.join(KINDS)}; empty: {TABLETOP}")
        told = values["story"].strip() or DEFAULT
        if told not in stories():
            raise Wrong("story", f"one of {', '.join(stories())}; empty: {DEFAULT}")
        confirm = values["key"].strip()
        problem = refusal(config, kind, confirm)
        if problem:
            raise Wrong("key" if kind == PRODUCTION else "kind", problem)
        return DrillOrder(kind, plain(values["trainee"]).strip() or scene.operator, told, confirm)

    about = [
        ("", f"A drill ends after {minutes:g} min at the latest, and restores by itself what it has killed."),
        ("kinds", f"{TABLETOP} sends nothing{rehearsed}; {PRODUCTION} flips {flag}: real users"),
    ]
    if never:
        about.append(("never", f"has never done one: {', '.join(map(plain, never))}"))
    kinds = ", ".join(kind for kind in KINDS if kind != REHEARSAL or config.drill_flag)
    return Form(
        "DRILL",
        tuple(about),
        (
            Field("kind", "kind", f"{kinds}; empty: {TABLETOP}"),
            Field("trainee", "trainee", f"who is drilled; empty: {plain(scene.operator)}"),
            Field("story", "story", f"empty: {DEFAULT}; or {', '.join(list(stories())[1:])}"),
            Field("key", "flag key", f"for {PRODUCTION} only: {flag}, typed whole. Enter begins"),
        ),
        make,
    )


def _nothing(why: str) -> Form:
    def make(values: Values, scene: Scene) -> DrillOrder:
        raise Wrong("kind", why)

    return Form("DRILL", (("", why),), (Field("kind", "kind", "esc leaves"),), make)
