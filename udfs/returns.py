"""Returns: internal rates of return (all of them, where there are several), net present value, payback.

A range of cash flows starts at time 0, as Excel's IRR takes it; a rate is effective for a period, or a year
where dates are given.
"""

from __future__ import annotations

import math

import numpy as np

from udfs import cells, registry, roots
from udfs.cells import impossible, no_answer
from udfs.registry import function

FAMILY = "Returns"
DAYS = 365.0
SETTLED = 1e-8  # of the last Newton step: the error left is its square
MOST_STEPS = 40
LARGEST_LOG_RATE = 6.9
BLOCK = 2048  # lanes worked on together, so that they stay in the processor's cache
GRID = np.concatenate([np.linspace(-6.9, -1.0, 60), np.linspace(-0.99, 1.5, 500), np.linspace(1.51, 6.9, 60)])  # log rates searched


def irr_batch(flows: np.ndarray, guess: float = 0.1) -> np.ndarray:
    """IRR of many equal-period cash flows (S, T); NaN where none exists, the root nearest the guess where several do.

    Solves ln(money in) = ln(money out) for the log rate g, which is nearly a straight line in g: Newton's method on all
    lanes at once, money in and out being polynomials in e^-g. A lane whose flows change sign more than once, or that
    does not settle, is searched over all its roots instead.
    """
    flows = np.asarray(flows, float)
    signs = np.sign(flows)
    answer = np.full(len(flows), np.nan)
    both = (signs.min(axis=1) < 0) & (signs.max(axis=1) > 0)
    lanes = np.flatnonzero(both)
    for start in range(0, lanes.size, BLOCK):
        block = lanes[start : start + BLOCK]
        answer[block] = np.expm1(_settle(np.ascontiguousarray(flows[block].T)))
    for lane in np.flatnonzero(both & (np.isnan(answer) | (_sign_changes(flows) > 1))):
        found = irr_roots(flows[lane], np.arange(flows.shape[1], dtype=float))
        answer[lane] = nearest(found, guess) if found.size else np.nan
    return answer


def _settle(flows: np.ndarray) -> np.ndarray:
    """Log rates of the lanes of (T, S) flows by Newton's method; NaN where it does not settle."""
    answer = np.full(flows.shape[1], np.nan)
    lanes, g = np.arange(flows.shape[1]), np.zeros(flows.shape[1])
    money_in, money_out = np.maximum(flows, 0), np.maximum(-flows, 0)
    first_in, first_out = (np.flatnonzero(part.any(axis=1)) for part in (money_in, money_out))
    for _ in range(MOST_STEPS):
        x = np.exp(-g)
        value_in, slope_in = _horner(money_in, x, int(first_in[-1]))
        value_out, slope_out = _horner(money_out, x, int(first_out[-1]))
        with np.errstate(all="ignore"):
            step = np.log(value_in / value_out) / (x * (slope_in / value_in - slope_out / value_out))
        g = g + step
        settled = np.abs(step) <= SETTLED * np.maximum(1, np.abs(g))
        failed = ~(np.abs(g) < LARGEST_LOG_RATE)
        if settled.all():
            answer[lanes] = g
            break
        if failed.any() or np.count_nonzero(settled) > lanes.size // 4:
            good = settled & ~failed
            answer[lanes[good]] = g[good]
            keep = ~(settled | failed)
            lanes, g, money_in, money_out = lanes[keep], g[keep], money_in[:, keep], money_out[:, keep]
            if not lanes.size:
                break
    return answer


def _horner(coefficients: np.ndarray, x: np.ndarray, last: int) -> tuple[np.ndarray, np.ndarray]:
    """Value and slope of the polynomials sum_t c_t x^t, `last` being the highest power in use."""
    value, slope = coefficients[last].copy(), np.zeros_like(x)
    for t in range(last - 1, -1, -1):
        slope *= x
        slope += value
        value *= x
        value += coefficients[t]
    return value, slope


def nearest(found: np.ndarray, guess: float) -> float:
    """The root nearest the guess."""
    return float(found[np.argmin(np.abs(found - guess))])


