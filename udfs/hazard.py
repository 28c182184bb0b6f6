"""Default risk as a hazard: from a yearly probability, from a market spread, from a rating table,
and the legs of a credit swap.

A hazard is a continuous yearly intensity h, so that the chance of surviving t years is exp(-h t).
"""

from __future__ import annotations

import math

import numpy as np

from bankable.udfs import cells, registry
from bankable.udfs.registry import function

FAMILY = "Offtake and contract"
LONGEST = 100  # years


def hazard_from_pd(pd):
    """-ln(1 - pd), digits kept for a small pd."""
    return -np.log1p(-pd)


def conditional_pd(cumulative):
    """Marginal and conditional yearly default probabilities from cumulative ones (time = last
    axis).
    """
    before = np.concatenate([np.zeros_like(cumulative[..., :1]), cumulative[..., :-1]], axis=-1)
    marginal = cumulative - before
    return marginal, marginal / (1 - before)


def credit_swap_legs(years, rate, hazard, recovery):
    """Premium, protection and accrual legs per unit of notional: premiums at year ends, default in
    mid-year, continuous rate.

    rate, hazard and recovery may be arrays of one shape; the result has a last axis for the three
    legs.
    """
    rate, hazard, recovery = (
        np.asarray(x, dtype=float)[..., None] for x in (rate, hazard, recovery)
    )
    year = np.arange(1.0, years + 1)
    alive = np.exp(-hazard * year)
    defaults = np.exp(-hazard * (year - 1)) * -np.expm1(-hazard) * np.exp(-rate * (year - 0.5))
    premium = np.sum(alive * np.exp(-rate * year), axis=-1)
    defaults = np.sum(defaults, axis=-1)
    return np.stack([premium, (1 - recovery[..., 0]) * defaults, 0.5 * defaults], axis=-1)


@function(
    FAMILY,
    "Which hazard does a yearly default probability stand for?",
    registry.number("hazard a year, continuous"),
    pd=cells.probability("probability of default within one year"),
)
def HAZARD_FROM_PD(pd):
    """The continuous default intensity that gives a yearly probability of default.

    Equation
    --------
    hazard = -ln(1 - pd)

    Conventions
    -----------
    The two differ little at 1% and much at 20%: never type one for the other. A historical PD
    measures expected loss; to price a contract use a hazard from market spreads.

    Errors
    ------
    #NUM! where pd is 1: certain default has no finite hazard.

    Source
    ------
    Hull, Options, Futures and Other Derivatives, chapter on credit risk.

    See also
    --------
    HAZARD_FROM_SPREAD, SURVIVAL, CONDITIONAL_PD

    Examples
    --------
    >>> round(HAZARD_FROM_PD(0.02), 6)
    0.020203
    """
    if pd == 1:
        raise cells.impossible("pd is 1: certain default within the year has no finite hazard.")
    return float(hazard_from_pd(pd))


@function(
    FAMILY,
    "Which hazard does the market's credit spread stand for?",
    registry.number("hazard a year, continuous, risk-neutral"),
    spread=cells.rate("credit spread over the risk-free rate, yearly", low=0),
    recovery=cells.probability(
        "share recovered on default that the spread's market assumes, often 0.4"
    ),
)
def HAZARD_FROM_SPREAD(spread, recovery):
    """The default intensity that a credit spread pays for.

    Equation
    --------
    hazard = spread / (1 - recovery)

    Conventions
    -----------
    The credit triangle. The result is risk-neutral: for investment grade 3 to 10 times the
    historical default rate. Right for pricing a contract, too high for expected loss.

    Errors
    ------
    #NUM! where recovery is 1: with nothing to lose no spread tells of default.

    Source
    ------
    Hull, Options, Futures and Other Derivatives, chapter on credit risk.

    See also
    --------
    HAZARD_FROM_PD, SURVIVAL, OFFTAKE_NPV

    Examples
    --------
    >>> round(HAZARD_FROM_SPREAD(0.012, 0.4), 6)
    0.02
    """
    if recovery == 1:
        raise cells.impossible(
            "recovery is 1: with nothing to lose, no spread tells how likely default is."
        )
    return spread / (1 - recovery)


