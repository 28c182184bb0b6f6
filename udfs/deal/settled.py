"""What is solved for a whole deal, as worksheet functions: the rate that clears its expected loss, and
the debt that its credit tests permit.

Both ask `settle`, the one solver, which takes the whole chain anew at each amount and each rate.
"""

from __future__ import annotations

import math

from bankable.udfs import cells, registry
from bankable.udfs.deal import deal as deals
from bankable.udfs.deal import settle
from bankable.udfs.deal.block import EXAMPLE, deal_param
from bankable.udfs.deal.chain.lines import line
from bankable.udfs.deal.chain.solved import SOLVED
from bankable.udfs.deal.measures import shown
from bankable.udfs.registry import function

FAMILY = "Whole deal"


@function(
    FAMILY,
    "What rate would pay for this loan's expected loss?",
    registry.number("rate of the bank loan a year"),
    deal=deal_param(),
)
def CLEARING_RATE(deal):
    """The least rate at which a bank's expected receipts are worth its loan at the return it requires.

    Equation
    --------
    required return d = base rate + (1 - c) margin + c guaranteed spread, c the guarantee's coverage, f its fee
    rate = c f + sum w_t [1 + d - p_t rec_t] / sum w_t (1 - p_t) - 1, w_t = (1 + d)^-t S_{t-1} B_t
    taken again and again from the base rate: default probability p, recovery rec, survival S and balance B
    are those of the loan at the rate of the pass before, until the rate moves by less than 1e-10

    Conventions
    -----------
    Default is a payment that is not made, as in DEAL_METRICS (life_default). The margin is the bank's
    return on capital and cost, over expected loss, and is not charged on what a guarantee covers.
    Fees paid in the build pay for the build. The debt is as asked or, where the deal sizes its debt,
    as sized. The passes rise from the base rate to the least rate that clears: a search from both ends
    may land on another, for the loan's worth falls where a higher rate turns a year to default.

    Errors
    ------
    #N/A where no rate up to the deal's rate_cap pays for the loss, or the bank lends nothing; as
    DEAL_METRICS for the deal.

    Source
    ------
    Break-even pricing of credit risk: Hull, Options, Futures and Other Derivatives; with constant
    probability and loss it is BREAKEVEN_SPREAD's closed form.

    See also
    --------
    DEAL_SETTLED, BREAKEVEN_SPREAD, GUARANTEE_RATE, DEAL_METRICS

    Examples
    --------
    A plant on yearly renewed orders:

    >>> round(CLEARING_RATE(EXAMPLE), 4)
    0.1055
    """
    found = float(settle.settled(deals.stack([deal]), ["clearing_rate"]).clearing_rate[0, 0])
    if math.isnan(found):
        raise cells.no_answer(
            f"no rate up to {deal.rate_cap:.0%} (rate_cap) pays for the expected loss: the loan needs"
            " less debt, more cover or a guarantee, not a higher rate."
        )
    return found


@function(
    FAMILY,
    "Which debt do the credit tests permit, and which rate clears?",
    registry.block('one row a figure: name, value ("n/a" where there is none), unit'),
    deal=deal_param(),
)
def DEAL_SETTLED(deal):
    """What is solved for a deal: the debt at which every credit test, and each alone, is met, the
    gearing of the sized loan, and the rate that clears its expected loss.

    Equation
    --------
    debt permitted = largest debt at which the tests are met; the chain is taken anew at 200 equal steps of
    gearing up to 99% of the uses, then between the last step that passes and the failing one above it
    sized gearing = the same, not above the request
    clearing rate as CLEARING_RATE, of the loan as the deal takes it

    Conventions
    -----------
    Rows: gearing of the sized loan, clearing rate, debt that all tests permit, the largest smaller
    loan that fails a test (0: none, so that every smaller loan passes too), then the debt that each
    test permits alone, in the order of CREDIT_TESTS. Rate, default, loss and reserve are those of the
    loan tried. A sizing goes down from the request, so that more gearing asked never gives less debt.
    Where no debt passes, the size is 0. The workbook takes these figures as given and proves them with
    native rows.

    Errors
    ------
    As DEAL_METRICS.

    Source
    ------
    Debt sizing to several tests at once: Yescombe, Principles of Project Finance (2nd ed. 2014).

    See also
    --------
    CLEARING_RATE, CREDIT_TESTS, DEAL_METRICS

    Examples
    --------
    A plant on yearly renewed orders, the first three rows:

    >>> for name, value, unit in DEAL_SETTLED(EXAMPLE)[:3]:
    ...     print(name, value if isinstance(value, str) else round(value, 4), unit)
    Gearing at which every test is met, not above the request 0.0 %
    Rate that clears the expected loss 0.1055 % a year
    Debt that all tests permit 0.0 $m
    """
    x = settle.settled(deals.stack([deal]), None)
    return [
        [line(key).label, shown(float(getattr(x, key)[0, 0])), line(key).unit] for key in SOLVED
    ]


__all__ = ["CLEARING_RATE", "DEAL_SETTLED", "EXAMPLE"]
