"""Offtake contracts: how likely a buyer's promise is to hold, and what it is worth.

The lower-case functions are the arithmetic, over arrays with any leading axes (the deal chain uses
them); the upper-case ones are the worksheet functions.
"""

from __future__ import annotations

import numpy as np

from bankable.udfs import cells, registry
from bankable.udfs.registry import function
from bankable.udfs.revenue import LONGEST, escalated

FAMILY = "Offtake and contract"


def renewals_needed(year: np.ndarray, firm_years, renew_every=1) -> np.ndarray:
    """Renewals that must have come for year t's payment: max(0, ceil((t - firm_years) /
    renew_every)).
    """
    return np.maximum(0.0, np.ceil((year - firm_years) / renew_every))


def survival(year: np.ndarray, hazard, renewal, firm_years, renew_every=1) -> np.ndarray:
    """Probability that the payment at the end of year t is made: exp(-hazard t) x
    renewal^renewals.
    """
    return np.exp(-hazard * year) * renewal ** renewals_needed(year, firm_years, renew_every)


def discount(year, rate):
    """Present value of 1 at the end of year t, at an effective yearly rate."""
    return (1 + rate) ** -year


def contract_pv(year, revenue, rate, hazard, renewal, firm_years, recovery):
    """Present value of contracted revenue (time = last axis) under renewal, offtaker default and
    recovery.

    On default the share `recovery` of the remaining contract's present value is paid at the end of
    that year.
    """
    paid = recovery + (1 - recovery) * np.exp(-hazard * year)
    return np.sum(
        revenue * discount(year, rate) * renewal ** renewals_needed(year, firm_years) * paid,
        axis=-1,
    )


def termination_pv(ceiling, rate, renewal, firm_years):
    """Present value of the cancellation charges due if the contract is not renewed (time = last
    axis, year ends).

    The last year's ceiling is never paid: nothing is left to cancel.
    """
    year = np.arange(1.0, ceiling.shape[-1])
    lapses = (year >= firm_years) * (1 - renewal) * renewal ** np.maximum(year - firm_years, 0)
    return np.sum(lapses * ceiling[..., :-1] * discount(year, rate), axis=-1)


