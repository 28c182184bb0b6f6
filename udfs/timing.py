"""What time costs: a late start, a learning curve, a capability allowed to lapse, and a plant
turned to other work.

The lower-case functions are the arithmetic, over arrays with any leading axes (time = last axis).
"""

from __future__ import annotations

import numpy as np

from bankable.udfs import cells, registry
from bankable.udfs.registry import function

FAMILY = "Time"


def delay_cost(cfads, rate, build_months, delay_months, fixed_end):
    """Present value at financial close of what a delay of operations loses; cfads (..., years), the
    rest of the leading axes.

    With fixed_end the first months of cash flow are lost, otherwise all of it comes later.
    """
    rate, build_months, delay_months = (
        np.asarray(x, dtype=float)[..., None] for x in (rate, build_months, delay_months)
    )
    years = cfads.shape[-1]
    month = np.arange(1.0, 12 * years + 1)
    monthly = np.repeat(cfads, 12, axis=-1) / 12
    lost = np.sum(
        monthly * (month <= delay_months) * (1 + rate) ** (-(build_months + month) / 12), axis=-1
    )
    worth = np.sum(cfads * (1 + rate) ** -(build_months / 12 + np.arange(1.0, years + 1)), axis=-1)
    later = -np.expm1(-delay_months[..., 0] / 12 * np.log1p(rate[..., 0]))
    return np.where(fixed_end, lost, worth * later)


def monthly_pv(amount, rate, first_month, months):
    """Present value of an amount paid at the end of each of so many months after first_month, at an
    effective yearly rate.
    """
    growth = np.log1p(rate) / 12
    flat = np.abs(growth) < 1e-12
    safe = np.where(flat, 1.0, growth)
    annuity = np.where(flat, months, -np.expm1(-safe * months) / np.expm1(safe))
    return amount * annuity * np.exp(-growth * first_month)


def power_sum(low, high, exponent):
    """Sum of n^exponent over the whole n from low + 1 to high, exact to rounding however large the
    lot.

    The first hundred units one by one, the rest by Euler and Maclaurin's formula.
    """
    low, high, exponent = (np.asarray(x, dtype=float) for x in (low, high, exponent))
    unit = np.arange(1.0, 100.0)
    singly = np.sum(
        np.where(
            (unit > low[..., None]) & (unit <= high[..., None]), unit ** exponent[..., None], 0.0
        ),
        axis=-1,
    )
    first = np.maximum(low + 1, 100.0)
    last = np.maximum(high, first)
    stretch, power = np.log(last / first), exponent + 1
    flat = np.abs(power * stretch) < 1e-9
    integral = first**power * np.where(
        flat,
        stretch * (1 + power * stretch / 2),
        np.expm1(power * stretch) / np.where(power == 0, 1, power),
    )
    rest = integral + (first**exponent + last**exponent) / 2
    slope = exponent
    for order, weight in ((1, 1 / 12), (3, -1 / 720), (5, 1 / 30240)):
        rest = rest + weight * slope * (last ** (exponent - order) - first ** (exponent - order))
        slope = slope * (exponent - order) * (exponent - order - 1)
    return singly + np.where(high >= first, rest, 0.0)


def lot_cost(first_cost, learning_rate, before, quantity, cumulative):
    """Average cost of units before + 1 to before + quantity; `cumulative` takes Wright's form,
    otherwise Crawford's.
    """
    exponent = np.log2(1 - np.asarray(learning_rate, dtype=float))
    total = np.where(
        before > 0,
        np.maximum(before, 1.0) ** (exponent + 1)
        * np.expm1((exponent + 1) * np.log1p(quantity / np.maximum(before, 1.0))),
        0.0,
    )
    total = np.where(before > 0, total, np.asarray(quantity, dtype=float) ** (exponent + 1))
    return (
        first_cost
        * np.where(cumulative, total, power_sum(before, before + quantity, exponent))
        / quantity
    )


def regained(elapsed, wait, climb):
    """Full-rate periods regained after so much time: none while waiting, then the rate rises
    linearly from 0 to 1 over the climb.
    """
    since = np.maximum(0.0, elapsed - wait)
    return np.where(
        since >= climb, since - climb / 2, since**2 / (2 * np.where(climb > 0, climb, 1.0))
    )


def regained_share(period, per_year, wait_months, climb_months):
    """Average share regained in each period, counted from the loss."""
    end = 12 / per_year * period
    start = end - 12 / per_year
    return (
        (regained(end, wait_months, climb_months) - regained(start, wait_months, climb_months))
        * per_year
        / 12
    )