def present_value(flows: np.ndarray, times: np.ndarray, log_rate: np.ndarray) -> np.ndarray:
    """Sum of flows e^(-g t) for each log rate g, scaled to stay finite."""
    with np.errstate(over="ignore", under="ignore"):
        exponents = -np.multiply.outer(log_rate, times)
        exponents -= exponents.max(axis=-1, keepdims=True)
        return np.exp(exponents) @ flows


def irr_roots(flows: np.ndarray, times: np.ndarray) -> np.ndarray:
    """All IRRs between -99.9% and 99,000% a period, in rising order: each change of sign on a fine grid, refined by bracketing."""
    some = flows != 0
    flows, times = flows[some], times[some] - times[some].min() if some.any() else times[some]
    if flows.size < 2 or flows.min() >= 0 or flows.max() <= 0:
        return np.empty(0)
    values = present_value(flows, times, GRID)
    exact = GRID[values == 0]
    crossing = np.flatnonzero(np.sign(values[:-1]) * np.sign(values[1:]) < 0)
    found = roots.bracketed(lambda g, _: present_value(flows, times, g), GRID[crossing], GRID[crossing + 1]) if crossing.size else None
    log_rates = np.concatenate([exact, found.root[found.converged] if found else np.empty(0)])
    return np.sort(np.expm1(log_rates))


def _times(cashflows: np.ndarray, dates: np.ndarray | None) -> np.ndarray:
    if dates is None:
        return np.arange(cashflows.size, dtype=float)
    cells.same_length(cashflows=cashflows, dates=dates)
    if dates.min() < dates[0]:
        raise impossible("dates holds a day before the first one: put the first cash flow first.")
    return (dates - dates[0]) / DAYS


def _newton(flows: np.ndarray, times: np.ndarray) -> float | None:
    """One IRR by the Newton steps of `irr_batch`, for any times; None where they do not settle."""
    money_in, money_out = np.maximum(flows, 0), np.maximum(-flows, 0)
    sums = np.stack([money_in, money_out, money_in * times, money_out * times])
    g = 0.0
    for _ in range(MOST_STEPS):
        value_in, value_out, timed_in, timed_out = (sums @ np.exp(-g * times)).tolist()
        if not (0 < value_in < math.inf and 0 < value_out < math.inf):
            return None
        slope = timed_in / value_in - timed_out / value_out
        if slope == 0:
            return None
        step = math.log(value_in / value_out) / slope
        g += step
        if abs(step) <= SETTLED * max(1.0, abs(g)):
            return math.expm1(g)
        if not abs(g) < LARGEST_LOG_RATE:
            return None
    return None


def _sign_changes(flows: np.ndarray) -> np.ndarray:
    """How often each cash flow (along the last axis) changes sign, periods without cash flow passed over."""
    signs = np.sign(np.atleast_2d(flows))
    if not signs.all():
        for t in range(1, signs.shape[1]):
            signs[:, t] = np.where(signs[:, t] == 0, signs[:, t - 1], signs[:, t])
    return np.count_nonzero(signs[:, 1:] * signs[:, :-1] < 0, axis=1)


CASHFLOWS = cells.path("cash flows with their sign, the first at time 0; blank = 0", blanks="zero")
DATES = cells.path("one date a cash flow; periods are then years of 365 days, as XIRR", low=0)


