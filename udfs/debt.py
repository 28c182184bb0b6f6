"""Loan schedules and debt capacity: what a loan asks each period, and how large a loan cash flow
carries.

The lower-case functions are the arithmetic, over arrays with any leading axes; the upper-case ones
are the worksheet functions. A loan's rate is nominal: the rate of a period is rate / freq.
"""

from __future__ import annotations

import numpy as np

from bankable.udfs import cells, registry
from bankable.udfs.cells import impossible, no_answer, wrong_value
from bankable.udfs.registry import function

FAMILY = "Debt"
METHODS = ("annuity", "equal", "bullet", "sculpted")
SMALLEST_PRINCIPAL = 10.0  # below it a balloon up to 1 may be money
COLUMNS = ("period", "opening", "interest", "principal", "payment", "closing")


def annuity_payment(principal, rate, periods, balloon=0.0):
    """Level payment that leaves `balloon` after `periods`: (P (1+i)^n - balloon) i / ((1+i)^n - 1);
    (P - balloon)/n at rate 0.
    """
    principal, rate, periods, balloon = np.broadcast_arrays(
        *(np.asarray(value, float) for value in (principal, rate, periods, balloon))
    )
    # expm1 and log1p keep the formula exact as the rate goes to 0
    excess = np.expm1(periods * np.log1p(rate))
    grows = excess != 0
    level = np.where(grows, rate / np.where(grows, excess, 1), 1 / np.maximum(periods, 1))
    return (principal - balloon) * level + principal * rate


def annuity_factor(rate, periods):
    """Present value of 1 a period: (1 - (1+i)^-n) / i; n at rate 0."""
    rate, periods = np.broadcast_arrays(np.asarray(rate, float), np.asarray(periods, float))
    bears = rate != 0
    return np.where(bears, -np.expm1(-periods * np.log1p(rate)) / np.where(bears, rate, 1), periods)


def sculpted_capacity(cfads, target_dscr, rate, first: int = 0):
    """Present value, at the end of period `first`, of max(CFADS, 0) / DSCR of the later periods."""
    t = np.arange(1.0, np.shape(cfads)[-1] + 1)
    carried = np.maximum(cfads, 0) / target_dscr * (t > first)
    return np.sum(carried * (1 + np.asarray(rate, float)[..., None]) ** (first - t), axis=-1)


def level_capacity(cfads, target_dscr, rate, first: int = 0):
    """Debt that a level payment of the least CFADS / DSCR repays in the periods after `first`; 0
    where one has no CFADS.
    """
    cover = np.asarray(cfads, float) / target_dscr
    payment = np.maximum(0, cover[..., first:].min(axis=-1))
    return payment * annuity_factor(rate, cover.shape[-1] - first)


def schedule(
    principal,
    rate,
    method: str,
    periods: int,
    grace: int = 0,
    balloon=0.0,
    capitalise: bool = False,
    service=None,
):
    """Opening, interest, principal, payment, closing by period, (..., periods, 5); `rate` is a
    period's.

    principal, rate and balloon may be arrays of the leading axes; `service`, (..., periods), is the
    payment of a sculpted loan.
    """
    principal, rate, balloon = np.broadcast_arrays(
        *(np.asarray(value, float) for value in (principal, rate, balloon))
    )
    lead = (
        principal.shape
        if service is None
        else np.broadcast_shapes(principal.shape, np.shape(service)[:-1])
    )
    rows = np.empty((*lead, periods, 5))
    balance = principal
    repaid = principal * (1 + rate) ** grace if capitalise else principal
    level = annuity_payment(repaid, rate, periods - grace, balloon)
    for t in range(periods):
        interest = balance * rate
        if t < grace:
            principal_paid = -interest if capitalise else 0.0 * interest
        elif method == "annuity":
            principal_paid = level - interest
        elif method == "equal":
            principal_paid = (repaid - balloon) / (periods - grace)
        elif method == "bullet":
            principal_paid = balance if t == periods - 1 else 0.0 * balance
        else:
            principal_paid = service[..., t] - interest
        if t == periods - 1 and method != "bullet":
            principal_paid = principal_paid + balloon
        closing = balance - principal_paid
        for column, value in enumerate(
            (balance, interest, principal_paid, interest + principal_paid, closing)
        ):
            rows[..., t, column] = value
        balance = closing
    return rows


def _whole_periods(grace: int, nper: int) -> None:
    if grace >= nper:
        raise impossible(
            f"grace is {grace} of nper {nper} payments: leave at least one payment of principal."
        )