@function(
    FAMILY,
    "What does a month, or a year, of delay cost?",
    registry.figures(
        "present value at financial close, in the unit of annual_cfads",
        "cost",
        "lost_value",
        "net_holding",
    ),
    rate=cells.rate("effective yearly discount rate"),
    build_months=cells.number(
        "months from financial close to the planned start of operations", low=0, high=1200
    ),
    annual_cfads=cells.series("cash flow available for debt service in each operating year"),
    years=cells.count("operating years", low=1, high=100),
    delay_months=cells.count("months of delay", high=1200),
    holding_cost=cells.amount("cost of holding the unfinished plant, a month of delay"),
    liquidated_damages=cells.amount("damages that the builder pays, a month of delay", low=0),
    mode=cells.choice(
        "shift: the contract's term starts later too; fixed_end: its end date stands and the first"
        " months are lost",
        "shift",
        "fixed_end",
    ),
)
def COST_OF_DELAY(
    rate,
    build_months,
    annual_cfads,
    years,
    delay_months,
    holding_cost=0.0,
    liquidated_damages=0.0,
    mode="shift",
):
    """Present value of what a late start loses, with the cost of holding the plant less damages
    from the builder.

    Equation
    --------
    cost = lost_value + net_holding
    shift: lost_value = PV(annual_cfads) (1 - (1+rate)^(-delay_months/12))
    fixed_end: lost_value = sum over the first delay_months of annual_cfads/12 (1+rate)^(-(build_months + k)/12)
    net_holding = sum for k = 1 to delay_months of (holding_cost - liquidated_damages) (1+rate)^(-(build_months + k)/12)

    Conventions
    -----------
    Cash flow comes at the end of each operating year; holding cost and damages at the end of each
    month of delay. Interest on the debt during the delay is not added: discounting already charges
    for the money's time, and both together count it twice. With fixed_end the months lost are
    discounted from their own ends, not from the year's: a year lost whole costs some five and a
    half months' interest more than its cash flow at the year's end is worth.

    Source
    ------
    Yescombe, Principles of Project Finance (2nd ed. 2014), on completion risk and delay damages.

    See also
    --------
    IDC, LEARNING_COST

    Examples
    --------
    Six months' delay of a plant that earns 20 a year for 15 years after a five-month build:

    >>> [round(figure, 3) for figure in COST_OF_DELAY(0.08, 5, 20, 15, 6, 0.3, 0.1)]
    [7.395, 6.258, 1.136]

    The same where the contract's end date stands:

    >>> [round(figure, 3) for figure in COST_OF_DELAY(0.08, 5, 20, 15, 6, 0.3, 0.1, "fixed_end")]
    [10.606, 9.47, 1.136]
    """
    cells.same_length(years, annual_cfads=annual_cfads)
    cfads = np.broadcast_to(np.asarray(annual_cfads, dtype=float), (years,))
    lost = float(delay_cost(cfads, rate, build_months, delay_months, mode == "fixed_end"))
    holding = float(monthly_pv(holding_cost - liquidated_damages, rate, build_months, delay_months))
    return lost + holding, lost, holding


@function(
    FAMILY,
    "What will a unit of the next lot cost, given what has been built already?",
    registry.number("average cost of a unit of the lot, in the unit of first_cost"),
    first_cost=cells.amount("cost of the very first unit", low=0),
    learning_rate=cells.probability(
        "saving with each doubling of output: 0.15 is an 85% curve", high=0.99
    ),
    cumulative_before=cells.count("units built before this lot", high=10**9),
    quantity=cells.count("units in this lot", low=1, high=10**9),
    theory=cells.choice(
        "unit: each unit's cost falls (Crawford); cumulative: the average of all units so far falls"
        " (Wright)",
        "unit",
        "cumulative",
    ),
)
def LEARNING_COST(first_cost, learning_rate, cumulative_before, quantity, theory="unit"):
    """Average unit cost of a lot on a learning curve.

    Equation
    --------
    b = log2(1 - learning_rate)
    unit: first_cost x (sum of n^b for n = before + 1 to before + quantity) / quantity
    cumulative: first_cost x ((before + quantity)^(b+1) - before^(b+1)) / quantity

    Conventions
    -----------
    The sum is the exact one over whole units, not the integral with its half-unit correction. The
    two theories differ: with the same rate, Wright's lots are cheaper. Costs are in money of one
    year.

    Errors
    ------
    #NUM! for a learning rate above 0.5 with theory cumulative: more units would cost less in all.

    Source
    ------
    Wright, Factors affecting the cost of airplanes, Journal of the Aeronautical Sciences 3 (1936);
    Crawford's unit theory as in the GAO Cost Estimating and Assessment Guide.

    See also
    --------
    LAPSE_COST, COST_OF_DELAY

    Examples
    --------
    First unit 100, 85% curve, ten units built: the next ten cost on average

    >>> round(LEARNING_COST(100, 0.15, 10, 10), 3)
    52.862
    """
    if theory == "cumulative" and learning_rate > 0.5:
        raise cells.impossible(
            "learning_rate is above 0.5: with theory cumulative a lot would cost less than nothing;"
            " take theory unit."
        )
    return float(
        lot_cost(first_cost, learning_rate, cumulative_before, quantity, theory == "cumulative")
    )


