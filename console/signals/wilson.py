"""How far a share may lie from what was counted.

Wilson's score interval (E. B. Wilson, JASA 22, 1927, 209-212), used one-sided at 95 % unless told
otherwise. Counts may be fractional, as engines extrapolate them.
"""

from __future__ import annotations

from math import ceil, log, sqrt

Z_95 = 1.6448536269514722
"""One-sided 95 % quantile of the normal distribution."""


def wilson_upper(bad: float, n: float, z: float = Z_95) -> float:
    """Largest share that is still compatible with `bad` among `n`; 1 when nothing was counted."""
    if n <= 0:
        return 1.0
    share = bad / n
    spread = z * sqrt(max(share * (1 - share), 0.0) / n + z * z / (4 * n * n))
    return min(1.0, (share + z * z / (2 * n) + spread) / (1 + z * z / n))


def wilson_lower(bad: float, n: float, z: float = Z_95) -> float:
    """Smallest share that is still compatible with `bad` among `n`; 0 when nothing was counted."""
    if n <= 0:
        return 0.0
    share = bad / n
    spread = z * sqrt(max(share * (1 - share), 0.0) / n + z * z / (4 * n * n))
    return max(0.0, (share + z * z / (2 * n) - spread) / (1 + z * z / n))


def clean_n(edge: float) -> int:
    """Fewest events, none of them bad, that prove a share under `edge`.

    Exact and one-sided at 95 %: the smallest n with (1 - edge)^n <= 0.05; 299 for an edge of 1 %.
    """
    return ceil(log(0.05) / log(1 - edge))


def proven_under(bad: float, n: float, edge: float) -> bool:
    """Whether a share under `edge` is proven: exactly while nothing was bad, then by Wilson's upper bound."""
    if bad <= 0:
        return n >= clean_n(edge)
    return wilson_upper(bad, n) < edge


def needed_n(share: float, edge: float) -> float:
    """Events at which `share`, if it stays so, will be proven to lie under `edge`; infinity if it never will.

    With bad = share * n, Wilson's upper bound equals the edge where n (edge - share)^2 = z^2 edge (1 - edge):
    the score test, solved for n.
    """
    if share >= edge:
        return float("inf")
    by_score = Z_95 * Z_95 * edge * (1 - edge) / (edge - share) ** 2
    return max(float(clean_n(edge)), by_score)


def power_n(share: float, edge: float) -> int:
    """Events that prove `share` to be under `edge` four times in five (normal approximation)."""
    z_80 = 0.8416212335729143
    reach = Z_95 * sqrt(edge * (1 - edge)) + z_80 * sqrt(share * (1 - share))
    return ceil((reach / (edge - share)) ** 2)
