"""What an offtake contract brings in each year: take-or-pay, a price band, or payment for capacity
held ready.

The lower-case functions are the arithmetic, over arrays with any leading axes (time = last axis);
the upper-case ones are the worksheet functions.
"""

from __future__ import annotations

import numpy as np

from bankable.udfs import cells, registry
from bankable.udfs.registry import function

FAMILY = "Offtake and contract"
LONGEST = 100  # years of a contract


def escalated(year, first, escalator):
    """first x (1 + escalator)^(t - 1): year 1 is not escalated."""
    return first * (1 + escalator) ** (year - 1)


def price_in_band(market, floor, cap, upside_share=0.0):
    """The market price held between floor and cap, plus the seller's share of what lies above the
    cap.
    """
    return np.clip(market, floor, cap) + upside_share * np.maximum(market - cap, 0)


def billed_volume(volume, take_or_pay, demand, max_volume):
    """What the buyer pays for: demand, at least take_or_pay x volume, at most max_volume."""
    return np.minimum(np.maximum(demand, take_or_pay * volume), max_volume)


def availability_revenue(
    year, capacity, price, availability, escalator, utilisation, variable_price
):
    """(price x availability + variable_price x utilisation) x capacity, escalated from year 2."""
    return escalated(
        year, (price * availability + variable_price * utilisation) * capacity, escalator
    )


@function(
    FAMILY,
    "What does the offtake contract bring in, year by year?",
    registry.path("revenue of each year, 1 row a year"),
    years=cells.count("years of the contract", low=1, high=LONGEST),
    price=cells.series(
        "contract price per unit in money of year 1; not used where market_price is given", low=0
    ),
    volume=cells.series("contract volume a year", low=0),
    escalator=cells.rate("yearly growth of the contract price, from year 2"),
    take_or_pay=cells.probability(
        "share of the contract volume that is paid for whether taken or not"
    ),
    demand=cells.series(
        "volume the buyer wants; left out: only take_or_pay x volume is counted, the lender's case",
        low=0,
    ),
    max_volume=cells.series("most the buyer may take; left out: no limit", low=0),
    price_floor=cells.series("lowest price paid in a price band; needs market_price", low=0),
    price_cap=cells.series("highest price paid in a price band; needs market_price", low=0),
    market_price=cells.series(
        "market price of each year: the price paid then follows it within floor and cap", low=0
    ),
    upside_share=cells.probability(
        "share of the market price above the cap that the seller keeps; the buyer has the rest"
    ),
)
def OFFTAKE_REVENUE(
    years,
    price,
    volume,
    escalator=0.0,
    take_or_pay=1.0,
    demand=None,
    max_volume=None,
    price_floor=None,
    price_cap=None,
    market_price=None,
    upside_share=0.0,
):
    """Yearly revenue of an offtake contract with take-or-pay and, where agreed, a price band.

    Equation
    --------
    revenue_t = price_t x volume_t
    price_t = price (1 + escalator)^(t-1), or with market_price:
    price_t = min(max(market_t, floor_t), cap_t) + upside_share max(market_t - cap_t, 0)
    volume_t = min(max(demand_t, take_or_pay x volume_t), max_volume_t)

    Conventions
    -----------
    Year 1 is not escalated; floor and cap are not escalated at all, so give ranges where they grow.
    Without demand the volume is the take-or-pay floor, which is what a lender counts. A price range
    is escalated like a single price.

    Errors
    ------
    #NUM! where the floor lies above the cap, or the take-or-pay volume above max_volume. #VALUE!
    where a floor or cap is given without a market price, or ranges are not `years` long.

    Source
    ------
    Yescombe, Principles of Project Finance (2nd ed. 2014), on offtake contracts. A floor with
    shared upside: MP Materials and the US Department of Defense, price protection agreement of July
    2025.

    See also
    --------
    AVAILABILITY_REVENUE, COLLAR_EXPECTED, OFFTAKE_NPV

    Examples
    --------
    Ten units a year at the market price, held between 40 and 60:

    >>> OFFTAKE_REVENUE(5, 0, 10, price_floor=40, price_cap=60, market_price=[30, 45, 50, 62, 80]).tolist()
    [400.0, 450.0, 500.0, 600.0, 600.0]

    A buyer who must pay for 90% of 1 unit and may take 1.1, whatever it wants:

    >>> OFFTAKE_REVENUE(3, 50, 1, 0, 0.9, [1.2, 0.7, 0.95], 1.1).round(2).tolist()
    [55.0, 45.0, 47.5]
    """
    cells.same_length(
        years,
        price=price,
        volume=volume,
        demand=demand,
        max_volume=max_volume,
        price_floor=price_floor,
        price_cap=price_cap,
        market_price=market_price,
    )
    if market_price is None:
        for name, given in (("price_floor", price_floor), ("price_cap", price_cap)):
            if given is not None:
                raise cells.wrong_value(
                    f"{name} is given without market_price: give the market price that the band"
                    " holds, or leave it out."
                )
    if upside_share > 0 and price_cap is None:
        raise cells.wrong_value(
            "upside_share is given without price_cap: give the cap above which the price is shared."
        )
    floor = 0.0 if price_floor is None else price_floor
    cap = np.inf if price_cap is None else price_cap
    most = np.inf if max_volume is None else max_volume
    if np.any(np.greater(floor, cap)):
        raise cells.impossible(
            "price_floor is above price_cap: the band must have its floor at or below its cap."
        )
    if np.any(np.greater(take_or_pay * volume, most)):
        raise cells.impossible(
            "max_volume is below take_or_pay x volume: the buyer would pay for more than it may"
            " take."
        )
    year = np.arange(1.0, years + 1)
    paid = (
        escalated(year, price, escalator)
        if market_price is None
        else price_in_band(market_price, floor, cap, upside_share)
    )
    return (
        paid * billed_volume(volume, take_or_pay, 0.0 if demand is None else demand, most)
        + 0 * year
    )


