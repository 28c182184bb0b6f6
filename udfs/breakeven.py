"""Break-even solvers: the term, coverage, price, tariff and renewal at which a deal just meets its
target.

Closed form where one exists; otherwise bracketed. A term is rounded up: a year too few misses the
target.
"""

from __future__ import annotations

import math

import numpy as np

from bankable.udfs import cells, registry
from bankable.udfs.cells import impossible, no_answer
from bankable.udfs.numerics import roots
from bankable.udfs.offtake import renewals_needed
from bankable.udfs.registry import function

FAMILY = "Break-even"


def exact_term(debt: float, rate: float, service: float) -> float:
    """Periods, not rounded, in which a level `service` repays the debt; infinite where it does not
    cover interest.
    """
    if service <= 0 or debt * rate >= service:
        return math.inf
    return (
        -math.log1p(-debt * rate / service) / math.log1p(rate) if rate > 1e-12 else debt / service
    )


@function(
    FAMILY,
    "How long must the contract be?",
    registry.figures(
        "years, and the DSCR that the whole years give", "years", "exact_years", "dscr"
    ),
    debt=cells.amount("debt to repay", low=0),
    rate=cells.rate("nominal rate of the debt a year", low=0),
    cfads=cells.series("cash flow available for debt service a year: one number, or one a year"),
    target_dscr=cells.cover("DSCR to keep"),
)
def MIN_OFFTAKE_TERM(debt, rate, cfads, target_dscr):
    """Least whole years of contract that let cash flow repay a debt at the target DSCR, nothing
    counted after the contract.

    Equation
    --------
    level CFADS: n = -ln(1 - D i k / CFADS) / ln(1 + i), rounded up; a path: the least n with
    sum of max(CFADS_t, 0) / k / (1 + i)^t for t = 1..n at least D

    Conventions
    -----------
    Payments at year end; rounded up, since a year less misses the target. `exact_years` is the
    number before rounding (for a path the same as `years`). `dscr` is the constant DSCR over the
    whole years.

    Errors
    ------
    #N/A where cash flow over the target does not even pay the interest, or a path is too short.

    Source
    ------
    Annuity algebra, as Excel's NPER.

    See also
    --------
    DEBT_CAPACITY, BREAKEVEN_COVERAGE

    Examples
    --------
    >>> [round(figure, 3) for figure in MIN_OFFTAKE_TERM(200, 0.065, 28, 1.35)]
    [16.0, 15.651, 1.367]
    """
    if debt == 0:
        raise impossible("debt is 0: there is nothing to repay, so no term to find.")
    if np.ndim(cfads) == 0:
        exact = exact_term(debt, rate, float(cfads) / target_dscr)
        if not exact <= cells.LONGEST_PATH:
            raise no_answer(
                f"cfads {float(cfads):g} over target_dscr leaves no more than the interest of"
                f" {debt * rate:g}: no term repays the debt."
            )
        years = math.ceil(exact - 1e-9)
        factor = years if rate == 0 else -math.expm1(-years * math.log1p(rate)) / rate
        return float(years), exact, float(cfads) * factor / debt
    carried = np.cumsum(np.maximum(cfads, 0) * (1 + rate) ** -np.arange(1.0, cfads.size + 1))
    enough = np.flatnonzero(carried / target_dscr >= debt * (1 - 1e-12))
    if not enough.size:
        raise no_answer(
            f"cfads over {cfads.size} years carries {carried[-1] / target_dscr:.6g} of the debt of"
            f" {debt:g}: no term repays it."
        )
    years = int(enough[0]) + 1
    return float(years), float(years), float(carried[years - 1] / debt)


@function(
    FAMILY,
    "How much guarantee brings the rate to a target?",
    registry.number("share of the loan to be guaranteed"),
    target_rate=cells.rate("all-in rate wanted"),
    base_rate=cells.rate("base rate"),
    pd=cells.probability("yearly probability of default"),
    lgd=cells.probability("loss given default"),
    guaranteed_spread=cells.rate("spread on the guaranteed part", low=0),
    guarantee_fee=cells.rate("fee a year on the guaranteed part", low=0),
    margin=cells.rate("margin over expected loss on the uncovered part", low=0),
)
def BREAKEVEN_COVERAGE(
    target_rate, base_rate, pd, lgd, guaranteed_spread=0.0, guarantee_fee=0.0, margin=0.0
):
    """Guarantee coverage at which the all-in rate just reaches a target.

    Equation
    --------
    c = (base + PD LGD + margin - target) / (PD LGD + margin - guaranteed spread - fee)

    Conventions
    -----------
    0 where the rate without guarantee is at or below the target. GUARANTEE_RATE at this coverage
    gives the target back.

    Errors
    ------
    #N/A where even full coverage leaves the rate above the target, or where the guarantee costs
    more than it saves, so that more of it raises the rate.

    Source
    ------
    Solved from the build-up of GUARANTEE_RATE.

    See also
    --------
    MIN_OFFTAKE_TERM

    Examples
    --------
    >>> round(BREAKEVEN_COVERAGE(0.061, 0.045, 0.03, 0.6, 0.005, 0.01), 4)
    0.6667
    """
    uncovered = pd * lgd + margin
    wanted, saved = (
        base_rate + uncovered - target_rate,
        uncovered - guaranteed_spread - guarantee_fee,
    )
    if wanted <= 0:
        return 0.0
    if saved <= 0:
        raise no_answer(
            "guaranteed_spread and guarantee_fee cost at least what the guarantee saves: more of it"
            " raises the rate."
        )
    coverage = wanted / saved
    if coverage > 1 + 1e-12:
        raise no_answer(
            "target_rate is out of reach: full coverage gives"
            f" {base_rate + guaranteed_spread + guarantee_fee:.4%}."
        )
    return min(1.0, coverage)


