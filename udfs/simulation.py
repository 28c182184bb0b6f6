"""The spread of a debt service cover ratio under uncertain cash flow: percentiles year by year, and
the chance of a shortfall.

Each year's distribution is known exactly and is not drawn; only what hangs on the whole path, a
shortfall in any year, is simulated, in blocks that fit the processor's cache.
"""

from __future__ import annotations

import math

import numpy as np

from bankable.udfs import cells, registry
from bankable.udfs.numerics import normal
from bankable.udfs.registry import function

FAMILY = "Simulation"
BLOCK = 200_000  # numbers drawn at once
MOST_DRAWS = 2e8


def noise_variance(years, persistence):
    """Variance of the noise x_t: t for a random walk (persistence 1), otherwise 1 in every year."""
    return np.arange(1.0, years + 1) if persistence == 1 else np.ones(years)


def dscr_percentiles(dscr, vol, variance, percentiles):
    """Percentiles of dscr x exp(vol x - vol^2 variance / 2), x normal of that variance; time = last
    axis, one row a percentile.
    """
    point = normal.quantile(percentiles).reshape(-1, *[1] * np.ndim(dscr))
    sd = vol * np.sqrt(variance)
    return dscr * np.exp(np.sign(dscr) * sd * point - sd**2 / 2)


def shortfall_noise(dscr, vol, variance):
    """The noise x_t below which DSCR < 1: -inf where it never is, +inf where it always is; a
    missing DSCR never falls short.
    """
    with np.errstate(divide="ignore", invalid="ignore"):
        level = -np.log(dscr) / vol + vol * variance / 2
    certain = np.where(dscr < 1, np.inf, -np.inf)
    level = np.where((dscr > 0) & (vol > 0), level, certain)
    return np.where(np.isnan(dscr), -np.inf, level)


