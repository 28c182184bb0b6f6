"""Returns: internal rates of return (all of them, where there are several), net present value,
payback.

A range of cash flows starts at time 0, as Excel's IRR takes it; a rate is effective for a period,
or a year where dates are given.
"""

from __future__ import annotations

import math

import numpy as np

from bankable.udfs import cells, registry
from bankable.udfs.cells import impossible, no_answer
from bankable.udfs.numerics.irr import dated_irr, irr, irr_roots, sign_changes
from bankable.udfs.registry import function

FAMILY = "Returns"
DAYS = 365.0
NO_CHANGE = "a rate of return needs money out and money in."


def _times(cashflows: np.ndarray, dates: np.ndarray | None) -> np.ndarray:
    if dates is None:
        return np.arange(cashflows.size, dtype=float)
    cells.same_length(cashflows=cashflows, dates=dates)
    if dates.min() < dates[0]:
        raise impossible("dates holds a day before the first one: put the first cash flow first.")
    return (dates - dates[0]) / DAYS


CASHFLOWS = cells.path("cash flows with their sign, the first at time 0; blank = 0", blanks="zero")
DATES = cells.path("one date a cash flow; periods are then years of 365 days, as XIRR", low=0)


@function(
    FAMILY,
    "What does the project return?",
    registry.number("rate a period (a year where dates are given)", warns=False),
    cashflows=CASHFLOWS,
    guess=cells.rate(
        "where several rates exist, the one nearest this is given", low=-0.99, high=10.0
    ),
    dates=DATES,
)
def PROJECT_IRR(cashflows, guess=0.1, dates=None):
    """Internal rate of return of a series of cash flows.

    Equation
    --------
    sum of CF_t / (1 + irr)^t = 0, t = 0, 1, 2, ... or (date_t - date_0) / 365

    Conventions
    -----------
    The first flow is at time 0, as in Excel's IRR, but a blank cell is a period without cash flow:
    it does not shift time. Negative rates are valid. Where flows change sign more than once several
    rates may exist: the one nearest the guess is given, and IRR_ROOTS lists them all.

    Errors
    ------
    #NUM! where all flows have one sign, or no rate between -99.9% and 99,000% brings their value to
    zero.

    Source
    ------
    Microsoft Excel documentation of IRR and XIRR; Hazen, A new perspective on multiple internal
    rates of return (2003).

    See also
    --------
    IRR_ROOTS, EQUITY_IRR, PROJECT_NPV

    Examples
    --------
    >>> round(PROJECT_IRR([-70000, 12000, 15000, 18000, 21000, 26000]), 4)
    0.0866
    """
    rate = (
        irr(cashflows, guess)
        if dates is None
        else dated_irr(cashflows, _times(cashflows, dates), guess)
    )
    if not math.isnan(rate):
        return rate
    if not sign_changes(cashflows):
        raise impossible(f"cashflows has no change of sign: {NO_CHANGE}")
    raise impossible(
        "cashflows has no rate of return between -99.9% and 99,000%: look at PROJECT_NPV over a"
        " range of rates."
    )


@function(
    FAMILY,
    "Is there more than one rate of return?",
    registry.path("all rates of return, in rising order"),
    cashflows=CASHFLOWS,
    dates=DATES,
)
def IRR_ROOTS(cashflows, dates=None):
    """All internal rates of return of a series of cash flows, in rising order; count them with
    COUNT.

    Equation
    --------
    every r between -99.9% and 99,000% with sum of CF_t / (1 + r)^t = 0

    Conventions
    -----------
    As PROJECT_IRR. Changes of sign of the value, and turning points that hide two of them or touch
    zero, are sought on a fine grid of rates (half a percentage point near 0) and refined. A rate at
    which the value only touches zero stands once.

    Errors
    ------
    #NUM! where all flows have one sign; #N/A where there is no rate.

    Source
    ------
    Hazen, A new perspective on multiple internal rates of return, The Engineering Economist (2003).

    See also
    --------
    PROJECT_IRR

    Examples
    --------
    >>> IRR_ROOTS([-100, 230, -132]).round(6).tolist()
    [0.1, 0.2]
    """
    if not sign_changes(cashflows):
        raise impossible(f"cashflows has no change of sign: {NO_CHANGE}")
    found = irr_roots(cashflows, _times(cashflows, dates))
    if not found.size:
        raise no_answer("cashflows has no rate of return between -99.9% and 99,000%.")
    return found