@function(
    FAMILY,
    "What does the loan ask each period?",
    registry.table(
        "one row a payment: its number, opening balance, interest, principal, payment, closing"
        " balance",
        *COLUMNS,
    ),
    principal=cells.amount("amount lent", low=0),
    rate=cells.rate("nominal rate a year; each period pays rate / freq"),
    nper=cells.count("number of payments in all, grace included", low=1),
    method=cells.choice("how principal is repaid", *METHODS),
    grace=cells.count("payments of grace before principal"),
    balloon=cells.number(
        "share of the principal due with the last payment beside its instalment: 0.3 is 30%", low=0
    ),
    freq=cells.count("payments a year", low=1, high=12),
    capitalise=cells.switch("TRUE adds the interest of the grace to the debt; FALSE has it paid"),
    cfads=cells.path("sculpted only: cash flow each payment period", blanks="zero"),
    target_dscr=cells.covers(
        "sculpted only: DSCR to hold, one number or one a period; left out, the constant DSCR that"
        " repays the loan"
    ),
)
def LOAN_SCHEDULE(
    principal,
    rate,
    nper,
    method="annuity",
    grace=0,
    balloon=0.0,
    freq=1,
    capitalise=False,
    cfads=None,
    target_dscr=None,
):
    """Schedule of a loan, payment by payment: annuity, equal principal, bullet, or sculpted to cash
    flow.

    Equation
    --------
    interest_t = opening_t rate / freq; annuity: payment as Excel's PMT(rate/freq, n, -P, balloon P); equal: P (1 - balloon) / n;
    bullet: P at the end; sculpted: payment_t = max(CFADS_t, 0) / DSCR_t

    Conventions
    -----------
    nper counts all payments, those of grace too. In grace interest is paid, or added to the debt
    where capitalise is TRUE. The balloon is a share of the principal lent, as a deal's balloon is,
    and stands in the last payment (the DSCR of a deal leaves it out). A sculpted loan repays
    principal in step with CFADS: with a target DSCR the closing balance is zero only for the
    principal that DEBT_CAPACITY gives; left out, the constant DSCR is found that repays the
    principal. A weak year can make sculpted principal negative, and the balance grow: most term
    sheets forbid that.

    Errors
    ------
    #NUM! where grace takes all payments, or balloon is an amount of money, as it was in version
    0.1: above 1, or beside a principal below 10 that may be in thousands of millions. #VALUE! for a
    sculpted loan without cfads, or cfads shorter than nper.

    Source
    ------
    Microsoft Excel documentation of PMT; Yescombe, Principles of Project Finance (2nd ed. 2014), on
    debt profiles.

    See also
    --------
    DEBT_CAPACITY, DSCR_PATH

    Examples
    --------
    Three yearly payments on 1,000 at 6.5%:

    >>> LOAN_SCHEDULE(1000, 0.065, 3).round(2).tolist()
    [[1.0, 1000.0, 65.0, 312.58, 377.58, 687.42], [2.0, 687.42, 44.68, 332.89, 377.58, 354.53], [3.0, 354.53, 23.04, 354.53, 377.58, 0.0]]
    """
    _whole_periods(grace, nper)
    balloon = _balloon_amount(balloon, principal)
    period_rate = rate / freq
    service = (
        _sculpted_service(
            principal, period_rate, nper, grace, balloon, capitalise, cfads, target_dscr
        )
        if method == "sculpted"
        else None
    )
    rows = schedule(
        principal,
        period_rate,
        method,
        nper,
        grace,
        0.0 if method == "bullet" else balloon,
        capitalise,
        service,
    )
    return np.column_stack([np.arange(1.0, nper + 1), rows])


def _balloon_amount(share: float, principal: float) -> float:
    """The balloon in money. In version 0.1 the argument was that amount: what may still be one is
    refused, so that no saved formula changes its meaning unseen.
    """
    if share > 1:
        as_share = f"type {share / principal:.6g}" if principal >= share else "type a share"
        raise impossible(
            f"balloon is {share:g}: it is the share of the principal due with the last payment,"
            f" from 0 to 1. For an amount of {share:g} {as_share}."
        )
    if share > 0 and principal < SMALLEST_PRINCIPAL and principal != 1:
        raise impossible(
            f"balloon {share:g} beside a principal of {principal:g} may be a share or, as in"
            " version 0.1, an amount of money: give principal in a smaller unit (1,200, not 1.2)"
            " and balloon as a share."
        )
    return share * principal