@function(
    FAMILY,
    "What is lost if a capability is left idle and must be rebuilt?",
    registry.number("present value at the end of the idle years, in the unit of annual_value"),
    rate=cells.rate("effective yearly discount rate"),
    annual_value=cells.amount("value of a full year's output"),
    decay_rate=cells.probability("share of the remaining capability lost in each idle year"),
    idle_years=cells.number("years of idleness", low=0, high=100),
    rebuild_years=cells.number("years to climb back to full output", low=0, high=100),
)
def LAPSE_COST(rate, annual_value, decay_rate, idle_years, rebuild_years):
    """Present value of the output lost while a lapsed capability is rebuilt.

    Equation
    --------
    left = (1 - decay_rate)^idle_years
    cost = sum over years t of annual_value (1 - left) x (average of max(0, 1 - s/rebuild_years) over year t) (1+rate)^-t

    Conventions
    -----------
    Counted from the day the work is wanted again; output not made while idle is not part of it. The
    capability comes back linearly. Each year's loss is discounted from its end.

    Source
    ------
    Linear recovery of a capability as a definition of this library; on production breaks and lost
    learning see the GAO Cost Estimating and Assessment Guide.

    See also
    --------
    LEARNING_COST, COST_OF_DELAY

    Examples
    --------
    Ten idle years at 10% a year, fifteen years to rebuild, output of 100 a year, at 5%:

    >>> round(LAPSE_COST(0.05, 100, 0.1, 10, 15), 2)
    378.71
    """
    year = np.arange(1.0, np.ceil(rebuild_years) + 1)
    missing = 1 - np.diff(regained(np.arange(0.0, year.size + 1), 0.0, rebuild_years))
    return float(
        np.sum(annual_value * (1 - (1 - decay_rate) ** idle_years) * missing * (1 + rate) ** -year)
    )


@function(
    FAMILY,
    "How much of a lost programme's revenue does a flexible plant win back, and when?",
    registry.path("revenue regained in each period, 1 row a period"),
    lost_revenue=cells.path(
        "revenue of the lost programme in each period from its loss", blanks="zero"
    ),
    retool_months=cells.number("months of retooling without any revenue", low=0, high=1200),
    refill_months=cells.number("months to climb to the share recaptured", low=0, high=1200),
    recapture=cells.probability("share of the lost revenue that comes back in the end"),
    periods_per_year=cells.count("periods in a year: 1 for years, 12 for months", low=1, high=366),
)
def RETOOLED_REVENUE(lost_revenue, retool_months, refill_months, recapture, periods_per_year=1):
    """Revenue that a plant fit for many products regains after it loses a programme.

    Equation
    --------
    regained_t = lost_t x recapture x average over period t of min(1, max(0, (m - retool_months) / refill_months))

    Conventions
    -----------
    m counts the months from the loss. Nothing comes in while retooling; then the share climbs
    linearly. With refill_months = 0 it is back at once after retooling.

    Source
    ------
    Linear refill as a definition of this library.

    See also
    --------
    BOOK_DISTRIBUTION, LAPSE_COST

    Examples
    --------
    A programme of 100 a year lost; six months to retool, a year to refill 80% of it:

    >>> RETOOLED_REVENUE([100, 100, 100], 6, 12, 0.8).round(2).tolist()
    [10.0, 70.0, 80.0]
    """
    period = np.arange(1.0, lost_revenue.size + 1)
    return (
        lost_revenue
        * recapture
        * regained_share(period, periods_per_year, retool_months, refill_months)
    )
