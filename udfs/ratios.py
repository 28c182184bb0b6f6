"""Coverage ratios: how many times cash flow covers debt service, year by year and over the life of
loan and project.

The lower-case functions are the arithmetic, over arrays with any leading axes, NaN for a blank; the
upper-case ones are the worksheet functions.
"""

from __future__ import annotations

import numpy as np

from bankable.udfs import cells, registry
from bankable.udfs.cells import no_answer
from bankable.udfs.registry import function

FAMILY = "Debt"


# Debt service below this share of the largest is a rest of floating-point arithmetic, and none.
REST = 1e-9


def dscr(cfads, debt_service):
    """CFADS over debt service; NaN where no debt service is due or CFADS is blank; negative CFADS
    gives a negative ratio.
    """
    cfads, debt_service = np.broadcast_arrays(
        np.asarray(cfads, float), np.asarray(debt_service, float)
    )
    service = np.nan_to_num(debt_service)
    due = (service > 0) & (service >= REST * service.max(axis=-1, keepdims=True, initial=0.0))
    return np.divide(cfads, debt_service, out=np.full(cfads.shape, np.nan), where=due)


def discount_factors(rate, periods: int):
    """(1 + rate)^-t for t = 1 to `periods`, along a last axis."""
    return (1 + np.asarray(rate, float))[..., None] ** -np.arange(1.0, periods + 1)


def over_a_year(cfads, debt_service, periods_per_year: int):
    """DSCR at each date of the twelve months that end with it, or of what has come since the start; NaN
    where nothing is due at the date, or a CFADS of those months is blank.
    """
    at_date = dscr(cfads, debt_service)
    if periods_per_year == 1:
        return at_date
    due = np.cumsum(np.concatenate([[0.0], np.nan_to_num(debt_service)]))
    here = np.arange(1, cfads.size + 1)
    year = np.maximum(0, here - periods_per_year)
    blank = np.isnan(cfads)
    earned = np.cumsum(np.concatenate([[0.0], np.where(blank, 0.0, cfads)]))
    blanks = np.cumsum(np.concatenate([[0], blank]))
    known = ~np.isnan(at_date) & (blanks[here] == blanks[year])
    owed = due[here] - due[year]
    return np.where(known, (earned[here] - earned[year]) / np.where(known, owed, 1.0), np.nan)


def _counted(cfads: np.ndarray, debt_service: np.ndarray, periods_per_year: int) -> np.ndarray:
    """The covers that count: those of whole years."""
    cells.same_length(cfads=cfads, debt_service=debt_service)
    path = over_a_year(cfads, debt_service, periods_per_year)
    path[: periods_per_year - 1] = np.nan
    if np.isnan(path).all():
        raise no_answer(
            "debt_service is nowhere positive beside a CFADS: there is no DSCR to take."
            if periods_per_year == 1
            else f"periods_per_year is {periods_per_year}, and cfads and debt_service hold no such year"
            " with debt service at its end: there is no DSCR to take."
        )
    return path


CFADS = cells.path(
    "cash flow available for debt service each period, after tax; a blank cell is no period",
    blanks="keep",
)
A_YEAR = cells.count(
    "periods a year; above 1 cover is that of the last twelve months, as covenants test it",
    low=1,
    high=12,
)
SERVICE = cells.path("interest, principal and fees due each period, positive", low=0, blanks="keep")


@function(
    FAMILY,
    "How well does cash flow cover debt service each year?",
    registry.path("DSCR each period; blank where no debt service is due"),
    cfads=CFADS,
    debt_service=SERVICE,
    periods_per_year=A_YEAR,
)
def DSCR_PATH(cfads, debt_service, periods_per_year=1):
    """Debt service cover ratio, period by period.

    Equation
    --------
    DSCR_t = CFADS_t / DS_t, or with m periods a year the sum of the last m CFADS over that of the last m DS

    Conventions
    -----------
    With several periods a year each date shows the twelve months that end with it, and before the first
    year is over what has come since the start; a blank CFADS leaves its twelve months blank. CFADS is
    after tax. Debt service is all interest, scheduled principal and fees due in the
    period. A period without debt service, or with a blank CFADS, gives a blank, neither 0 nor
    infinity. Debt service below a billionth of the largest of the range is a rest of floating-point
    arithmetic and counts as none. A negative CFADS gives a negative DSCR; a negative debt service
    is refused, since a loan typed with its payments below zero would otherwise have no DSCR, or
    that of its other periods.

    Errors
    ------
    #NUM! where a debt service is below 0.

    Source
    ------
    Yescombe, Principles of Project Finance (2nd ed. 2014), on cover ratios; S&P Global, General
    Project Finance Rating Methodology (14 Dec 2022).

    See also
    --------
    DSCR_MIN, DSCR_AVG, LLCR

    Examples
    --------
    >>> DSCR_PATH([26, 27, 28], [20, 20, 20]).round(2).tolist()
    [1.3, 1.35, 1.4]

    Half-yearly payments:

    >>> DSCR_PATH([9, 17, 13, 15], [10, 10, 10, 10], 2).round(2).tolist()
    [0.9, 1.3, 1.5, 1.4]
    """
    cells.same_length(cfads=cfads, debt_service=debt_service)
    return over_a_year(cfads, debt_service, periods_per_year)