def _sculpted_service(
    principal, rate, nper, grace, balloon, capitalise, cfads, target_dscr
) -> np.ndarray:
    if cfads is None:
        raise wrong_value(
            "cfads is missing: a sculpted loan needs the cash flow of each payment period."
        )
    if cfads.size < nper:
        raise wrong_value(
            f"cfads has {cfads.size} periods and nper is {nper}: give CFADS for every payment."
        )
    cfads = np.maximum(cfads[:nper], 0)
    if target_dscr is not None:
        if np.ndim(target_dscr) and np.size(target_dscr) < nper:
            raise wrong_value(
                f"target_dscr has {np.size(target_dscr)} periods and nper is {nper}: give one DSCR"
                " or one a payment."
            )
        return cfads / (
            target_dscr if np.ndim(target_dscr) == 0 else np.asarray(target_dscr)[:nper]
        )
    repaid = principal * (1 + rate) ** grace if capitalise else principal
    to_repay = repaid - balloon * (1 + rate) ** -(nper - grace)
    carried = float(sculpted_capacity(cfads, 1.0, rate, grace))
    if carried <= 0 or to_repay <= 0:
        raise impossible(
            "cfads is nowhere positive after the grace: there is nothing to sculpt the loan on."
        )
    return cfads * (to_repay / carried)


CAPACITY = {
    "rate": cells.rate("nominal rate of the debt for a period", low=-1.0),
    "cfads": cells.path(
        "cash flow available for debt service each period; blank = 0", blanks="zero"
    ),
    "target_dscr": cells.covers("DSCR the debt must keep, one number or one a period"),
    "tenor": cells.count(
        "periods to the last payment, grace included; all of cfads where left out", low=1
    ),
    "shape": cells.choice("sculpted to CFADS, or level payments", "sculpted", "level"),
    "grace": cells.count("periods of grace before principal"),
    "capitalise": cells.switch(
        "TRUE adds the interest of the grace to the debt; FALSE has it paid"
    ),
    "max_gearing": cells.probability("cap on the debt as a share of cost"),
    "cost": cells.amount("cost that the cap on gearing applies to", low=0),
}


def _capacity(
    rate, cfads, target_dscr, tenor, shape, grace, capitalise, max_gearing, cost
) -> tuple[float, float, np.ndarray]:
    """(debt by coverage, debt after the gearing cap, debt service at that debt)."""
    tenor = cfads.size if tenor is None else tenor
    if tenor > cfads.size:
        raise impossible(
            f"tenor is {tenor} but cfads has {cfads.size} periods: give CFADS to the last payment."
        )
    _whole_periods(grace, tenor)
    if np.ndim(target_dscr):
        cells.same_length(cfads=cfads, target_dscr=target_dscr)
        target_dscr = np.asarray(target_dscr)[:tenor]
    if (max_gearing is None) != (cost is None):
        raise wrong_value("max_gearing and cost go together: give both or neither.")
    flow = cfads[:tenor]
    repaying = np.arange(tenor) >= grace
    if shape == "sculpted":
        debt = float(sculpted_capacity(flow, target_dscr, rate, grace))
        service = np.where(repaying, np.maximum(flow, 0) / target_dscr, 0.0)
    else:
        debt = float(level_capacity(flow, target_dscr, rate, grace))
        service = np.where(repaying, debt / float(annuity_factor(rate, tenor - grace)), 0.0)
    if capitalise:
        debt *= (1 + rate) ** -grace
    elif grace:
        service = np.where(repaying, service, debt * rate)
    capped = debt if max_gearing is None else min(debt, max_gearing * cost)
    return debt, capped, service * (capped / debt if debt > 0 else 0.0)


