"""Renewals, or defaults, that share a common cause: the one-factor Gaussian model behind the
customer book.

Given the factor (a budget, a strategy) the customers are independent, so a book's distribution is
an average over the factor of simple ones.
"""

from __future__ import annotations

import math
from functools import lru_cache

import numpy as np

from bankable.udfs import cells
from bankable.udfs.numerics import normal

WORK = 6e8  # additions that one distribution may take
STEPS = np.array([-9, -4, -2, 0, 2, 4, 9.0])  # panels around a customer's turning point


@lru_cache(maxsize=32)
def _gauss_legendre(points: int) -> tuple[np.ndarray, np.ndarray]:
    return np.polynomial.legendre.leggauss(points)


def factor_nodes(renewal, correlation, customers):
    """Weights (J,) over the common factor and each customer's renewal probability (n, J) given it.

    The integral over the factor runs in panels that lie closer where a high correlation turns the
    probability steeply; correlation 0 and 1 need none and are exact.
    """
    if correlation == 0:
        return np.ones(1), renewal[:, None]
    if correlation == 1:
        edges = np.unique(np.concatenate([[0.0, 1.0], renewal]))
        return np.diff(edges), (edges[:-1] + edges[1:]) / 2 < renewal[:, None]
    point = normal.quantile(renewal)
    width = math.sqrt((1 - correlation) / correlation)
    turning = np.unique(point[np.isfinite(point)]) / math.sqrt(correlation)
    wanted = (turning[:, None] + width * STEPS).ravel() if width < 0.7 else np.empty(0)
    edges = np.unique(np.clip(np.concatenate([np.arange(-9.0, 10.0), wanted]), -9, 9))
    edges = edges[np.concatenate([[True], np.diff(edges) > min(width, 1) / 4])]
    edges[-1] = 9.0
    nodes, weights = _gauss_legendre(14 + math.ceil(1.3 * math.sqrt(customers)))
    half = np.diff(edges) / 2
    factor = ((edges[:-1] + edges[1:]) / 2)[:, None] + half[:, None] * nodes
    weight = half[:, None] * weights * normal.pdf(factor)
    given = normal.cdf(
        (point[:, None] - math.sqrt(correlation) * factor.ravel()) / math.sqrt(1 - correlation)
    )
    return weight.ravel() / weight.sum(), given


def binomial(customers, given):
    """P(k of n renewed | factor), shape (n + 1, J), for renewal probabilities (J,)."""
    k = np.arange(customers + 1.0)[:, None]
    ways = np.array([math.lgamma(i + 1) for i in range(customers + 1)])
    ways = (ways[-1] - ways - ways[::-1])[:, None]
    with np.errstate(divide="ignore", invalid="ignore"):
        log_yes = np.where(k > 0, k * np.log(given), 0.0)
        log_no = np.where(k < customers, (customers - k) * np.log1p(-given), 0.0)
    return np.exp(ways + log_yes + log_no)


def _sums(weights, most):
    """The distinct sums of subsets, customer by customer, with where each old sum goes without and
    with the next customer.
    """
    grain = weights.sum() * 1e-9
    values, moves = np.zeros(1), []
    for weight in weights:
        both = np.concatenate([values, values + weight])
        _, first, place = np.unique(np.rint(both / grain), return_index=True, return_inverse=True)
        moves.append((place[: values.size], place[values.size :], first.size))
        values = both[first]
        if values.size > most:
            raise cells.impossible(
                "weights add up to too many different sums: round them to a coarser unit, such as"
                " whole millions."
            )
    return values, moves


def book_distribution(weights, renewal, correlation, own_renewal):
    """Amounts renewed, rising, and their probabilities, for customers of given weight and
    probability (all of shape (n,)).

    A customer stays if the common cause lets it renew and, independently of all others, its own
    does.
    """
    customers = weights.size
    alike = (
        np.all(weights == weights[0])
        and np.all(renewal == renewal[0])
        and np.all(own_renewal == own_renewal[0])
    )
    if alike:
        weight, given = factor_nodes(renewal[:1], correlation, customers)
        return (
            weights[0] * np.arange(customers + 1.0),
            binomial(customers, own_renewal[0] * given[0]) @ weight,
        )
    weight, given = factor_nodes(renewal, correlation, customers)
    given = own_renewal[:, None] * given
    values, moves = _sums(weights, max(2000, WORK / (weight.size * customers)))
    probability = np.zeros(values.size)
    block = max(1, int(2e6 / values.size))
    for start in range(0, weight.size, block):
        chunk = slice(start, start + block)
        state = weight[None, chunk]
        for (stay, add, size), p in zip(moves, given[:, chunk], strict=True):
            grown = np.zeros((size, state.shape[1]))
            grown[stay] += state * (1 - p)
            grown[add] += state * p
            state = grown
        probability += state.sum(axis=1)
    return np.round(values, 11 - math.ceil(math.log10(weights.sum()))), probability


def outcome_correlation(renewal, correlation, own_renewal=1.0):
    """Correlation of the renewals themselves of two like customers; far below that of the
    causes.
    """
    overall = renewal * own_renewal
    if not 0 < overall < 1:
        return math.nan
    weight, given = factor_nodes(np.array([renewal]), correlation, 2)
    both = float(weight @ (own_renewal * given[0]) ** 2)
    return (both - overall**2) / (overall * (1 - overall))


def renewed_at_least(renewal, correlation, share, own_renewal, most):
    """P(at least that share of n like customers renews) for n = 1 to most."""
    weight, given = factor_nodes(np.array([renewal]), correlation, most)
    p = own_renewal * given[0]
    state = np.ones((1, weight.size))
    found = np.empty(most)
    for n in range(1, most + 1):
        grown = np.zeros((n + 1, weight.size))
        grown[:-1] = state * (1 - p)
        grown[1:] += state * p
        state = grown
        needed = max(0, math.ceil(share * n - 1e-9))
        found[n - 1] = weight @ state[needed:].sum(axis=0)
    return found


def vasicek_quantile(pd, correlation, confidence):
    """Default share of a large pool that is not exceeded at a confidence level; arrays of any
    shape, correlation below 1.
    """
    point = normal.quantile(pd) + np.sqrt(correlation) * normal.quantile(confidence)
    return normal.cdf(point / np.sqrt(1 - correlation))