@function(
    FAMILY,
    "What price does the plant need?",
    registry.path("price a unit; one number for single figures, one a year for ranges"),
    target_dscr=cells.cover("DSCR to keep"),
    debt_service=cells.series("debt service a year", low=0),
    volume=cells.series("volume sold a year", low=0, above=True),
    opex=cells.series("operating cost a year", low=0),
    tax_rate=cells.probability(
        "tax on what is left after cost; 0 where DSCR is before tax", high=0.99
    ),
)
def BREAKEVEN_PRICE(target_dscr, debt_service, volume, opex, tax_rate=0.0):
    """Price at which cash flow just keeps the target DSCR.

    Equation
    --------
    price = (opex + DSCR x debt service / (1 - tax)) / volume

    Conventions
    -----------
    Tax is taken on revenue less opex, without depreciation and interest: conservative. For ranges
    the year with the highest price binds.

    Source
    ------
    Solved from DSCR = CFADS / debt service.

    See also
    --------
    BREAKEVEN_TARIFF

    Examples
    --------
    >>> BREAKEVEN_PRICE(1.4, 18, 10, 40).round(4).tolist()
    [6.52]
    """
    cells.same_length(debt_service=debt_service, volume=volume, opex=opex)
    return np.atleast_1d((opex + target_dscr * np.asarray(debt_service) / (1 - tax_rate)) / volume)


@function(
    FAMILY,
    "What tariff makes the plant competitive?",
    registry.number("tariff on the rival's price"),
    price=cells.amount("price that the plant needs", low=0),
    world_price=cells.amount("price of the rival, his subsidy counted", low=0),
    pass_through=cells.probability("share of the tariff that lifts the home price"),
)
def BREAKEVEN_TARIFF(price, world_price, pass_through=1.0):
    """Tariff that lifts a rival's subsidised price to the price the plant needs.

    Equation
    --------
    tariff = (price / world price - 1) / pass-through, at least 0

    Conventions
    -----------
    A tariff lifts the price of home sales only, and only by what passes through. Tariffs on what
    the plant itself buys work the other way: put them into the price it needs.

    Errors
    ------
    #NUM! where the world price is 0; #N/A where nothing passes through and the plant needs more
    than the world price.

    Source
    ------
    Price algebra.

    See also
    --------
    BREAKEVEN_PRICE

    Examples
    --------
    >>> round(BREAKEVEN_TARIFF(6.52, 5.2), 4)
    0.2538
    """
    if world_price == 0:
        raise impossible("world_price is 0: a tariff on nothing lifts nothing.")
    gap = price / world_price - 1
    if gap <= 0:
        return 0.0
    if pass_through == 0:
        raise no_answer("pass_through is 0: no tariff lifts the home price.")
    return gap / pass_through


@function(
    FAMILY,
    "How sure must yearly renewal be?",
    registry.number("probability of each renewal"),
    rate=cells.rate("discount rate, effective a year", low=-0.5),
    years=cells.count("contract horizon in years", low=1, high=200),
    target_share=cells.probability("share of the firm contract's value to be reached"),
    firm_years=cells.count("years that need no renewal"),
)
def BREAKEVEN_RENEWAL(rate, years, target_share, firm_years=1):
    """Probability of each yearly renewal at which the contract is worth a given share of a firm
    one.

    Equation
    --------
    sum of q^n_t d_t = share x sum of d_t, n_t = max(0, t - firm_years), solved for q

    Conventions
    -----------
    Level revenue, renewals independent. With correlated renewals see BOOK_DISTRIBUTION.

    Errors
    ------
    #N/A where the firm years alone are worth more than the share.

    Source
    ------
    OFFTAKE_NPV with an unknown renewal, bracketed on [0, 1].

    See also
    --------
    OFFTAKE_NPV, SURVIVAL

    Examples
    --------
    >>> round(BREAKEVEN_RENEWAL(0.07, 10, 0.75), 4)
    0.9239
    """
    t = np.arange(1.0, years + 1)
    discount, needed = (1 + rate) ** -t, renewals_needed(t, firm_years)
    firm_share = float(discount[needed == 0].sum() / discount.sum())
    if target_share < firm_share - 1e-12:
        raise no_answer(
            f"target_share {target_share:g} is below {firm_share:.4f}, what the firm years alone"
            " are worth."
        )
    if target_share <= firm_share + 1e-12:
        return 0.0
    if target_share >= 1:
        return 1.0
    found = roots.bracketed(
        lambda q, _: (q[:, None] ** needed) @ discount / discount.sum() - target_share, 0.0, 1.0
    )
    if not found.converged[0]:
        raise no_answer(
            "target_share could not be reached by any probability of renewal from 0 to 1."
        )
    return float(found.root[0])
