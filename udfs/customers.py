"""A book of customers whose contracts are renewed together or not: how much stays, and how many
customers are enough.

The arithmetic of renewals with a common cause is in common_factor.py.
"""

from __future__ import annotations

import math

import numpy as np

from bankable.udfs import cells, registry
from bankable.udfs.numerics.common_factor import (
    book_distribution,
    outcome_correlation,
    renewed_at_least,
    vasicek_quantile,
)
from bankable.udfs.registry import function

FAMILY = "Customers"
MOST = 1000  # customers in a book


def _read_book(n, renewal, weights, own_renewal):
    """The three paths of a book, one entry a customer."""
    for name, given in (("renewal", renewal), ("weights", weights), ("own_renewal", own_renewal)):
        if isinstance(given, np.ndarray) and given.size != n:
            raise cells.wrong_value(
                f"{name} has {given.size} cells but n is {n}: give one cell a customer."
            )
    sizes = np.ones(n) if weights is None else weights
    if not sizes.sum() > 0:
        raise cells.impossible("weights are all 0: give the revenue of each customer.")
    return (
        sizes,
        np.broadcast_to(np.asarray(renewal, dtype=float), n),
        np.broadcast_to(np.asarray(own_renewal, dtype=float), n),
    )


_BOOK = {
    "n": lambda: cells.count(
        "number of customers; strictly, of separate budgets", low=1, high=MOST
    ),
    "renewal": lambda: cells.series(
        "probability that the common causes let a customer renew; a range gives one a customer",
        low=0,
        high=1,
    ),
    "correlation": lambda: cells.probability(
        "correlation of the common causes: near 1 under one budget, near 0 for unrelated buyers"
    ),
}
_MORE = {
    "weights": lambda: cells.path(
        "revenue of each customer; left out: customers are counted", low=0, blanks="zero"
    ),
    "own_renewal": lambda: cells.series(
        "probability that a customer renews as far as its own cause goes, such as a recompete",
        low=0,
        high=1,
    ),
}


@function(
    FAMILY,
    "How much of the customer book will still be there after the renewals?",
    registry.table(
        "renewed customers (or revenue) and probabilities, 1 row an outcome",
        "renewed",
        "probability",
        "cumulative",
        "at_least",
    ),
    **{name: param() for name, param in _BOOK.items()},
    threshold=cells.amount(
        "show outcomes of at least this much only; the first row's at_least is then the chance of"
        " reaching it",
        low=0,
    ),
    **{name: param() for name, param in _MORE.items()},
)
def BOOK_DISTRIBUTION(n, renewal, correlation, threshold=None, weights=None, own_renewal=1.0):
    """The distribution of renewed customers, or of renewed revenue, when renewals have common
    causes.

    Equation
    --------
    Given the common factor z, a customer renews with p(z) = own_renewal N[(N^-1(renewal) - sqrt(rho) z) / sqrt(1 - rho)],
    independently of the others; the distribution is the average over z, standard normal.

    Conventions
    -----------
    The common causes (a budget cut, a change of strategy) work through renewal and correlation;
    own_renewal is each supplier's own part, such as winning a recompete, independent of all. The
    correlation is that of the causes: 20% gives about 10% between the renewals themselves
    (BOOK_SUMMARY shows it). Buyers under one appropriation are close to one customer: count
    budgets. Outcomes of equal sum are one row.

    Errors
    ------
    #N/A where the threshold is more than the whole book. #NUM! where unequal weights make too many
    sums.

    Source
    ------
    Vasicek, The distribution of loan portfolio value, Risk (2002); Andersen, Sidenius and Basu, All
    your hedges in one basket, Risk (2003), for unequal customers.

    See also
    --------
    BOOK_SUMMARY, MIN_CUSTOMERS, VASICEK_QUANTILE

    Examples
    --------
    Three customers, 85% each, causes correlated by 20%:

    >>> BOOK_DISTRIBUTION(3, 0.85, 0.2).round(4).tolist()
    [[0.0, 0.0105, 0.0105, 1.0], [1.0, 0.0722, 0.0827, 0.9895], [2.0, 0.2741, 0.3568, 0.9173], [3.0, 0.6432, 1.0, 0.6432]]
    """
    sizes, renewals, own = _read_book(n, renewal, weights, own_renewal)
    renewed, probability = book_distribution(sizes, renewals, correlation, own)
    at_least = np.minimum(np.cumsum(probability[::-1])[::-1], 1)
    rows = np.stack(
        [renewed, probability, np.minimum(np.cumsum(probability), 1), at_least], axis=-1
    )
    if threshold is not None:
        rows = rows[renewed >= threshold - 1e-9 * sizes.sum()]
        if not rows.size:
            raise cells.no_answer(
                f"threshold is {threshold:g}, more than the whole book of {sizes.sum():g}."
            )
    return rows