@function(
    FAMILY,
    "What is the worst year's cover?",
    registry.number("the least DSCR of the periods with debt service"),
    cfads=CFADS,
    debt_service=SERVICE,
    periods_per_year=A_YEAR,
)
def DSCR_MIN(cfads, debt_service, periods_per_year=1):
    """Least debt service cover ratio over the periods in which debt service is due.

    Equation
    --------
    min over t of CFADS_t / DS_t, where DS_t > 0

    Conventions
    -----------
    As DSCR_PATH: periods without debt service (or with a rest below a billionth of the largest) and
    blank CFADS do not count, nor do dates before the first twelve months are over.

    Errors
    ------
    #N/A where no period counts; #NUM! where a debt service is below 0.

    Source
    ------
    Yescombe, Principles of Project Finance (2nd ed. 2014), on cover ratios.

    See also
    --------
    DSCR_PATH, DSCR_AVG

    Examples
    --------
    >>> round(DSCR_MIN([26, 24, 28], [20, 20, 20]), 2)
    1.2
    """
    return float(np.nanmin(_counted(cfads, debt_service, periods_per_year)))


@function(
    FAMILY,
    "What is the average cover?",
    registry.number("the average DSCR of the periods with debt service"),
    cfads=CFADS,
    debt_service=SERVICE,
    weighted=cells.switch(
        "FALSE: mean of the periods' ratios; TRUE: total CFADS over total debt service"
    ),
    periods_per_year=A_YEAR,
)
def DSCR_AVG(cfads, debt_service, weighted=False, periods_per_year=1):
    """Average debt service cover ratio over the periods in which debt service is due.

    Equation
    --------
    mean of CFADS_t / DS_t; weighted: sum CFADS_t / sum DS_t over the same periods

    Conventions
    -----------
    As DSCR_PATH: periods without debt service (or with a rest below a billionth of the largest) and
    blank CFADS do not count, nor do dates before the first twelve months are over. The plain mean is the
    usual covenant.

    Errors
    ------
    #N/A where no period counts; #NUM! where a debt service is below 0.

    Source
    ------
    Yescombe, Principles of Project Finance (2nd ed. 2014), on cover ratios.

    See also
    --------
    DSCR_PATH, DSCR_MIN

    Examples
    --------
    >>> round(DSCR_AVG([26, 24, 28], [20, 20, 20]), 2)
    1.3
    """
    path = _counted(cfads, debt_service, periods_per_year)
    if not weighted:
        return float(np.nanmean(path))
    counted = ~np.isnan(path)
    return float(cfads[counted].sum() / debt_service[counted].sum())


def _life_cover(rate: float, cfads: np.ndarray, debt: float, cash: float) -> float:
    if debt <= 0:
        raise no_answer("debt is not positive: with nothing owed there is no cover ratio.")
    return float((np.sum(cfads * discount_factors(rate, cfads.size)) + cash) / debt)


LIFE_CFADS = cells.path(
    "cash flow available for debt service each period from the calculation date; blank = 0",
    blanks="zero",
)
DEBT = cells.amount("debt outstanding at the calculation date (opening balance)")
COST_OF_DEBT = cells.rate("average cost of the senior debt for the period, not a WACC")
CASH = cells.amount("reserve balances counted, if the definition counts them")


@function(
    FAMILY,
    "How well does cash flow over the loan's life cover the debt?",
    registry.number("loan life cover ratio"),
    rate=COST_OF_DEBT,
    cfads=LIFE_CFADS,
    debt=DEBT,
    tenor=cells.count("periods to the last payment; all of cfads where left out", low=1),
    cash=CASH,
)
def LLCR(rate, cfads, debt, tenor=None, cash=0.0):
    """Loan life cover ratio: present value of CFADS to the end of the loan, over the debt.

    Equation
    --------
    LLCR = (sum of CFADS_t / (1 + rate)^t for t = 1..tenor, + cash) / debt

    Conventions
    -----------
    The debt is the balance at the calculation date, the rate the cost of that debt. Debt sculpted
    to a constant DSCR has an LLCR equal to it.

    Errors
    ------
    #N/A where debt is not positive; #NUM! where tenor is longer than cfads.

    Source
    ------
    Yescombe, Principles of Project Finance (2nd ed. 2014), on cover ratios.

    See also
    --------
    PLCR, DEBT_CAPACITY

    Examples
    --------
    >>> round(LLCR(0.06, [30, 30, 30, 30, 30], 100), 4)
    1.2637
    """
    if tenor is not None and tenor > cfads.size:
        raise cells.impossible(
            f"tenor is {tenor} but cfads has {cfads.size} periods: give CFADS to the end of the"
            " loan."
        )
    return _life_cover(rate, cfads[:tenor], debt, cash)


@function(
    FAMILY,
    "How well does cash flow over the project's life cover the debt?",
    registry.number("project life cover ratio"),
    rate=COST_OF_DEBT,
    cfads=LIFE_CFADS,
    debt=DEBT,
    cash=CASH,
)
def PLCR(rate, cfads, debt, cash=0.0):
    """Project life cover ratio: present value of CFADS to the end of the project, over the debt.

    Equation
    --------
    PLCR = (sum of CFADS_t / (1 + rate)^t over all periods, + cash) / debt

    Conventions
    -----------
    As LLCR, to the end of the range given; lenders often stop some months before the contract ends:
    pass that range.

    Errors
    ------
    #N/A where debt is not positive.

    Source
    ------
    Yescombe, Principles of Project Finance (2nd ed. 2014), on cover ratios.

    See also
    --------
    LLCR

    Examples
    --------
    >>> round(PLCR(0.06, [30] * 7, 100), 4)
    1.6747
    """
    return _life_cover(rate, cfads, debt, cash)