def any_shortfall(level, persistence, pairs, seed, draws=BLOCK):
    """Probability that x_t < level_t in any year, and its standard error, from pairs of mirrored
    paths.

    Draws come path by path from one generator, so the result does not depend on the block.
    """
    last = np.flatnonzero(level > -np.inf)
    if not last.size or pairs == 0:
        return 0.0, 0.0
    if np.any(level == np.inf):
        return 1.0, 0.0
    years = int(last[-1]) + 1
    level = level[:years, None]
    fresh = 1.0 if persistence == 1 else math.sqrt(1 - persistence**2)
    generator = np.random.Generator(np.random.PCG64(seed))
    block = max(1, draws // years)
    one = both = 0
    for start in range(0, pairs, block):
        noise = np.ascontiguousarray(
            generator.standard_normal((min(block, pairs - start), years)).T
        )
        if persistence > 0:
            if fresh != 1:
                noise[1:] *= fresh
            for t in range(1, years):
                noise[t] += noise[t - 1] if persistence == 1 else persistence * noise[t - 1]
        up = np.any(noise < level, axis=0)
        down = np.any(noise > -level, axis=0)
        one += int(np.count_nonzero(up ^ down))
        both += int(np.count_nonzero(up & down))
    mean = (both + one / 2) / pairs
    square = (both + one / 4) / pairs
    return mean, math.sqrt(max(0.0, square - mean**2) / pairs)


@function(
    FAMILY,
    "How far can the DSCR fall in a bad year, and how likely is a shortfall?",
    registry.block(
        "one row a year under a heading: DSCR at each percentile, probability of DSCR < 1; last"
        " row: in any year, with standard error"
    ),
    cfads=cells.path(
        "expected cash flow available for debt service in each year; blank = no period",
        blanks="keep",
    ),
    debt_service=cells.path(
        "debt service of each year; blank, 0 or a rest of rounding = no debt in that year",
        low=0,
        blanks="keep",
    ),
    vol=cells.volatility("volatility of a year's cash flow: 22% = 0.22"),
    persistence=cells.probability(
        "how much of a year's shock lasts to the next: 0 none, 1 a random walk"
    ),
    paths=cells.count("paths drawn for the probability in any year", low=100, high=10_000_000),
    seed=cells.count(
        "start of the random numbers; the same seed gives the same answer", high=1_000_000
    ),
    percentiles=cells.path("percentiles shown: 0.1 is the bad one in ten", low=0, high=1),
)
def DSCR_FAN(
    cfads,
    debt_service,
    vol,
    persistence=0.0,
    paths=10_000,
    seed=1,
    percentiles=((0.1,), (0.5,), (0.9,)),
):
    """The range of the DSCR year by year under uncertain cash flow, and the probability that it
    falls below 1.

    Equation
    --------
    CFADS_t = base_t exp(vol x_t - vol^2 Var(x_t) / 2), so that its mean is base_t
    x_1 normal; x_t = a x_{t-1} + sqrt(1 - a^2) e_t for persistence a < 1; x_t = x_{t-1} + e_t for a = 1

    Conventions
    -----------
    The mean is kept, so the median lies below the base case. Percentiles and the yearly probability
    follow from the exact distribution of each year; the probability in any year is simulated, with
    antithetic pairs, and its standard error stands beside it. That probability is neither the sum
    of the yearly ones nor that of a low average: one year below 1 is enough. p10 is the bad side
    (in energy finance such a level is called P90). A percentile is no scenario: no single path
    follows it. Cash flow cannot turn negative by the noise; a lost contract is a jump, which
    DEAL_FAN has. Blank where no debt is due.

    Errors
    ------
    #VALUE! for ranges of unequal length; #N/A where no year has both cash flow and debt service;
    #NUM! where paths x years is above 200 million.

    Source
    ------
    Stationary autoregression and geometric random walk: Hull, Options, Futures and Other
    Derivatives; antithetic pairs: Glasserman, Monte Carlo Methods in Financial Engineering (2003).

    See also
    --------
    SURVIVAL, BOOK_DISTRIBUTION

    Examples
    --------
    A DSCR of 1.4 with 22% volatility, two years:

    >>> for row in DSCR_FAN([140, 140], [100, 100], 0.22):
    ...     print([round(cell, 3) if isinstance(cell, float) else cell for cell in row])
    ['year', 'p10', 'p50', 'p90', 'probability DSCR < 1', 'standard error']
    [1, 1.031, 1.367, 1.812, 0.078, 0.0]
    [2, 1.031, 1.367, 1.812, 0.078, 0.0]
    ['any year', None, None, None, 0.146, 0.003]
    """
    cells.same_length(cfads=cfads, debt_service=debt_service)
    levels = np.ravel(percentiles)
    if not np.all((levels > 0) & (levels < 1)):
        raise cells.impossible(
            "percentiles must lie between 0 and 1, such as 0.1, 0.5 and 0.9; 0 and 1 have no finite"
            " value."
        )
    if paths * cfads.size > MOST_DRAWS:
        raise cells.impossible(f"paths x years is above {MOST_DRAWS:,.0f}: take fewer paths.")
    least_due = cells.REST * np.nanmax(debt_service, initial=0.0)  # less is a rest of rounding
    with np.errstate(divide="ignore", invalid="ignore"):
        dscr = np.where(debt_service > least_due, cfads / debt_service, np.nan)
    if np.all(np.isnan(dscr)):
        raise cells.no_answer(
            "cfads and debt_service have no year with both cash flow and debt service: there is no"
            " DSCR."
        )
    variance = noise_variance(cfads.size, persistence)
    fan = dscr_percentiles(dscr, vol, variance, levels)
    level = shortfall_noise(dscr, vol, variance)
    yearly = np.where(np.isnan(dscr), np.nan, normal.cdf(level / np.sqrt(variance)))
    chance, error = any_shortfall(level, persistence, (paths + 1) // 2, seed)
    heading = ["year", *(f"p{100 * p:g}" for p in levels), "probability DSCR < 1", "standard error"]
    rows = [
        [t + 1, *fan[:, t].tolist(), float(yearly[t]), None if math.isnan(dscr[t]) else 0.0]
        for t in range(cfads.size)
    ]
    return [heading, *rows, ["any year", *[None] * levels.size, chance, error]]
