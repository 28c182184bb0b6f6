"""Credit support: what a guarantee does to a loan's rate, what a lender recovers, what it expects
to lose.

The lower-case functions are the arithmetic, over arrays with any leading axes (time or parts last);
the upper-case ones are the worksheet functions. A guarantee covers pro rata, with recoveries pari
passu.
"""

from __future__ import annotations

import math

import numpy as np

from bankable.udfs import cells, registry
from bankable.udfs.cells import impossible, no_answer, wrong_value
from bankable.udfs.debt import schedule
from bankable.udfs.numerics import normal, roots
from bankable.udfs.registry import function

FAMILY = "Credit support"


def all_in_rate(base_rate, pd, lgd, coverage, guaranteed_spread=0.0, guarantee_fee=0.0, margin=0.0):
    """base + (1 - coverage) (PD LGD + margin) + coverage (guaranteed spread + fee)."""
    return (
        base_rate
        + (1 - coverage) * (pd * lgd + margin)
        + coverage * (guaranteed_spread + guarantee_fee)
    )


def sale_proceeds(value, cost_share=0.0, months=0.0, rate=0.0):
    """What a sale yields, worth at default: value to another user, less selling costs, discounted
    over the months to sell.
    """
    return value * (1 - cost_share) * (1 + rate) ** (-months / 12)


def recovery_rate(values, redeployment, debt, cost_share=0.0, months=0.0, rate=0.0):
    """Share of the debt recovered by the sale of the parts for their value to another user, at most
    1.
    """
    value = np.sum(np.asarray(values) * redeployment, axis=-1)
    return np.minimum(1.0, sale_proceeds(value, cost_share, months, rate) / debt)


def expected_loss(pd_path, lgd, opening, rate=0.0):
    """Sum over years of (probability of default in the year, seen from the start) x LGD x opening
    balance x discount.
    """
    pd_path, opening = np.broadcast_arrays(np.asarray(pd_path, float), np.asarray(opening, float))
    survived = np.cumprod(1 - pd_path, axis=-1)
    defaults = (
        np.concatenate([np.ones_like(survived[..., :1]), survived[..., :-1]], axis=-1) * pd_path
    )
    discount = (1 + np.asarray(rate, float))[..., None] ** -np.arange(1.0, opening.shape[-1] + 1)
    return np.sum(defaults * np.asarray(lgd, float)[..., None] * opening * discount, axis=-1)


BASE = cells.rate("base rate a year")
PD = cells.probability("yearly probability of default")
LGD = cells.probability("loss given default")
COVERAGE = cells.probability("share of the loan that is guaranteed")


@function(
    FAMILY,
    "What does the loan cost with a guarantee?",
    registry.number("all-in rate a year"),
    base_rate=BASE,
    pd=PD,
    lgd=LGD,
    coverage=COVERAGE,
    guaranteed_spread=cells.rate("spread over the base rate on the guaranteed part"),
    guarantee_fee=cells.rate("fee a year on the guaranteed balance"),
    margin=cells.rate("the bank's return on capital, risk premium and cost, on the uncovered part"),
)
def GUARANTEE_RATE(
    base_rate, pd, lgd, coverage, guaranteed_spread=0.0, guarantee_fee=0.0, margin=0.0
):
    """All-in rate of a loan of which a share is guaranteed.

    Equation
    --------
    base + (1 - c) (PD LGD + margin) + c (guaranteed spread + fee)

    Conventions
    -----------
    Expected loss is not a price: margin carries capital and risk premium. The fee is a yearly rate
    on the guaranteed balance; a quote on the whole loan is divided by the coverage first. Where fee
    and spread cost more than PD LGD + margin, more coverage raises the rate.

    Source
    ------
    SBA 7(a) practice of charging the guaranteed portion; Mody and Patro, Methods of Loan Guarantee
    Valuation and Accounting, World Bank CFS Discussion Paper 116 (1995).

    See also
    --------
    BREAKEVEN_COVERAGE, BREAKEVEN_SPREAD

    Examples
    --------
    >>> round(GUARANTEE_RATE(0.045, 0.03, 0.6, 0.8, 0.005, 0.01), 4)
    0.0606
    """
    return all_in_rate(base_rate, pd, lgd, coverage, guaranteed_spread, guarantee_fee, margin)


