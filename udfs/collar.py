"""A band around an uncertain price or volume: what is expected within it, and what its floor and
its cap are worth.

Undiscounted; the expected value of the clamp, which is not the clamp of the expected value.
"""

from __future__ import annotations

import numpy as np

from bankable.udfs import cells, registry
from bankable.udfs.numerics import normal
from bankable.udfs.registry import function

FAMILY = "Offtake and contract"
# yearly; as much may be given as the standard deviation at the date itself
LARGEST_VOL = 5.0


def lognormal_call(forward, strike, sd):
    """Expected max(P - strike, 0) of a lognormal P with mean `forward` and standard deviation `sd`
    of its log (Black-76).
    """
    forward, strike, sd = np.broadcast_arrays(
        *(np.asarray(x, dtype=float) for x in (forward, strike, sd))
    )
    uncertain = (forward > 0) & (strike > 0) & (sd > 0)
    with np.errstate(divide="ignore", invalid="ignore"):
        d = np.log(forward / strike) / sd
    value = forward * normal.cdf(np.where(uncertain, d + sd / 2, 0)) - strike * normal.cdf(
        np.where(uncertain, d - sd / 2, 0)
    )
    return np.where(uncertain, np.maximum(value, 0), np.maximum(forward - strike, 0))


def lognormal_put(forward, strike, sd):
    """Expected max(strike - P, 0) of a lognormal P, without the loss of digits of parity."""
    forward, strike, sd = np.broadcast_arrays(
        *(np.asarray(x, dtype=float) for x in (forward, strike, sd))
    )
    uncertain = (forward > 0) & (strike > 0) & (sd > 0)
    with np.errstate(divide="ignore", invalid="ignore"):
        d = np.log(forward / strike) / sd
    value = strike * normal.cdf(np.where(uncertain, sd / 2 - d, 0)) - forward * normal.cdf(
        np.where(uncertain, -d - sd / 2, 0)
    )
    return np.where(uncertain, np.maximum(value, 0), np.maximum(strike - forward, 0))


def normal_call(mean, strike, sd):
    """Expected max(V - strike, 0) of a normal V."""
    mean, strike, sd = np.broadcast_arrays(
        *(np.asarray(x, dtype=float) for x in (mean, strike, sd))
    )
    with np.errstate(divide="ignore", invalid="ignore"):
        d = np.where(sd > 0, (mean - strike) / sd, 0)
    return np.where(
        sd > 0,
        np.maximum((mean - strike) * normal.cdf(d) + sd * normal.pdf(d), 0),
        np.maximum(mean - strike, 0),
    )


def normal_put(mean, strike, sd):
    """Expected max(strike - V, 0) of a normal V."""
    return normal_call(-np.asarray(mean), -np.asarray(strike), sd)


@function(
    FAMILY,
    "What price can be expected inside a band, and what are its floor and cap worth?",
    registry.table(
        "in the unit of the forward, undiscounted, 1 row a forward",
        "expected",
        "floor_value",
        "cap_cost",
    ),
    forward=cells.series("expected market price or volume; a range gives one a year", low=0),
    floor=cells.series("lowest price or volume; 0 for none", low=0),
    cap=cells.series("highest price or volume", low=0),
    vol=cells.series(
        "yearly volatility; with distribution normal the yearly standard deviation in the forward's"
        " unit",
        low=0,
    ),
    years=cells.series(
        "time to each price in years; give 1 with vol as the standard deviation at that date"
        " itself",
        low=0,
        high=100,
    ),
    distribution=cells.choice("how the uncertain price or volume is spread", "lognormal", "normal"),
)
def COLLAR_EXPECTED(forward, floor, cap, vol, years, distribution="lognormal"):
    """Expected price (or volume) inside a floor and a cap, with the worth of each to the seller.

    Equation
    --------
    expected = forward + floor_value - cap_cost, sd = vol sqrt(years)
    lognormal: floor_value = floor N(-d2) - forward N(-d1) at the floor; cap_cost = forward N(d1) - cap N(d2) at the cap
    normal: cap_cost = (m - cap) N(d) + sd n(d), d = (m - cap)/sd; floor_value likewise

    Conventions
    -----------
    The forward is the expected market price, so a band around it moves the expectation: clamping
    the expected price instead gives a wrong figure. Nothing is discounted. The seller gains
    floor_value and gives up cap_cost. vol = 0 clamps the forward. With the normal distribution a
    floor of 0 keeps the volume from turning negative.

    Errors
    ------
    #NUM! where the floor is above the cap or the spread is beyond any price. #VALUE! for ranges of
    unequal length.

    Source
    ------
    Black, The pricing of commodity contracts, Journal of Financial Economics 3 (1976).

    See also
    --------
    OFFTAKE_REVENUE

    Examples
    --------
    A price of 50 with 30% volatility, three years out, held between 40 and 60:

    >>> COLLAR_EXPECTED(50, 40, 60, 0.3, 3).round(4).tolist()
    [[48.0956, 5.0393, 6.9437]]
    """
    cells.same_length(forward=forward, floor=floor, cap=cap, vol=vol, years=years)
    if np.any(np.greater(floor, cap)):
        raise cells.impossible(
            "floor is above cap: the band must have its floor at or below its cap."
        )
    sd = vol * np.sqrt(years)
    largest = float(np.max(vol))
    if distribution == "lognormal" and largest > LARGEST_VOL:
        raise cells.impossible(
            f"vol is {largest:g}, that is {largest:.0%}: did you mean {largest:g}%? Type"
            f" {largest / 100:g}."
        )
    if distribution == "lognormal" and np.any(np.greater(sd, 20)):
        raise cells.impossible(
            "vol x sqrt(years) is above 20: give the volatility as a decimal, 30% = 0.3."
        )
    put, call = (
        (lognormal_put, lognormal_call)
        if distribution == "lognormal"
        else (normal_put, normal_call)
    )
    floor_value, cap_cost = put(forward, floor, sd), call(forward, cap, sd)
    expected = np.clip(forward + floor_value - cap_cost, floor, cap)
    return np.stack(np.broadcast_arrays(np.atleast_1d(expected), floor_value, cap_cost), axis=-1)
