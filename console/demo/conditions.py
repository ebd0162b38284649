"""How well the drafting model and what is round it behave: the rates that every draft is drawn from."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Conditions:
    """Rates of the AI path. The defaults are Acme's healthy feature.

    Attributes:
        schema, timeout, empty, truncated: share of AI answers that fail in this way.
        slower: factor on every answer's time; production is a little faster than the measurement before the
            launch was.
        model: the fingerprint that the provider reports with each answer.
        disliked: share of shown answers that get a thumbs-down or are generated anew.
        rated: share of shown answers with a thumb at all.
        injection: share of requests that carry an attempt; `leak` is the share of these that are of that
            class, the others are role_play. All are blocked.
        score: mean that the judge gives to production answers, 0 to 1.
        tickets: a weekday's tickets that mention the feature.
        flag_service_answers: whether the flag service answers; when not, it accepts connections and is
            silent.
    """

    schema: float = 0.0016
    timeout: float = 0.0014
    empty: float = 0.0005
    truncated: float = 0.0005
    slower: float = 0.97
    model: str = "draft-large-3/fp_4c1e09"
    disliked: float = 0.05
    rated: float = 0.31
    injection: float = 0.003
    leak: float = 0.67
    score: float = 0.845
    tickets: float = 11.0
    flag_service_answers: bool = True


HEALTHY = Conditions()
NEW_MODEL = "draft-large-3/fp_b7d021"
