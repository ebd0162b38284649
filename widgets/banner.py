"""The banner: three lines that never leave. Environment and flag; the verdict; whether it can be killed."""

from __future__ import annotations

from dataclasses import dataclass

from widgets.line import Line
from widgets.look import Look
from widgets.marks import State, Tone
from widgets.rows import Rows

Forms = tuple[str, ...]
"""One text in several lengths, the longest first; () is no text. The longest that fits is shown."""


@dataclass(frozen=True, slots=True)
class BannerModel:
    """What the banner says.

    Attributes:
        environment: its word ("PRODUCTION", "DEMO").
        real_users: False for an environment that nobody is hurt in; it gets another colour.
        modes: words beside the environment, only when not ordinary ("READ-ONLY", "HELD").
        title: what the feature is called: forms, such as title and key ("Support draft replies", "support-drafts").
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


def paint(model: BannerModel, width: int, height: int, look: Look) -> tuple[Line, ...]:
    """Three lines of `width` cells."""
    raise NotImplementedError


class Banner(Rows[BannerModel]):
    """Three lines high."""

    def paint(self, model: BannerModel, width: int, height: int, look: Look) -> tuple[Line, ...]:
        """As the function `paint`."""
        return paint(model, width, height, look)
