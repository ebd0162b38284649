"""How much a mix of classes speaks for being another mix than the usual one.

The e-value is a likelihood ratio: counts x under a Dirichlet-multinomial whose centre is the usual mix q,
against the multinomial of q itself,

    e = prod_c [ Gamma(a_c + x_c) / Gamma(a_c) ] Gamma(A) / Gamma(A + n) / prod_c q_c^x_c,    a_c = A q_c

with A the number of classes: wide, so that any shift is listened to. If the mix is the usual one, e is 1 on
average, and exceeds k at most once in k (Markov; Grünwald, de Heide, Koolen, "Safe testing", 2024).
"""

from __future__ import annotations

from collections.abc import Mapping
from math import lgamma, log, log2, sqrt


def smoothed(usual: Mapping[str, float], classes: set[str]) -> dict[str, float]:
    """Shares of the usual mix, half an event added to each class (Jeffreys), so that none is impossible."""
    names = sorted(classes | usual.keys())
    total = sum(usual.values()) + 0.5 * len(names)
    return {name: (usual.get(name, 0.0) + 0.5) / total for name in names}


def log_e(seen: Mapping[str, float], usual: Mapping[str, float]) -> float:
    """Natural logarithm of the e-value of `seen` against the usual counts; 0 when nothing was seen."""
    n = sum(seen.values())
    if n <= 0:
        return 0.0
    shares = smoothed(usual, set(seen))
    strength = float(len(shares))
    total = lgamma(strength) - lgamma(strength + n)
    for name, share in shares.items():
        k = seen.get(name, 0.0)
        total += lgamma(strength * share + k) - lgamma(strength * share) - k * log(share)
    return total


def distance(seen: Mapping[str, float], usual: Mapping[str, float]) -> float:
    """Jensen-Shannon distance of two mixes, 0 (same) to 1 (nothing in common). Shown, never judged by."""
    n, m = sum(seen.values()), sum(usual.values())
    if n <= 0 or m <= 0:
        return 0.0
    apart = 0.0
    for name in seen.keys() | usual.keys():
        p, q = seen.get(name, 0.0) / n, usual.get(name, 0.0) / m
        middle = (p + q) / 2
        apart += sum(0.5 * x * log2(x / middle) for x in (p, q) if x > 0)
    return sqrt(max(0.0, min(1.0, apart)))
