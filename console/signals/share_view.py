"""What is said of a judged share: windows, proven harm, and the view at the end of a minute."""

from __future__ import annotations

from dataclasses import dataclass

from console.signals.verdict import State


@dataclass(frozen=True, slots=True)
class Window:
    """What was counted in the minutes from `first` up to, without, `end`."""

    first: int
    end: int
    bad: float
    possibly: float
    n: float

    @property
    def minutes(self) -> int:
        """How long it is."""
        return self.end - self.first

    @property
    def share(self) -> float | None:
        """Surely bad among all; None when there are none."""
        return self.bad / self.n if self.n > 0 else None


@dataclass(frozen=True, slots=True)
class Latch:
    """Harm that was proven, with its numbers at that moment.

    Attributes:
        began: minute in which the excursion began.
        crossed: minute at whose begin the proof passed its line.
        bad, n: counted from `began` to `crossed`.
        proof: the evidence then, natural logarithm.
        since: minute since which the harm stands; before `began` where it was known before it was proven
            here.
    """

    began: int
    crossed: int
    bad: float
    n: float
    proof: float
    since: int

    @property
    def known_only(self) -> bool:
        """Whether it was told, and the evidence at hand has not proven it."""
        return self.n <= 0


@dataclass(frozen=True, slots=True)
class ShareView:
    """A share, judged at the end of a minute.

    Attributes:
        at: the minute at whose begin this holds.
        state: BREACH, WATCH, TOO_FEW, OK or NO_DATA.
        since: minute at whose begin the state began.
        short, long: the two windows.
        latch: the proven harm, while it stands.
        excursion: since the harm began, at most the last 30 minutes; None without a latch.
        inside: windows in a row that were inside since the proof.
        outside: of the last three minutes, how many had the short window's lower bound over the edge.
        proof: the e-detector's largest sum now, natural logarithm.
        proven: minutes in a row at whose end health was proven.
        lost: minutes since it was proven last.
        need: events that the long window needs for a proof of health at the present rate.
    """

    at: int
    state: State
    since: int
    short: Window
    long: Window
    latch: Latch | None
    excursion: Window | None
    inside: int
    outside: int
    proof: float
    proven: int
    lost: int
    need: float