@function(
    FAMILY,
    "What does a contract bring in that pays for capacity, used or not?",
    registry.path("revenue of each year, 1 row a year"),
    years=cells.count("years of the contract", low=1, high=LONGEST),
    capacity=cells.series("capacity held ready, in units a year", low=0),
    price=cells.series("price per unit of available capacity a year, in money of year 1", low=0),
    availability=cells.series("share of the time or capacity that is available", low=0, high=1),
    escalator=cells.rate("yearly growth of both prices, from year 2"),
    utilisation=cells.series(
        "share of the capacity that is used, at most the availability", low=0, high=1
    ),
    variable_price=cells.series("price per unit used, on top, in money of year 1", low=0),
)
def AVAILABILITY_REVENUE(
    years, capacity, price, availability=1.0, escalator=0.0, utilisation=0.0, variable_price=0.0
):
    """Yearly revenue of a contract that pays for capacity made available, and something for what is
    used.

    Equation
    --------
    revenue_t = (price_t availability_t + variable_price_t utilisation_t) capacity_t (1 + escalator)^(t-1)

    Conventions
    -----------
    The form in which a data centre is leased, and the form of a capacity contract for a factory.
    Year 1 is not escalated. Utilisation is a share of the whole capacity, not of what is available.

    Errors
    ------
    #NUM! where utilisation is above availability.

    Source
    ------
    Yescombe, Principles of Project Finance (2nd ed. 2014), on availability-based contracts.

    See also
    --------
    OFFTAKE_REVENUE, OFFTAKE_NPV

    Examples
    --------
    100 MW at $1.5m a year for each MW, available 98% of the time, 2% more each year:

    >>> AVAILABILITY_REVENUE(3, 100, 1.5, 0.98, 0.02).round(3).tolist()
    [147.0, 149.94, 152.939]
    """
    cells.same_length(
        years,
        capacity=capacity,
        price=price,
        availability=availability,
        utilisation=utilisation,
        variable_price=variable_price,
    )
    if np.any(np.greater(utilisation, availability)):
        raise cells.impossible(
            "utilisation is above availability: no more can be used than is available."
        )
    year = np.arange(1.0, years + 1)
    return availability_revenue(
        year, capacity, price, availability, escalator, utilisation, variable_price
    )
