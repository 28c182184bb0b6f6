"""What public credit costs: the federal subsidy cost of guarantees and loans, and the grant in a
soft loan.

Federal credit rules (FCRA) discount at Treasury rates and leave out administration; the flat rate
here stands for the zero-coupon curve of the official calculator.
"""

from __future__ import annotations

import math

import numpy as np

from bankable.udfs import cells, registry
from bankable.udfs.cells import impossible, wrong_value
from bankable.udfs.debt import schedule
from bankable.udfs.registry import function

FAMILY = "Public cost"


def _discount(rate, periods: int):
    return (1 + np.asarray(rate, float))[..., None] ** -np.arange(1.0, periods + 1)


def _performing(pd):
    """Probability that a loan performs at the start of each year."""
    survived = np.cumprod(1 - pd, axis=-1)
    return np.concatenate([np.ones_like(survived[..., :1]), survived[..., :-1]], axis=-1)


def _by_year(lgd, opening):
    """A loss given default by year, or one for life, along the years of the balances."""
    lgd = np.asarray(lgd, float)
    return lgd if lgd.ndim == opening.ndim else lgd[..., None]


def guarantee_subsidy(
    treasury_rate, opening, pd, lgd, coverage, annual_fee=0.0, upfront_fee=0.0, recovery_lag=0.0
):
    """(claims, recoveries, fees, subsidy) in present value of a guarantee on balances `opening`
    (..., T).
    """
    opening = np.asarray(opening, float)
    pd = np.broadcast_to(np.asarray(pd, float), opening.shape)
    lgd = _by_year(lgd, opening)
    coverage, fee = (np.asarray(value, float)[..., None] for value in (coverage, annual_fee))
    discount, performing = _discount(treasury_rate, opening.shape[-1]), _performing(pd)
    claimed = performing * pd * coverage * opening * discount
    claims = np.sum(claimed, axis=-1)
    lag = (1 + np.asarray(treasury_rate, float)) ** -np.asarray(recovery_lag, float)
    recoveries = np.sum(claimed * (1 - lgd), axis=-1) * lag
    fees = (
        np.sum(fee * coverage * performing * opening * discount, axis=-1)
        + upfront_fee * coverage[..., 0] * opening[..., 0]
    )
    return claims, recoveries, fees, claims - recoveries - fees


def loan_cost(treasury_rate, opening, interest, principal, pd=0.0, lgd=0.0):
    """Cost to government, at Treasury rates, of a direct loan: amount lent less expected payments
    and recoveries.
    """
    opening = np.asarray(opening, float)
    pd = np.broadcast_to(np.asarray(pd, float), opening.shape)
    performing = _performing(pd)
    received = performing * (
        (1 - pd) * (np.asarray(interest) + principal) + pd * (1 - _by_year(lgd, opening)) * opening
    )
    return opening[..., 0] - np.sum(received * _discount(treasury_rate, opening.shape[-1]), axis=-1)


@function(
    FAMILY,
    "What does a guarantee cost the taxpayer?",
    registry.figures(
        "present values in the unit of balances; rate over the amount lent",
        "pv_claims",
        "pv_recoveries",
        "pv_fees",
        "subsidy",
        "rate",
    ),
    treasury_rate=cells.rate("Treasury rate of like life, flat", low=-0.5),
    balances=cells.path(
        "opening balance of each year, then the closing balance: the first entry is the loan",
        low=0,
        blanks="zero",
    ),
    pd=cells.series(
        "probability of default a year, given that the loan performed: one number, or one a year",
        low=0,
        high=1,
    ),
    lgd=cells.series("loss given default: one number, or one a year", low=0, high=1),
    coverage=cells.probability("share of the loan that is guaranteed"),
    annual_fee=cells.rate("fee a year on the guaranteed balance", low=0),
    upfront_fee=cells.probability("fee at the start on the guaranteed amount"),
    recovery_lag=cells.number("years from claim to recovery", low=0, high=50),
)
def CREDIT_SUBSIDY(
    treasury_rate, balances, pd, lgd, coverage, annual_fee=0.0, upfront_fee=0.0, recovery_lag=0.0
):
    """Subsidy cost of a loan guarantee under federal credit rules, and its rate.

    Equation
    --------
    PV(claims) - PV(recoveries) - PV(fees); claims_t = S_{t-1} PD_t c B_{t-1}; recoveries = (1 - LGD) claims, later by the lag;
    fees_t = fee c S_{t-1} B_{t-1}; rate = subsidy / B_0

    Conventions
    -----------
    All at the Treasury rate, administration left out. Claims and fees fall at year end; fees on the
    balance performing at the year's start. The rate is over the whole loan, not the guaranteed
    part. Below zero the guarantee saves the budget money. A fair-value figure would use
    risk-neutral PDs, never a higher discount rate on the claims.

    Errors
    ------
    #VALUE! where balances has fewer than two entries, or pd and balances do not fit; #NUM! where
    the loan is 0.

    Source
    ------
    Federal Credit Reform Act, 2 USC 661a(5)(C); OMB Circular A-11, section 185.

    See also
    --------
    LOAN_SUBSIDY, GUARANTEE_RATE

    Examples
    --------
    >>> figures = CREDIT_SUBSIDY(0.0425, [1000, 750, 500, 250, 0], 0.03, 0.6, 0.8, 0.01)
    >>> round(figures.subsidy, 3), round(figures.rate, 5)
    (14.317, 0.01432)
    """
    if balances.size < 2:
        raise wrong_value(
            "balances needs the loan, the balance of each later year and the closing balance: two"
            " entries at least."
        )
    if balances[0] == 0:
        raise impossible("balances begins with 0: there is no loan.")
    opening = balances[:-1]
    for name, path in (("pd", pd), ("lgd", lgd)):
        if np.ndim(path) and np.size(path) != opening.size:
            raise wrong_value(
                f"{name} has {np.size(path)} years and balances {opening.size} (and a closing one):"
                " give one number a year."
            )
    figures = [
        float(f)
        for f in guarantee_subsidy(
            treasury_rate, opening, pd, lgd, coverage, annual_fee, upfront_fee, recovery_lag
        )
    ]
    return (*figures, figures[-1] / float(balances[0]))