@function(
    FAMILY,
    "How likely is each year's payment under a contract that is renewed?",
    registry.path("probability that the payment at the end of each year is made, 1 row a year"),
    periods=cells.count("number of years", low=1),
    hazard=cells.hazard(
        "offtaker's default intensity a year, continuous; HAZARD_FROM_PD turns a yearly PD into one"
    ),
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
    With firm_years = 1 the first renewal is needed for year 2; with firm_years = 0 even year 1
    hangs on one. Renewals are independent from year to year. The sum of the path is the expected
    life of the contract in years.

    Source
    ------
    Hull, Options, Futures and Other Derivatives, chapter on credit risk (survival from a hazard
    rate).

    See also
    --------
    OFFTAKE_NPV, OFFTAKE_REVENUE

    Examples
    --------
    A programme renewed each year with 85% probability, after one firm year:

    >>> SURVIVAL(4, 0, 0.85, 1).round(4).tolist()
    [1.0, 0.85, 0.7225, 0.6141]
    """
    return survival(np.arange(1.0, periods + 1), hazard, renewal, firm_years, renew_every)


@function(
    FAMILY,
    "What is the contract worth today, with the risk that the buyer fails or does not renew?",
    registry.number("present value at the start of year 1"),
    rate=cells.rate(
        "effective yearly discount rate; without the buyer's credit spread where a hazard is given"
    ),
    years=cells.count("years of the contract, renewals included", high=LONGEST),
    price=cells.series("price per unit in money of year 1", low=0),
    volume=cells.series("contract volume a year", low=0),
    escalator=cells.rate("yearly growth of the price, from year 2"),
    take_or_pay=cells.probability(
        "share of the contract volume that is paid for whether taken or not"
    ),
    hazard=cells.hazard(
        "offtaker's default intensity a year, continuous; HAZARD_FROM_PD turns a yearly PD into one"
    ),
    renewal=cells.probability("probability that each yearly renewal or appropriation comes"),
    firm_years=cells.count(
        "years that need no renewal; left out: 1 where renewal is below 1, otherwise all"
    ),
    recovery=cells.probability(
        "share of the remaining contract's value that is paid if the buyer defaults; nothing is"
        " paid on non-renewal"
    ),
)
def OFFTAKE_NPV(
    rate,
    years,
    price,
    volume,
    escalator=0.0,
    take_or_pay=1.0,
    hazard=0.0,
    renewal=1.0,
    firm_years=None,
    recovery=0.0,
):
    """Present value of an offtake contract's revenue, allowing for default and for renewals that
    may not come.

    Equation
    --------
    NPV = sum over t of C_t (1+rate)^-t Q_t [recovery + (1 - recovery) exp(-hazard t)]
    C_t = take_or_pay x price x volume x (1 + escalator)^(t-1)
    Q_t = renewal^n_t, n_t = max(0, t - firm_years)

    Conventions
    -----------
    Payments at year ends, the first one year from today; year 1 is not escalated. Recovery is paid
    on the buyer's default only, never when a renewal does not come. Either the rate holds the
    buyer's spread or the hazard does: both together count the same risk twice. A hazard implied by
    market spreads prices the contract; a historical default rate does not.

    Source
    ------
    Hull, Options, Futures and Other Derivatives, chapter on credit risk.

    See also
    --------
    SURVIVAL, OFFTAKE_REVENUE, HAZARD_FROM_PD, HAZARD_FROM_SPREAD, TERMINATION_PV

    Examples
    --------
    100 a year for 15 years growing 2%, at 7%: firm, and hanging on a yearly appropriation of 85%
    probability.

    >>> round(OFFTAKE_NPV(0.07, 15, 100, 1, 0.02), 2)
    1024.39
    >>> round(OFFTAKE_NPV(0.07, 15, 100, 1, 0.02, renewal=0.85), 2)
    471.62
    """
    cells.same_length(years, price=price, volume=volume)
    if firm_years is None:
        firm_years = years if renewal == 1 else 1
    year = np.arange(1.0, years + 1)
    revenue = escalated(year, take_or_pay * price * volume, escalator)
    return float(contract_pv(year, revenue, rate, hazard, renewal, firm_years, recovery))


@function(
    FAMILY,
    "What is the promise worth that the buyer pays our sunk cost if it does not renew?",
    registry.number("present value at the start of year 1"),
    rate=cells.rate("effective yearly discount rate"),
    renewal=cells.probability("probability that each yearly renewal or appropriation comes"),
    firm_years=cells.count("years that need no renewal; 1 = the first year is contracted"),
    ceiling=cells.path(
        "cancellation ceiling at the end of each year of the programme; the last is never paid",
        low=0,
        blanks="zero",
    ),
)
def TERMINATION_PV(rate, renewal, firm_years, ceiling):
    """Present value of the cancellation charge that a buyer owes if a renewal does not come.

    Equation
    --------
    PV = sum for t = firm_years to N-1 of renewal^(t - firm_years) (1 - renewal) ceiling_t (1+rate)^-t

    Conventions
    -----------
    Non-renewal is decided at the end of year t and the charge paid then. The ceiling is the cost
    not yet paid off at the end of each year; after the last year nothing is left to cancel, so its
    entry is not used. With firm_years = 0 a refusal before year 1 costs nothing. Cancellation (the
    whole remaining programme, between years) is not termination for convenience (at any time,
    settled otherwise).

    Source
    ------
    FAR 17.103 and 17.106-1 (cancellation, ceiling, charge); 10 USC 3501; CRS report R41909, 11 July
    2024.

    See also
    --------
    OFFTAKE_NPV, SURVIVAL

    Examples
    --------
    >>> round(TERMINATION_PV(0.07, 0.85, 1, [80, 60, 40, 20, 0]), 4)
    22.8409
    """
    return float(termination_pv(ceiling, rate, renewal, firm_years))
