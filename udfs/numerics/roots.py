"""One root finder for every solver: bracketed, over all scenarios at once, and honest about what it
found.

Chandrupatla's method: inverse quadratic interpolation where it is safe, bisection where it is not;
a lane leaves the work when it has converged, and a lane without a change of sign is reported, never
guessed.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

CONVERGED, NO_SIGN_CHANGE, NOT_FINITE, NOT_CONVERGED = 0, 1, 2, 3


@dataclass(frozen=True)
class Roots:
    """One root a lane: its status, the iterations spent; NaN where there is none."""

    root: np.ndarray
    status: np.ndarray
    iterations: int

    @property
    def converged(self) -> np.ndarray:
        """Which lanes have a root."""
        return self.status == CONVERGED


def bracketed(
    function: Callable[[np.ndarray, np.ndarray], np.ndarray],
    low: np.ndarray | float,
    high: np.ndarray | float,
    tolerance: float = 1e-13,
    most: int = 120,
) -> Roots:
    """The root of `function(x, lanes)` between `low` and `high`, lane by lane.

    `function` gets the trial points of the lanes still at work and those lanes' numbers. A root is
    exact to `tolerance` relative to max(1, |x|), or where the function is 0.
    """
    a, b = (
        side.astype(float)
        for side in np.broadcast_arrays(
            np.atleast_1d(np.asarray(low, float)), np.atleast_1d(np.asarray(high, float))
        )
    )
    lanes = np.arange(a.size)
    fa, fb = np.asarray(function(a, lanes), float), np.asarray(function(b, lanes), float)
    root = np.full(a.size, np.nan)
    status = np.full(a.size, NOT_CONVERGED)
    finite = np.isfinite(fa) & np.isfinite(fb)
    status[~finite] = NOT_FINITE
    crossing = finite & (np.sign(fa) * np.sign(fb) <= 0)
    status[finite & ~crossing] = NO_SIGN_CHANGE
    at_work = np.flatnonzero(crossing)
    a, b, fa, fb = a[at_work], b[at_work], fa[at_work], fb[at_work]
    c, fc = a.copy(), fa.copy()
    share = np.full(at_work.size, 0.5)
    rounds = 0
    while at_work.size and rounds < most:
        best_is_a = np.abs(fa) < np.abs(fb)
        best, fbest = np.where(best_is_a, a, b), np.where(best_is_a, fa, fb)
        width = np.abs(b - a)
        narrow = 0.5 * tolerance * np.maximum(1.0, np.abs(best))
        done = (fbest == 0) | (width <= 2 * narrow)
        if done.any():
            root[at_work[done]], status[at_work[done]] = best[done], CONVERGED
            keep = ~done
            at_work, a, b, c, fa, fb, fc, share, width, narrow = (
                part[keep] for part in (at_work, a, b, c, fa, fb, fc, share, width, narrow)
            )
            if not at_work.size:
                break
        least = narrow / width
        step = np.clip(share, least, 1 - least)
        x = a + step * (b - a)
        fx = np.asarray(function(x, at_work), float)
        lost = ~np.isfinite(fx)
        if lost.any():
            status[at_work[lost]] = NOT_FINITE
            keep = ~lost
            at_work, a, b, c, fa, fb, fc, x, fx = (
                part[keep] for part in (at_work, a, b, c, fa, fb, fc, x, fx)
            )
        same_side = np.sign(fx) == np.sign(fa)
        c, fc = np.where(same_side, a, b), np.where(same_side, fa, fb)
        b, fb = np.where(same_side, b, a), np.where(same_side, fb, fa)
        a, fa = x, fx
        share = _next_share(a, b, c, fa, fb, fc)
        rounds += 1
    return Roots(root, status, rounds)


def _next_share(
    a: np.ndarray, b: np.ndarray, c: np.ndarray, fa: np.ndarray, fb: np.ndarray, fc: np.ndarray
) -> np.ndarray:
    """How far from a to b to try next: inverse quadratic interpolation where Chandrupatla's test
    allows, else half way.
    """
    with np.errstate(all="ignore"):
        xi = (a - b) / (c - b)
        phi = (fa - fb) / (fc - fb)
        quadratic = (phi**2 < xi) & ((1 - phi) ** 2 < 1 - xi)
        alpha = (c - a) / (b - a)
        share = fa / (fb - fa) * fc / (fb - fc) + alpha * fa / (fc - fa) * fb / (fc - fb)
    return np.where(quadratic & np.isfinite(share), share, 0.5)