@function(
    FAMILY,
    "What is the project worth today?",
    registry.number("present value at time 0, in the unit of the cash flows"),
    rate=cells.rate("discount rate, effective a period (a year where dates are given)"),
    cashflows=CASHFLOWS,
    dates=DATES,
)
def PROJECT_NPV(rate, cashflows, dates=None):
    """Net present value of a series of cash flows whose first is today.

    Equation
    --------
    CF_0 + sum of CF_t / (1 + rate)^t

    Conventions
    -----------
    The first flow is not discounted. Excel's NPV discounts it by one period: NPV(rate, range) =
    PROJECT_NPV(rate, range) / (1 + rate).

    Source
    ------
    Microsoft Excel documentation of NPV and XNPV.

    See also
    --------
    PROJECT_IRR, PAYBACK

    Examples
    --------
    >>> round(PROJECT_NPV(0.1, [-10000, 3000, 4200, 6800]), 2)
    1307.29
    """
    return float(np.sum(cashflows * (1 + rate) ** -_times(cashflows, dates)))


@function(
    FAMILY,
    "What does the sponsor's money return?",
    registry.number("rate a period"),
    capex=cells.series("cost, one amount at time 0 or one a build period", low=0),
    debt=cells.series("debt drawn, in the periods of capex", low=0),
    cfads=cells.path(
        "cash flow available for debt service each period of operation; blank = 0", blanks="zero"
    ),
    debt_service=cells.path(
        "debt service each period of operation; blank = 0; may end before cfads", blanks="zero"
    ),
    build_periods=cells.count(
        "periods from the first cost to completion; the number of capex periods less one where"
        " left out"
    ),
)
def EQUITY_IRR(capex, debt, cfads, debt_service, build_periods=None):
    """Internal rate of return on the sponsor's equity.

    Equation
    --------
    -(capex_t - debt_t) in the build, then CFADS_t - DS_t in operation; irr as PROJECT_IRR

    Conventions
    -----------
    The first cost is at time 0; operation's first flow comes one period after completion. After the
    last debt service all CFADS is the sponsor's.

    Errors
    ------
    #N/A where debt pays for everything: with no equity there is no return on it. #NUM! where flows
    have one sign.

    Source
    ------
    NREL System Advisor Model, Single Owner; Yescombe, Principles of Project Finance (2nd ed. 2014).

    See also
    --------
    PROJECT_IRR, DEBT_CAPACITY

    Examples
    --------
    >>> round(EQUITY_IRR(200, 140, [26] * 12, [17.1595] * 12), 4)
    0.1008
    """
    costs, drawn = np.atleast_1d(np.asarray(capex, float)), np.atleast_1d(np.asarray(debt, float))
    cells.same_length(capex=costs, debt=drawn)
    if debt_service.size > cfads.size:
        raise cells.wrong_value(
            f"debt_service has {debt_service.size} periods and cfads {cfads.size}: debt cannot"
            " outlast the cash flow."
        )
    equity = costs - drawn
    if equity.sum() <= 0:
        raise no_answer("debt pays for all of capex: with no equity there is no return on it.")
    build = costs.size - 1 if build_periods is None else build_periods
    if build < costs.size - 1:
        raise impossible(
            f"build_periods is {build} but capex runs over {costs.size} periods: completion cannot"
            " come before the last cost."
        )
    flows = np.zeros(build + 1 + cfads.size)
    flows[: costs.size] -= equity
    flows[build + 1 :] += cfads
    flows[build + 1 : build + 1 + debt_service.size] -= debt_service
    rate = irr(flows)
    if math.isnan(rate):
        raise impossible(
            "cfads after debt_service brings nothing back, or no rate between -99.9% and 99,000%"
            " does: there is no return."
        )
    return rate


@function(
    FAMILY,
    "When has the money come back?",
    registry.number("periods from time 0"),
    cashflows=CASHFLOWS,
    rate=cells.rate("discount rate for a discounted payback"),
)
def PAYBACK(cashflows, rate=0.0):
    """Time from the first cash flow until its cumulative sum is positive for good.

    Equation
    --------
    the last crossing from negative to positive of the running (discounted) sum, straight within the period

    Conventions
    -----------
    Time 0 is the first flow. Where the sum turns negative again later, the last crossing counts.

    Errors
    ------
    #N/A where the money does not come back, or was never out.

    Source
    ------
    Brealey, Myers and Allen, Principles of Corporate Finance, on payback.

    See also
    --------
    PROJECT_NPV

    Examples
    --------
    >>> round(PAYBACK([-100, -50, 20, 35, 40, 45, 45, 40, 30]), 3)
    5.222
    """
    sums = np.cumsum(cashflows * (1 + rate) ** -np.arange(cashflows.size, dtype=float))
    if sums[-1] < 0:
        raise no_answer(
            "cashflows does not come back to zero: there is no payback within its periods."
        )
    below = np.flatnonzero(sums < 0)
    if not below.size:
        raise no_answer("cashflows never goes below zero: there is nothing to pay back.")
    last = int(below[-1])
    return last + float(-sums[last] / (sums[last + 1] - sums[last]))