@function(
    FAMILY,
    "What does the project return?",
    registry.number("rate a period (a year where dates are given)"),
    cashflows=CASHFLOWS,
    guess=cells.rate("where several rates exist, the one nearest this is given", low=-0.99, high=10.0),
    dates=DATES,
)
def PROJECT_IRR(cashflows, guess=0.1, dates=None):
    """Internal rate of return of a series of cash flows.

    Equation
    --------
    sum of CF_t / (1 + irr)^t = 0, t = 0, 1, 2, ... or (date_t - date_0) / 365

    Conventions
    -----------
    The first flow is at time 0, as in Excel's IRR, but a blank cell is a period without cash flow: it does not shift
    time. Negative rates are valid. Where flows change sign more than once several rates may exist: the one nearest
    the guess is given, and IRR_ROOTS lists them all.

    Errors
    ------
    #NUM! where all flows have one sign, or no rate between -99.9% and 99,000% brings their value to zero.

    Source
    ------
    Microsoft Excel documentation of IRR and XIRR; Hazen, A new perspective on multiple internal rates of return (2003).

    See also
    --------
    IRR_ROOTS, EQUITY_IRR, PROJECT_NPV

    Examples
    --------
    >>> round(PROJECT_IRR([-70000, 12000, 15000, 18000, 21000, 26000]), 4)
    0.0866
    """
    signs = cashflows[cashflows != 0] > 0
    changes = np.count_nonzero(signs[1:] != signs[:-1])
    if not changes:
        raise impossible("cashflows has no change of sign: a rate of return needs money out and money in.")
    times = _times(cashflows, dates)
    if changes == 1 and (rate := _newton(cashflows, times)) is not None:
        return rate
    found = irr_roots(cashflows, times)
    if not found.size:
        raise impossible("cashflows has no rate of return between -99.9% and 99,000%: look at PROJECT_NPV over a range of rates.")
    return nearest(found, guess)


@function(
    FAMILY,
    "Is there more than one rate of return?",
    registry.path("all rates of return, in rising order"),
    cashflows=CASHFLOWS,
    dates=DATES,
)
def IRR_ROOTS(cashflows, dates=None):
    """All internal rates of return of a series of cash flows, in rising order; count them with COUNT.

    Equation
    --------
    every r between -99.9% and 99,000% with sum of CF_t / (1 + r)^t = 0

    Conventions
    -----------
    As PROJECT_IRR. Changes of sign of the value are sought on a fine grid of rates and refined; two rates closer than about half a
    percentage point, where the value only just crosses zero, can be missed together.

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
    if not _sign_changes(cashflows)[0]:
        raise impossible("cashflows has no change of sign: a rate of return needs money out and money in.")
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
    The first flow is not discounted. Excel's NPV discounts it by one period: NPV(rate, range) = PROJECT_NPV(rate, range) / (1 + rate).

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
    cfads=cells.path("cash flow available for debt service each period of operation; blank = 0", blanks="zero"),
    debt_service=cells.path("debt service each period of operation; blank = 0; may end before cfads", blanks="zero"),
    build_periods=cells.count("periods from the first cost to completion; the number of capex periods less one where left out"),
)
def EQUITY_IRR(capex, debt, cfads, debt_service, build_periods=None):
    """Internal rate of return on the sponsor's equity.

    Equation
    --------
    -(capex_t - debt_t) in the build, then CFADS_t - DS_t in operation; irr as PROJECT_IRR

    Conventions
    -----------
    The first cost is at time 0; operation's first flow comes one period after completion. After the last debt service all
    CFADS is the sponsor's.

    Errors
    ------
    #N/A where debt pays for everything: with no equity there is no return on it. #NUM! where flows have one sign.

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
        raise cells.wrong_value(f"debt_service has {debt_service.size} periods and cfads {cfads.size}: debt cannot outlast the cash flow.")
    equity = costs - drawn
    if equity.sum() <= 0:
        raise no_answer("debt pays for all of capex: with no equity there is no return on it.")
    build = costs.size - 1 if build_periods is None else build_periods
    if build < costs.size - 1:
        raise impossible(f"build_periods is {build} but capex runs over {costs.size} periods: completion cannot come before the last cost.")
    flows = np.zeros(build + 1 + cfads.size)
    flows[: costs.size] -= equity
    flows[build + 1 :] += cfads
    flows[build + 1 : build + 1 + debt_service.size] -= debt_service
    return PROJECT_IRR(flows)


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
        raise no_answer("cashflows does not come back to zero: there is no payback within its periods.")
    below = np.flatnonzero(sums < 0)
    if not below.size:
        raise no_answer("cashflows never goes below zero: there is nothing to pay back.")
    last = int(below[-1])
    return last + float(-sums[last] / (sums[last + 1] - sums[last]))