@function(
    FAMILY,
    "What is the chance of default in each year, from a rating agency's cumulative table?",
    registry.table(
        "share of all names (marginal) and of those still alive (conditional), 1 row a year",
        "marginal",
        "conditional",
    ),
    cumulative_pd=cells.path(
        "cumulative default probability at the end of each year, from year 1", low=0, high=1
    ),
)
def CONDITIONAL_PD(cumulative_pd):
    """Yearly default probabilities out of a cumulative default table, marginal and conditional.

    Equation
    --------
    marginal_t = C_t - C_{t-1}; conditional_t = marginal_t / (1 - C_{t-1}), with C_0 = 0

    Conventions
    -----------
    Feed the conditional probability to HAZARD_FROM_PD or to a loss model, never the marginal one,
    which is a share of the names there were at the start.

    Errors
    ------
    #NUM! where the path falls, or goes on after reaching 1.

    Source
    ------
    S&P Global Ratings, annual default studies, cumulative average default rates.

    See also
    --------
    HAZARD_FROM_PD, SURVIVAL

    Examples
    --------
    Rating B, three years:

    >>> CONDITIONAL_PD([0.0376, 0.0856, 0.1266]).round(4).tolist()
    [[0.0376, 0.0376], [0.048, 0.0499], [0.041, 0.0448]]
    """
    falls = np.flatnonzero(np.diff(cumulative_pd) < 0)
    if falls.size:
        raise cells.impossible(
            f"cumulative_pd falls at cell {falls[0] + 2}: give cumulative probabilities, which"
            " never fall."
        )
    if np.any(cumulative_pd[:-1] == 1):
        raise cells.impossible(
            "cumulative_pd reaches 1 before its last cell: nobody is left to default after that."
        )
    return np.stack(conditional_pd(cumulative_pd), axis=-1)


@function(
    FAMILY,
    "What does protection against the buyer's default cost a year?",
    registry.figures(
        "values per 1 of notional", "premium_leg", "protection_leg", "accrual_leg", "fair_spread"
    ),
    rate=cells.rate("risk-free rate, continuous"),
    hazard=cells.hazard("default intensity a year, continuous"),
    recovery=cells.probability("share recovered on default"),
    years=cells.count("years of protection", low=1, high=LONGEST),
)
def RISKY_ANNUITY(rate, hazard, recovery, years):
    """Value of a premium paid until default, of the protection it buys, and the fair yearly spread.

    Equation
    --------
    premium = sum S_t e^(-rate t); protection = (1 - recovery) sum (S_{t-1} - S_t) e^(-rate (t - 1/2))
    accrual = 1/2 sum (S_{t-1} - S_t) e^(-rate (t - 1/2)); fair spread = protection / (premium + accrual)
    S_t = exp(-hazard t)

    Conventions
    -----------
    The only function here with default in mid-year and with a continuously compounded rate (for a
    yearly rate r give ln(1 + r)). Premiums are paid at year ends; half a year's premium is owed at
    default.

    Source
    ------
    Hull, Options, Futures and Other Derivatives, chapter on credit default swaps.

    See also
    --------
    HAZARD_FROM_SPREAD, SURVIVAL

    Examples
    --------
    Hull's case, hazard 2%, recovery 40%, rate 5%, five years:

    >>> [round(figure, 4) for figure in RISKY_ANNUITY(0.05, 0.02, 0.4, 5)]
    [4.0728, 0.0506, 0.0422, 0.0123]
    """
    premium, protection, accrual = (
        float(leg) for leg in credit_swap_legs(years, rate, hazard, recovery)
    )
    if not premium + accrual > 0 or not math.isfinite(protection):
        raise cells.impossible(
            "hazard and rate leave nothing to pay a premium on: check their units."
        )
    return premium, protection, accrual, protection / (premium + accrual)
