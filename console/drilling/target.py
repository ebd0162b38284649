"""What a drill may flip, and whether there may be a drill now."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from adapters.errors import Effect, Refused
from adapters.flags.port import ArmingCheck, Receipt, RequestSketch
from adapters.untrusted import Untrusted
from console.killswitch.levers import Holding, Lever, Proof, open_levers
from console.killswitch.record import PRODUCTION, REHEARSAL, TABLETOP
from console.text import plain

if TYPE_CHECKING:
    from console.config import FeatureConfig

KINDS = (TABLETOP, REHEARSAL, PRODUCTION)


@dataclass(frozen=True, slots=True)
class DrillOrder:
    """What a person asks for.

    Attributes:
        kind: one of `KINDS`.
        trainee: who is drilled.
        story: name of the story that is told.
        confirm: the flag's key typed whole, for a production drill.
    """

    kind: str
    trainee: str
    story: str
    confirm: str = ""


def drilled(feature: FeatureConfig, kind: str) -> FeatureConfig:
    """The feature as a drill of this kind sees it.

    A rehearsal has a flag of its own and no traffic: neither the other levers, which are the real feature's,
    nor what real users get has anything to do with it.
    """
    if kind != REHEARSAL or not feature.drill_flag:
        return feature
    key = feature.drill_flag
    flag = replace(feature.flag, options={**feature.flag.options, "key": key})
    evaluate = feature.evaluate if feature.drill_evaluate else None
    if evaluate is not None:
        source = replace(evaluate.source, options={**evaluate.source.options, "key": key})
        evaluate = replace(evaluate, source=source)
    return replace(
        feature, flag=flag, flag_key=key, levers=(), evaluate=evaluate, traffic=None, fallback=None
    )


def drill_levers(target: FeatureConfig, kind: str) -> tuple[Lever, ...]:
    """The levers that a drill pulls: those that can be taken back by themselves.

    Args:
        target: as `drilled` gives it.
    """
    if kind == TABLETOP:
        return (PaperLever(),)
    return tuple(lever for lever in open_levers(target) if lever.undoable)


def left_out(target: FeatureConfig, levers: Sequence[Lever]) -> str:
    """Which levers the drill does not pull, in words, or ""."""
    known = {lever.number for lever in levers}
    rest = [number for number in range(1, 2 + len(target.levers)) if number not in known]
    if not rest:
        return ""
    names = " and ".join(f"lever {number}" for number in rest)
    return f"{names} has no undo and is not pulled" if len(rest) == 1 else f"{names} have no undo"


def refusal(feature: FeatureConfig, kind: str, confirm: str) -> str:
    """Why a drill of this kind cannot be begun, as far as the configuration alone tells; ""."""
    if kind not in KINDS:
        return f"there is no such kind of drill: {', '.join(KINDS)}"
    if kind == REHEARSAL and not feature.drill_flag:
        return "no [feature.drill] names the flag that a rehearsal flips"
    if kind == PRODUCTION and confirm != feature.flag_key:
        return f"it flips the real flag: confirm with its key, {plain(feature.flag_key)}"
    return ""


class PaperLever:
    """Stands for every lever in a tabletop. Nothing is sent. See `console.killswitch.levers.Lever`."""

    def __init__(self) -> None:
        self.number = 1
        self.label = "tabletop"
        self.does = "sends nothing"
        self.proof = Proof.CHECK
        self.seconds_limit = 1.0
        self.problem = ""
        self.undoable = True

    async def send(self, *, reason: str, operator: str) -> Receipt:
        """Nothing is sent."""
        return Receipt(said=Untrusted("on paper"))

    async def undo(self, *, reason: str, operator: str) -> Receipt:
        """Nothing was sent.

        Raises:
            Refused: always.
        """
        raise Refused("nothing was sent", where="tabletop", todo="", effect=Effect.NONE)

    async def holds(self, *, brief: bool = False) -> Holding:
        """On paper it does."""
        return Holding(True, None, "on paper; nothing was sent")

    async def arm(self) -> tuple[ArmingCheck, ...]:
        """There is nothing to arm."""
        return ()

    def sketches(self) -> tuple[RequestSketch, ...]:
        """Nothing is sent."""
        return ()

    def undo_sketches(self) -> tuple[RequestSketch, ...]:
        """Nothing was sent."""
        return ()

    def still_on(self, known: bool) -> str:
        """Nothing was touched."""
        return "nothing was sent"

    async def aclose(self) -> None:
        """Nothing is held."""