@function(
    FAMILY,
    "What does a soft loan cost the taxpayer, and what is it worth to the borrower?",
    registry.figures(
        "present values in the unit of principal, and as shares of it",
        "cost",
        "cost_rate",
        "benefit",
        "benefit_rate",
    ),
    principal=cells.number("amount lent", low=0, above=True),
    loan_rate=cells.rate("rate of the loan a year", low=-0.5),
    nper=cells.count("payments in all", low=1, high=800),
    treasury_rate=cells.rate("Treasury rate of like life, flat", low=-0.5),
    market_rate=cells.rate(
        "rate the borrower would pay elsewhere; left out, the benefit stays blank", low=-0.5
    ),
    pd=cells.probability("yearly probability of default"),
    lgd=cells.probability("loss given default"),
    method=cells.choice("how principal is repaid", "annuity", "equal", "bullet"),
    payments_per_year=cells.count(
        "payments a year; each bears loan_rate over them", low=1, high=12
    ),
)
def LOAN_SUBSIDY(
    principal,
    loan_rate,
    nper,
    treasury_rate,
    market_rate=None,
    pd=0.0,
    lgd=0.0,
    method="annuity",
    payments_per_year=1,
):
    """Cost of a government loan to the taxpayer, and its worth to the borrower: two different
    numbers.

    Equation
    --------
    cost = P - PV at the Treasury rate of expected payments; benefit = P - PV at the market rate of promised payments

    Conventions
    -----------
    Payments at the end of each period. In a period of default the share (1 - LGD) of the opening balance
    comes back; with n payments a year the chance in one is 1 - (1 - pd)^(1/n), and both rates discount by
    (1 + rate)^(-t/n). The benefit is the grant element to the borrower; it exceeds the cost wherever the
    market asks more than the Treasury pays.

    Source
    ------
    Federal Credit Reform Act, 2 USC 661a(5)(B); OMB Circular A-11, section 185.

    See also
    --------
    CREDIT_SUBSIDY, GRANT_EQUIVALENT

    Examples
    --------
    >>> [round(figure, 2) for figure in LOAN_SUBSIDY(1000, 0.02, 7, 0.0425, 0.085)]
    [81.12, 0.08, 209.13, 0.21]
    """
    n = payments_per_year
    opening, interest, repaid, payment, _ = schedule(
        principal, loan_rate / n, method, nper, 0, 0.0, False
    ).T
    treasury, market = (_by_payment(rate, n) for rate in (treasury_rate, market_rate))
    chance = pd if n == 1 else 1 - (1 - pd) ** (1 / n)
    cost = float(loan_cost(treasury, opening, interest, repaid, chance, lgd))
    benefit = (
        math.nan if market is None else principal - float(np.sum(payment * _discount(market, nper)))
    )
    return cost, cost / principal, benefit, benefit / principal


def _by_payment(rate: float | None, n: int) -> float | None:
    """An effective yearly rate as that of one of n payments a year."""
    return rate if rate is None or n == 1 else (1 + rate) ** (1 / n) - 1


@function(
    FAMILY,
    "How much of a soft loan is a grant?",
    registry.number("grant element as a share of the loan"),
    maturity=cells.number("years to the last payment", low=0, high=100, above=True),
    grace=cells.number("years to the first repayment of principal", low=0, high=100),
    payments_per_year=cells.count("payments a year", low=1, high=12),
    loan_rate=cells.rate("nominal rate of the loan a year", low=0),
    discount_rate=cells.rate("effective discount rate a year", low=0),
    method=cells.choice("how principal is repaid", "equal", "annuity", "bullet"),
)
def GRANT_EQUIVALENT(maturity, grace, payments_per_year, loan_rate, discount_rate, method="equal"):
    """Grant element of a loan: the share of it that is a gift, at a discount rate.

    Equation
    --------
    1 - PV of payments / loan, period discount (1 + I)^(1/A) - 1, period interest R/A

    Conventions
    -----------
    Grace is the time to the first repayment, not the time of interest only: with A payments a year
    there are A (M - G) + 1 repayments; 0 counts as one payment period. The loan rate is nominal,
    the discount rate effective.

    Errors
    ------
    #NUM! where maturity or grace are not whole payment periods, or grace passes maturity.

    Source
    ------
    OECD Development Assistance Committee, grant element of a loan, equal principal.

    See also
    --------
    LOAN_SUBSIDY

    Examples
    --------
    >>> round(GRANT_EQUIVALENT(10, 2.5, 2, 0.025, 0.1), 4)
    0.3239
    """
    periods, first = maturity * payments_per_year, grace * payments_per_year
    if abs(periods - round(periods)) > 1e-9 or abs(first - round(first)) > 1e-9:
        raise impossible("maturity and grace must be whole payment periods: see payments_per_year.")
    if first > periods + 1e-9:
        raise impossible(
            f"grace {grace:g} is longer than maturity {maturity:g}: the first repayment cannot come"
            " after the last."
        )
    periods, waiting = round(periods), max(0, round(first) - 1)
    payment = schedule(1.0, loan_rate / payments_per_year, method, periods, waiting, 0.0, False)[
        :, 3
    ]
    return float(
        1
        - np.sum(
            payment * (1 + discount_rate) ** (-np.arange(1.0, periods + 1) / payments_per_year)
        )
    )