@function(
    FAMILY,
    "How much debt does the cash flow carry?",
    registry.number("debt at the start, in the unit of cfads"),
    **CAPACITY,
)
def DEBT_CAPACITY(
    rate,
    cfads,
    target_dscr,
    tenor=None,
    shape="sculpted",
    grace=0,
    capitalise=False,
    max_gearing=None,
    cost=None,
):
    """Largest debt that cash flow services at the target DSCR, capped by gearing where a cap is
    given.

    Equation
    --------
    sculpted: sum over repaying t of max(CFADS_t, 0) / DSCR_t / (1 + rate)^t; level: min(CFADS_t / DSCR_t) times the annuity factor;
    then the lesser of that and max_gearing x cost

    Conventions
    -----------
    One flow a period, at its end. Grace with interest paid discounts to the end of the grace, with
    interest capitalised to the start: two different debts. Level debt is zero where a repaying year
    has no CFADS. Without max_gearing and cost nothing stops the debt from passing the cost of the
    plant: compare.

    Errors
    ------
    #NUM! where tenor is longer than cfads or grace takes it all; #VALUE! where max_gearing or cost
    stands alone.

    Source
    ------
    NREL System Advisor Model, Single Owner, debt option DSCR; Yescombe, Principles of Project
    Finance (2nd ed. 2014).

    See also
    --------
    DEBT_SCULPT, DEBT_BINDING, LOAN_SCHEDULE, LLCR

    Examples
    --------
    >>> round(DEBT_CAPACITY(0.06, [30, 34, 38, 38, 36, 20, 38, 40], 1.4), 2)
    151.38
    """
    return _capacity(rate, cfads, target_dscr, tenor, shape, grace, capitalise, max_gearing, cost)[
        1
    ]


@function(
    FAMILY, "What stops the debt from being larger?", registry.text("dscr or gearing"), **CAPACITY
)
def DEBT_BINDING(
    rate,
    cfads,
    target_dscr,
    tenor=None,
    shape="sculpted",
    grace=0,
    capitalise=False,
    max_gearing=None,
    cost=None,
):
    """The limit that binds on the debt that DEBT_CAPACITY gives for the same arguments: dscr, or
    gearing.

    Equation
    --------
    gearing where max_gearing x cost is less than the debt by coverage, otherwise dscr

    Conventions
    -----------
    As DEBT_CAPACITY. Without max_gearing and cost only coverage can bind.

    Errors
    ------
    #N/A where there is no CFADS to lend on: no limit binds a debt of nothing.

    Source
    ------
    NREL System Advisor Model, Single Owner, debt option DSCR.

    See also
    --------
    DEBT_CAPACITY, DEBT_SCULPT

    Examples
    --------
    >>> DEBT_BINDING(0.06, [30, 34, 38, 38, 36, 20, 38, 40], 1.4, max_gearing=0.6, cost=150)
    'gearing'
    """
    by_cover, debt, _ = _capacity(
        rate, cfads, target_dscr, tenor, shape, grace, capitalise, max_gearing, cost
    )
    if by_cover == 0:
        raise no_answer("cfads carries no debt at all: there is no limit to name.")
    return "gearing" if debt < by_cover else "dscr"


SCULPT_COLUMNS = ("period", "debt_service", "interest", "principal", "balance", "dscr")


@function(
    FAMILY,
    "What does that debt ask each year, and what cover does it keep?",
    registry.table(
        "one row a period: number, debt service, interest, principal, closing balance, DSCR (blank"
        " where none is due)",
        *SCULPT_COLUMNS,
    ),
    **CAPACITY,
)
def DEBT_SCULPT(
    rate,
    cfads,
    target_dscr,
    tenor=None,
    shape="sculpted",
    grace=0,
    capitalise=False,
    max_gearing=None,
    cost=None,
):
    """Schedule and cover of the debt that DEBT_CAPACITY gives for the same arguments.

    Equation
    --------
    payment_t = max(CFADS_t, 0) / DSCR_t, scaled down where gearing caps the debt; interest_t = balance_{t-1} rate

    Conventions
    -----------
    As DEBT_CAPACITY. A weak year can make principal negative, and the balance grow: most term
    sheets forbid that.

    Source
    ------
    NREL System Advisor Model, Single Owner, debt option DSCR.

    See also
    --------
    DEBT_CAPACITY, LOAN_SCHEDULE

    Examples
    --------
    >>> DEBT_SCULPT(0.06, [30, 34, 38, 40], 1.4, 4)[:3].round(2).tolist()
    [[1.0, 21.43, 5.24, 16.19, 71.06, 1.4], [2.0, 24.29, 4.26, 20.02, 51.03, 1.4], [3.0, 27.14, 3.06, 24.08, 26.95, 1.4]]
    """
    _, balance, service = _capacity(
        rate, cfads, target_dscr, tenor, shape, grace, capitalise, max_gearing, cost
    )
    rows = np.zeros((service.size, 6))
    least_due = cells.REST * service.max()  # a rest of rounding is no debt service
    for t, due in enumerate(service):
        interest = balance * rate
        balance += interest - due
        rows[t] = (
            t + 1,
            due,
            interest,
            due - interest,
            balance,
            cfads[t] / due if due > least_due else np.nan,
        )
    return rows