@function(
    FAMILY,
    "What spread just pays for the risk?",
    registry.number("spread over the base rate a year"),
    base_rate=cells.rate("base rate a year, also the discount rate", low=-0.5),
    pd=PD,
    lgd=LGD,
    coverage=COVERAGE,
    nper=cells.count("years to the last payment", low=1, high=200),
    method=cells.choice("how principal is repaid", "bullet", "annuity", "equal"),
    upfront_fee=cells.probability("fee kept by the lender at the start, as a share of the loan"),
    cover_interest=cells.switch(
        "TRUE: claims and recoveries take in a year's interest; FALSE: principal only"
    ),
)
def BREAKEVEN_SPREAD(
    base_rate, pd, lgd, coverage=0.0, nper=1, method="bullet", upfront_fee=0.0, cover_interest=False
):
    """Spread at which a lender's expected receipts are worth what it lends.

    Equation
    --------
    sum of d_t [S_{t-1} ((1 - p)(interest + principal) + p rec B_{t-1})] + upfront fee = 1, rec = c + (1 - c)(1 - LGD);
    with L = (1 - c) LGD and no upfront fee: s = p (r + L) / (1 - p), or (1 + r) p L / (1 - p L) where interest is covered

    Conventions
    -----------
    Default in a year is settled at its end; d_t at the base rate. Without an upfront fee the spread
    depends neither on tenor nor on amortisation. Both exceed the naive PD x LGD x (1 - coverage). A
    fee large enough makes the spread negative.

    Errors
    ------
    #NUM! where default is certain; #N/A where the upfront fee alone pays for the risk many times
    over.

    Source
    ------
    Hull, Options, Futures and Other Derivatives, on credit spreads and default probabilities.

    See also
    --------
    GUARANTEE_RATE, EXPECTED_LOSS

    Examples
    --------
    >>> round(BREAKEVEN_SPREAD(0.045, 0.03, 0.6, 0.8), 6)
    0.005103
    """
    lost = (1 - coverage) * lgd
    if pd >= 1:
        raise impossible("pd is 1: a borrower certain to default cannot be lent to at any spread.")
    without_fee = (
        (1 + base_rate) * pd * lost / (1 - pd * lost)
        if cover_interest
        else pd * (base_rate + lost) / (1 - pd)
    )
    if upfront_fee == 0:
        return without_fee + 0.0  # no -0 where there is no risk
    t = np.arange(nper)
    discount, survived = (1 + base_rate) ** -(t + 1.0), (1 - pd) ** t

    def worth(spread: float) -> float:
        rows = schedule(1.0, base_rate + spread, method, nper, 0, 0.0, False)
        claim = rows[:, 0] * (1 + (base_rate + spread if cover_interest else 0.0))
        return float(
            np.sum(discount * survived * ((1 - pd) * rows[:, 3] + pd * (1 - lost) * claim))
            + upfront_fee
            - 1
        )

    most = without_fee + 1e-9 * (1 + abs(without_fee))  # a fee only lowers the spread
    found = roots.bracketed(
        lambda spreads, _: np.array([worth(s) for s in spreads]), -0.9 - base_rate, most
    )
    if not found.converged[0]:
        raise no_answer(
            f"upfront_fee is {upfront_fee:g}: even at a rate of -90% a year the loan is worth more"
            " than what is lent."
        )
    return float(found.root[0])


@function(
    FAMILY,
    "What is a guarantee worth?",
    registry.figures(
        "value, probability of default, worth of the debt and its spread",
        "value",
        "default_probability",
        "debt_value",
        "spread",
    ),
    asset_value=cells.amount("value of the borrower's assets today", low=0),
    debt_face=cells.amount("amount due at the end", low=0),
    rate=cells.rate("riskless rate, continuous", low=-0.5),
    years=cells.number("years to the end", low=0, high=200, above=True),
    vol=cells.volatility("volatility of the assets a year"),
    coverage=COVERAGE,
)
def MERTON_GUARANTEE(asset_value, debt_face, rate, years, vol, coverage=1.0):
    """Value of a loan guarantee as a put option on the borrower's assets.

    Equation
    --------
    coverage [F e^(-rT) N(-d2) - V N(-d1)], d1 = (ln(V/F) + (r + vol^2/2) T) / (vol sqrt(T)), d2 = d1 - vol sqrt(T)

    Conventions
    -----------
    The rate is continuous. Partial coverage is pro rata; first-loss cover is a spread of puts and
    not this. The probability is risk-neutral, not a forecast. debt_value and spread are those of
    the debt without guarantee; debt worth nothing has no spread (blank).

    Errors
    ------
    #NUM! where nothing is owed.

    Source
    ------
    Merton (1977), Journal of Banking and Finance 1, 3-11; Mody and Patro, World Bank CFS Discussion
    Paper 116 (1995).

    See also
    --------
    GUARANTEE_RATE, CREDIT_SUBSIDY

    Examples
    --------
    >>> [round(figure, 4) for figure in MERTON_GUARANTEE(120, 100, 0.04, 5, 0.25)]
    [7.9588, 0.343, 73.9142, 0.0205]
    """
    if debt_face == 0:
        raise impossible("debt_face is 0: there is nothing to guarantee.")
    riskless, sd = debt_face * math.exp(-rate * years), vol * math.sqrt(years)
    if sd == 0 or asset_value / riskless == 0:
        put, chance, debt_value = (
            max(riskless - asset_value, 0.0),
            float(asset_value < riskless),
            min(asset_value, riskless),
        )
    else:
        d2 = math.log(asset_value / riskless) / sd - sd / 2
        chance, unpaid = float(normal.cdf(-d2)), float(normal.cdf(-d2 - sd))
        put = max(0.0, riskless * chance - asset_value * unpaid)
        debt_value = (
            riskless * float(normal.cdf(d2)) + asset_value * unpaid
        )  # not riskless - put, which cancels
    if put < 0.5 * riskless:
        spread = (
            -math.log1p(-put / riskless) / years
        )  # not a difference of yields, whose rounding falls below zero
    else:
        spread = math.log(debt_face / debt_value) / years - rate if debt_value > 0 else math.nan
    return coverage * put, chance, debt_value, spread


