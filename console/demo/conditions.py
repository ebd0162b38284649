"""How well the drafting model and what is round it behave: the rates that every draft is drawn from.

One part for each noun, so that a scenario says only what it changes:
`replace(HEALTHY, opinions=replace(HEALTHY.opinions, disliked=0.24))`.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Failures:
    """Shares of AI answers that fail in each way."""

    schema: float = 0.0016
    timeout: float = 0.0014
    empty: float = 0.0005
    truncated: float = 0.0005


@dataclass(frozen=True, slots=True)
class Model:
    """What answers.

    Attributes:
        fingerprint: what the provider reports with each answer.
        slower: factor on every answer's time; production is a little faster than the measurement before
            the launch was.
        reads, writes: factors on the tokens of a request and of a draft.
    """

    fingerprint: str = "draft-large-3/fp_4c1e09"
    slower: float = 0.97
    reads: float = 1.0
    writes: float = 1.0


@dataclass(frozen=True, slots=True)
class Opinions:
    """What agents say of the drafts that they are shown.

    Attributes:
        disliked: share that gets a thumbs-down or is generated anew.
        rated: share with a thumb at all.
        languages: (language, disliked) where one fares otherwise.
    """

    disliked: float = 0.05
    rated: float = 0.31
    languages: tuple[tuple[str, float], ...] = ()

    def disliked_in(self, language: str) -> float:
        """Share of disliked drafts in a language."""
        for name, share in self.languages:
            if name == language:
                return share
        return self.disliked


@dataclass(frozen=True, slots=True)
class Attacks:
    """Requests that carry an injection.

    Attributes:
        share: of requests.
        classes: (technique, share of the attempts, share of these that passes); shares add up to 1.
        sources: how many people try; 0 for the usual few.
    """

    share: float = 0.003
    classes: tuple[tuple[str, float, float], ...] = (("leak", 0.67, 0.0), ("role_play", 0.33, 0.0))
    sources: int = 0


@dataclass(frozen=True, slots=True)
class Quality:
    """What the judge of the nightly eval thinks of production's answers, 0 to 1.

    Attributes:
        mean: of all but the Spanish ones.
        spanish: of the answers in Spanish.
    """

    mean: float = 0.845
    spanish: float = 0.845


@dataclass(frozen=True, slots=True)
class Complaints:
    """Customers' tickets that mention the feature.

    Attributes:
        per_day: on a weekday.
        wrong_language: share that complains of an answer in the wrong language, a category of its own.
    """

    per_day: float = 11.0
    wrong_language: float = 0.0


@dataclass(frozen=True, slots=True)
class Loop:
    """A program that asks again and again, each time with all that was said before.

    Attributes:
        per_minute: requests.
        grows: by how much of an ordinary request each round is longer than the one before.
        longest: factor on an ordinary request at which the model's window is full.
    """

    per_minute: float
    grows: float
    longest: float


@dataclass(frozen=True, slots=True)
class Load:
    """Who asks.

    Attributes:
        factor: on the requests that are usual at this time.
        loop: asks besides; None for nobody.
    """

    factor: float = 1.0
    loop: Loop | None = None


@dataclass(frozen=True, slots=True)
class Plumbing:
    """What carries flags and events.

    Attributes:
        flag_service: whether it answers; when not, it accepts connections and is silent.
        events: whether answers reach the event stream; when not, they pile up before it.
        flag_turned_on: whether somebody turns the flag on again whenever it is off.
    """

    flag_service: bool = True
    events: bool = True
    flag_turned_on: bool = False


@dataclass(frozen=True, slots=True)
class Conditions:
    """Everything at once. The defaults are Acme's healthy feature."""

    failures: Failures = Failures()
    model: Model = Model()
    opinions: Opinions = Opinions()
    attacks: Attacks = Attacks()
    quality: Quality = Quality()
    complaints: Complaints = Complaints()
    load: Load = Load()
    plumbing: Plumbing = Plumbing()


HEALTHY = Conditions()
NEW_MODEL = "draft-large-3/fp_b7d021"
