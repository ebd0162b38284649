"""What a restore and a step back ask of a person, as forms."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from console.restoring.carry import Order
from console.restoring.facts import before, breaches, gather, killed
from console.restoring.rules import Wish, unmet
from console.restoring.stages import allowed, target
from console.text import plain
from console.tui.forms import Field, Form, Values, Wrong

if TYPE_CHECKING:
    from console.snapshot import Snapshot
    from console.tui.scene import Scene

OVERRIDE = "override"


def restore_form(scene: Scene) -> Form:
    """The way back; every rule that does not hold now stands above the fields."""
    snapshot = scene.snapshot
    if snapshot is None:
        return _nothing("restore", "the configuration has not been read yet")
    if not killed(snapshot):
        return _nothing("restore", "it is not killed: there is nothing to restore")
    known = before(snapshot.kills, snapshot.drills)
    percent = known.percent if known is not None else None
    titles = breaches(snapshot)
    fields = [
        Field("to", "to stage", _stages(snapshot, percent)),
        Field("reason", "reason", "why users may have it again"),
    ]
    if titles:
        how = "what it came from" if len(titles) == 1 else "key=what it came from; key=..."
        fields.append(Field("cause", "cause", f"of the BREACH of {_listed(titles)}: {how}"))
    fields += [
        Field(OVERRIDE, "anyway", f"empty; or {OVERRIDE}, to go past what is missing: loud, and journaled"),
        Field("key", "flag key", f"{plain(snapshot.config.flag_key)}, typed whole: Enter then restores"),
    ]

    def make(values: Values, scene: Scene) -> Order:
        return _restore(values, scene, titles, percent)

    share = "the share that it had is not known" if percent is None else f"before the kill {percent:g} %"
    about = [
        ("", f"Gives the AI path back to users in {plain(snapshot.config.environment)}; {share}."),
        *(("missing", text) for text in _missing(snapshot, scene, percent)),
    ]
    return Form("RESTORE", tuple(about), tuple(fields), make)


def back_form(scene: Scene) -> Form:
    """A step down, as free of gates as the kill."""
    snapshot = scene.snapshot
    if snapshot is None:
        return _nothing("step back", "the configuration has not been read yet")
    if killed(snapshot):
        return _nothing("step back", "it is killed: R restores it, to a lower stage")
    state = snapshot.flag.state
    percent = state.percent if state is not None else None

    def make(values: Values, scene: Scene) -> Order:
        goal = target(snapshot.config, values["to"], percent)
        if goal.problem:
            raise Wrong("to", goal.problem)
        _typed(values, snapshot)
        return Order(True, values["to"], Wish(values["key"].strip(), "", {}))

    live = "not known" if percent is None else f"{percent:g} %"
    about = (
        ("", f"Fewer users in {plain(snapshot.config.environment)} get the AI path; now {live}."),
        ("", "It asks for nothing else: a step down is as free as the kill."),
    )
    fields = (
        Field("to", "to stage", _stages(snapshot, percent)),
        Field("key", "flag key", f"{plain(snapshot.config.flag_key)}, typed whole: Enter then steps down"),
    )
    return Form("STEP BACK", about, fields, make)


def _restore(values: Values, scene: Scene, titles: Mapping[str, str], percent: float | None) -> Order:
    snapshot = scene.snapshot
    assert snapshot is not None  # noqa: S101 - the form was made from one, and none goes away
    goal = target(snapshot.config, values["to"], percent)
    wish = Wish(
        values["key"].strip(), plain(values["reason"]).strip(), _causes(values.get("cause", ""), titles)
    )
    override = values[OVERRIDE].strip().lower()
    if override not in ("", OVERRIDE):
        raise Wrong(OVERRIDE, f"type {OVERRIDE} whole, or leave it empty")
    facts = gather(snapshot, (), goal, traffic="", hold_down=snapshot.config.hold_down)
    for rule in unmet(wish, facts, scene.now):
        if rule.rule == "confirm" or (override and not rule.hard):
            continue
        raise Wrong(_FIELDS.get(rule.rule, OVERRIDE), rule.text)
    _typed(values, snapshot)
    return Order(False, values["to"], wish, bool(override))


_FIELDS = {"stage": "to", "reason": "reason", "cause": "cause", "killed": "to"}
"""The field beside which a rule that does not hold is said."""


def _typed(values: Values, snapshot: Snapshot) -> None:
    if values["key"].strip() != snapshot.config.flag_key:
        raise Wrong("key", f"type the flag's key whole: {plain(snapshot.config.flag_key)}")


def _causes(text: str, titles: Mapping[str, str]) -> dict[str, str]:
    """``errors=a new prompt; cost=the same``; a text without a key is for the only one there is."""
    if len(titles) == 1 and "=" not in text:
        return dict.fromkeys(titles, text.strip())
    pairs = (part.partition("=") for part in text.split(";"))
    return {key.strip(): cause.strip() for key, equals, cause in pairs if equals}


def _missing(snapshot: Snapshot, scene: Scene, percent: float | None) -> tuple[str, ...]:
    """Rules that hold or not whatever is typed."""
    stages = allowed(snapshot.config.stages, percent) if percent is not None else ()
    goal = target(snapshot.config, stages[-1].name if stages else "0%", percent)
    facts = gather(snapshot, (), goal, traffic="", hold_down=snapshot.config.hold_down)
    typed = Wish(snapshot.config.flag_key, "given", dict.fromkeys(facts.breaches, "given"))
    return tuple(rule.text for rule in unmet(typed, facts, scene.now) if rule.rule != "stage")


def _stages(snapshot: Snapshot, percent: float | None) -> str:
    if percent is None:
        return "a stage's name, or a share: 5%"
    names = ", ".join(plain(stage.name) for stage in allowed(snapshot.config.stages, percent))
    return f"lower than {percent:g} %: {names}" if names else f"a share lower than {percent:g} %: 5%"


def _listed(titles: Mapping[str, str]) -> str:
    return ", ".join(f"{plain(title)} ({plain(key)})" for key, title in titles.items())


def _nothing(title: str, why: str) -> Form:
    def make(values: Values, scene: Scene) -> Order:
        raise Wrong("key", why)

    return Form(title.upper(), (("", why),), (Field("key", "flag key", "esc leaves"),), make)