@function(
    FAMILY,
    "How much does the lender expect to lose?",
    registry.number("expected loss in the unit of ead"),
    pd=cells.series(
        "probability of default a year, given that the loan performed: one number, or one a year",
        low=0,
        high=1,
    ),
    lgd=LGD,
    ead=cells.series("exposure at default: one amount, or the opening balance of each year", low=0),
    years=cells.count(
        "years counted; 1 for one amount, all of a range, where left out", low=1, high=200
    ),
    rate=cells.rate("discount rate a year; 0 = undiscounted"),
)
def EXPECTED_LOSS(pd, lgd, ead, years=None, rate=0.0):
    """Expected loss over one year or over the life of a loan.

    Equation
    --------
    sum over t of S_{t-1} PD_t LGD EAD_t / (1 + rate)^t, S the probability that the loan still performs

    Conventions
    -----------
    EAD is the opening balance of the year, the loss falls at its end. One year undiscounted is
    Basel's PD x LGD x EAD. PDs from a rating table must be conditional ones (CONDITIONAL_PD), and
    averages over a life are not year-1 figures.

    Source
    ------
    Basel Committee, CRE35; Hull, Options, Futures and Other Derivatives, on credit risk.

    See also
    --------
    RECOVERY, CONDITIONAL_PD, BASEL_CAPITAL

    Examples
    --------
    >>> round(EXPECTED_LOSS(0.02, 0.6, [100, 75, 50, 25], None, 0.05), 4)
    2.6729
    """
    lengths = {np.size(value) for value in (pd, ead) if np.ndim(value)}
    cells.same_length(pd=pd, ead=ead)
    most = lengths.pop() if lengths else None
    years = years or most or 1
    if most is not None and years > most:
        raise wrong_value(
            f"years is {years} but the range given has {most}: give one value a year."
        )
    spread = [np.broadcast_to(value, (most or years,))[:years] for value in (pd, ead)]
    return float(expected_loss(spread[0], lgd, spread[1], rate))


@function(
    FAMILY,
    "What would the lender get back?",
    registry.figures("shares of the debt", "recovery", "lgd"),
    values=cells.path("cost or value of each part of the plant", low=0, blanks="zero"),
    redeployment=cells.path(
        "share of it that another user would pay, part by part", low=0, high=1, blanks="zero"
    ),
    debt=cells.number("debt at default", low=0, above=True),
    cost_share=cells.probability("cost of selling as a share of proceeds"),
    months=cells.number("months to sell", low=0, high=600),
    rate=cells.rate("discount rate over those months"),
)
def RECOVERY(values, redeployment, debt, cost_share=0.0, months=0.0, rate=0.0):
    """Recovery on a loan from what another user would pay for the plant, part by part, and the loss
    given default.

    Equation
    --------
    recovery = min(1, sum of value_i x redeployment_i x (1 - cost) / (1 + rate)^(months / 12) / debt); LGD = 1 - recovery

    Conventions
    -----------
    Parts: land and shell, power connection, general equipment, special tooling, IT. Another cloud
    takes over a data centre's shell and power; special tooling fits nobody else. What exceeds the
    debt is the sponsor's, so recovery stops at 1.

    Source
    ------
    Collateral arithmetic as in bank practice; Moody's project finance recoveries average 80% but
    are bimodal.

    See also
    --------
    EXPECTED_LOSS, GUARANTEE_RATE

    Examples
    --------
    >>> [round(figure, 4) for figure in RECOVERY([60, 60, 80], [0.8, 0.9, 0.5], 150, 0.05, 12, 0.05)]
    [0.8565, 0.1435]
    """
    cells.same_length(values=values, redeployment=redeployment)
    recovered = float(recovery_rate(values, redeployment, debt, cost_share, months, rate))
    return recovered, 1 - recovered
