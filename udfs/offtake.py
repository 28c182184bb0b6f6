"""Offtake contracts: what a buyer's promise pays, how likely it is to hold, and what it is worth.

The lower-case functions are the arithmetic, over arrays with any leading axes (the deal chain uses
them); the upper-case ones are the worksheet functions.
"""

from __future__ import annotations

import numpy as np

from udfs import cells, registry
from udfs.registry import function

FAMILY = "Offtake and contract"


def renewals_needed(year: np.ndarray, firm_years, renew_every=1) -> np.ndarray:
    """Renewals that must have come for year t's payment: max(0, ceil((t - firm_years) / renew_every))."""
    return np.maximum(0.0, np.ceil((year - firm_years) / renew_every))


def survival(year: np.ndarray, hazard, renewal, firm_years, renew_every=1) -> np.ndarray:
    """Probability that the payment at the end of year t is made: exp(-hazard t) x renewal^renewals."""
    return np.exp(-hazard * year) * renewal ** renewals_needed(year, firm_years, renew_every)


@function(
    FAMILY,
    "How likely is each year's payment under a contract that is renewed?",
    registry.path("probability that the payment at the end of each year is made, 1 row a year"),
    periods=cells.count("number of years", low=1),
    hazard=cells.number("offtaker's default intensity a year, continuous; HAZARD_FROM_PD turns a yearly PD into one", low=0, high=100),
    renewal=cells.probability("probability that a renewal or yearly appropriation comes"),
    firm_years=cells.count("years that need no renewal; 1 = the first year is contracted"),
    renew_every=cells.count("years that each renewal covers", low=1),
)
def SURVIVAL(periods, hazard=0.0, renewal=1.0, firm_years=1, renew_every=1):
    """Probability that a contract still pays at the end of each year.

    Equation
    --------
    S_t = exp(-hazard t) renewal^n_t, with n_t = max(0, ceil((t - firm_years) / renew_every))

    Conventions
    -----------
    With firm_years = 1 the first renewal is needed for year 2; with firm_years = 0 even year 1 hangs
    on one. Renewals are independent from year to year. The sum of the path is the expected life of
    the contract in years.

    Source
    ------
    Hull, Options, Futures and Other Derivatives, chapter on credit risk (survival from a hazard rate).

    See also
    --------
    OFFTAKE_NPV

    Examples
    --------
    A programme renewed each year with 85% probability, after one firm year:

    >>> SURVIVAL(4, 0, 0.85, 1).round(4).tolist()
    [1.0, 0.85, 0.7225, 0.6141]
    """
    return survival(np.arange(1.0, periods + 1), hazard, renewal, firm_years, renew_every)