@function(
    FAMILY,
    "What can be counted on from the customer book, and with what probability?",
    registry.figures(
        "in customers or revenue, and probabilities",
        *(
            "expected",
            "sd",
            "low_case",
            "prob_at_least",
            "prob_none",
            "prob_all",
            "outcome_correlation",
        ),
    ),
    **{name: param() for name, param in _BOOK.items()},
    threshold=cells.amount(
        "what must be reached for prob_at_least; left out: that figure is blank", low=0
    ),
    **{name: param() for name, param in _MORE.items()},
    percentile=cells.probability(
        "level of low_case: 0.1 = at least this much with 90% probability or a little less"
    ),
)
def BOOK_SUMMARY(
    n, renewal, correlation, threshold=None, weights=None, own_renewal=1.0, percentile=0.1
):
    """Mean, spread, bad case and chances of a customer book with common causes of non-renewal.

    Equation
    --------
    As BOOK_DISTRIBUTION; low_case = smallest outcome whose cumulative probability is at least the percentile.

    Conventions
    -----------
    As BOOK_DISTRIBUTION. outcome_correlation is the correlation of the renewals themselves between
    two customers of average probability; blank where renewal is certain or impossible.

    Source
    ------
    Vasicek, The distribution of loan portfolio value, Risk (2002).

    See also
    --------
    BOOK_DISTRIBUTION, MIN_CUSTOMERS

    Examples
    --------
    Ten customers, 85% each, causes correlated by 20%; seven are needed:

    >>> [round(figure, 4) for figure in BOOK_SUMMARY(10, 0.85, 0.2, 7)]
    [8.5, 1.5363, 6.0, 0.8897, 0.0001, 0.3176, 0.0946]
    """
    sizes, renewals, own = _read_book(n, renewal, weights, own_renewal)
    renewed, probability = book_distribution(sizes, renewals, correlation, own)
    expected = float(np.sum(sizes * renewals * own))
    spread = math.sqrt(max(0.0, float(np.sum(probability * (renewed - expected) ** 2))))
    low = renewed[
        min(int(np.searchsorted(np.cumsum(probability), percentile - 1e-12)), renewed.size - 1)
    ]
    reached = (
        math.nan
        if threshold is None
        else min(1.0, float(probability[renewed >= threshold - 1e-9 * sizes.sum()].sum()))
    )
    pair = outcome_correlation(float(renewals.mean()), correlation, float(own.mean()))
    return (
        expected,
        spread,
        float(low),
        reached,
        float(probability[0]),
        float(probability[-1]),
        pair,
    )


@function(
    FAMILY,
    "How many customers does the plant need so that it can lose some and still pay?",
    registry.number("customers; strictly, separate budgets"),
    renewal=cells.probability("probability that the common causes let a customer renew"),
    correlation=cells.probability(
        "correlation of the common causes: near 1 under one budget, near 0 for unrelated buyers"
    ),
    breakeven_share=cells.probability(
        "share of the revenue that must stay for the plant to pay its way"
    ),
    confidence=cells.probability("probability with which that share must stay"),
    max_n=cells.count("most customers looked at", low=1, high=400),
    own_renewal=cells.probability(
        "probability that a customer renews as far as its own cause goes, such as a recompete"
    ),
)
def MIN_CUSTOMERS(renewal, correlation, breakeven_share, confidence, max_n=50, own_renewal=1.0):
    """The least number of equal customers at which the break-even share stays with the confidence
    asked for.

    Equation
    --------
    least n with P(renewed share >= breakeven_share) >= confidence for n and for every larger number up to max_n

    Conventions
    -----------
    The probability does not rise steadily with n, since whole customers must be kept; the number
    returned is the one from which it holds throughout, up to max_n. Buyers under one appropriation
    count as one.

    Errors
    ------
    #N/A where no number up to max_n is enough; a high correlation cannot be diversified away.

    Source
    ------
    Vasicek, The distribution of loan portfolio value, Risk (2002), for the distribution.

    See also
    --------
    BOOK_DISTRIBUTION, BOOK_SUMMARY

    Examples
    --------
    85% renewals of unrelated budgets, 60% of revenue needed with 95% confidence:

    >>> MIN_CUSTOMERS(0.85, 0, 0.6, 0.95)
    8
    """
    reached = renewed_at_least(renewal, correlation, breakeven_share, own_renewal, max_n)
    short = np.flatnonzero(reached < confidence - 1e-12)
    if short.size and short[-1] == max_n - 1:
        raise cells.no_answer(
            f"even {max_n} customers (max_n) keep breakeven_share with a probability of"
            f" {reached[-1]:.1%} only, below confidence: a common cause is not diversified away."
        )
    return int(short[-1]) + 2 if short.size else 1


@function(
    FAMILY,
    "What share of a large pool defaults in a very bad year?",
    registry.number("share of the pool"),
    pd=cells.probability("yearly probability of default of each name"),
    correlation=cells.probability("correlation of the names' asset values"),
    confidence=cells.probability("probability that the share is not exceeded"),
)
def VASICEK_QUANTILE(pd, correlation, confidence=0.999):
    """Default rate of a large, even pool that is exceeded only with probability 1 - confidence.

    Equation
    --------
    N[(N^-1(pd) + sqrt(rho) N^-1(confidence)) / sqrt(1 - rho)]

    Conventions
    -----------
    The pool is so large that only the common factor is left; a small book is worse: see
    BOOK_DISTRIBUTION. With correlation 1 all default together, or none.

    Errors
    ------
    #NUM! where confidence is 0 or 1.

    Source
    ------
    Vasicek, The distribution of loan portfolio value, Risk (2002); Hull, Risk Management and
    Financial Institutions, table of worst-case default rates.

    See also
    --------
    BOOK_DISTRIBUTION

    Examples
    --------
    >>> round(VASICEK_QUANTILE(0.01, 0.2), 4)
    0.1455
    """
    if not 0 < confidence < 1:
        raise cells.impossible(
            f"confidence is {confidence:g}: give a probability between 0 and 1, such as 0.999."
        )
    if correlation == 1:
        return 1.0 if pd > 1 - confidence else 0.0
    return float(vasicek_quantile(pd, correlation, confidence))
