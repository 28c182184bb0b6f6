"""What a deal's public support asks of the budget year by year: the outlays expected, the authority to
be recorded, and what is due if the contract ends. Appropriators see years, not present values.

Every figure is a row of the chain or a sum of such rows; the whole deal is run once.
"""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np

from bankable.udfs import cells, registry
from bankable.udfs.deal import chain
from bankable.udfs.deal.block import EXAMPLE, deal_param
from bankable.udfs.deal.chain.axes import YEARS, axis
from bankable.udfs.deal.chain.public import liability_on_ending
from bankable.udfs.deal.measures import runs, variants
from bankable.udfs.registry import function

FAMILY = "Public cost"
GOODS = "Goods bought under the promise"
CLAIMS = "Guarantee: claims less recoveries"
FEES = "Guarantee: fees received"
LOAN = "Government loan: lent, less repaid"
ENDED = "Termination payments"
GIVEN = "Grant and equity, less what comes back"
NET = "Net outlay expected"
AUTHORITY = "Budget authority to be recorded"
LIABILITY = "Due if the contract ended that year"
ROWS = (GOODS, CLAIMS, FEES, LOAN, ENDED, GIVEN, NET, AUTHORITY, LIABILITY)


def by_year(x: SimpleNamespace, r: chain.Results) -> dict[str, np.ndarray]:
    """The rows of each deal in $ million, shape (deals, 1 + YEARS): completion first, then each year of
    operation.
    """
    size, time, n = len(r.debt), axis(x), x.payments_per_year

    def from_start(at_completion: np.ndarray | float, later: np.ndarray | float) -> np.ndarray:
        first, rest = (
            np.broadcast_to(at_completion, (size, 1)),
            np.broadcast_to(time.of_years(later), (size, YEARS)),
        )
        return np.concatenate([first, rest], axis=1) + 0.0  # no -0

    paid = {
        GOODS: from_start(0, r.offtake_paid),
        CLAIMS: from_start(0, r.guarantee_claims - r.guarantee_recoveries),
        FEES: from_start(0, -r.guarantee_fees),
        LOAN: from_start(x.government_loan_share * r.debt, -r.loan_repaid),
        ENDED: from_start(0, r.public_buyer * r.termination_paid * (1 + r.all_in_rate / n)),
        GIVEN: from_start(
            x.grant + r.equity_bought,
            -r.grant_returned - x.public_equity * r.equity_flow_expected,
        ),
    }
    # a promise with full faith is recorded whole when it is signed; one subject to appropriation
    # year by year, with what its end would cost at the start
    yearly = r.subject_to_appropriation > 0
    ending = liability_on_ending(
        r.ceiling_due,
        x.termination_cover * r.opening * (1 + r.all_in_rate / n),
        x.authority_adds,
    )
    left = np.cumsum(r.offtake_promise[..., ::-1], axis=-1)[..., ::-1]
    due = r.public_buyer * (r.in_public_offtake > 0) * np.where(yearly, ending, left)
    return paid | {
        NET: np.sum(list(paid.values()), axis=0),
        AUTHORITY: from_start(r.budget_authority, yearly * r.offtake_promise),
        LIABILITY: np.concatenate([np.zeros((size, 1)), due[:, :: time.a_year]], axis=1) + 0.0,
    }


@function(
    FAMILY,
    "What does the support ask of the budget, year by year?",
    registry.block(
        "under a heading of years, completion first: goods bought, guarantee claims and fees, government"
        " loan, termination payments, grant and equity, net outlay, budget authority, and what is due if"
        " the contract ended"
    ),
    deal=deal_param(),
    plants=cells.number(
        "plants of this kind, all alike and completed together; left out: one", low=0
    ),
    first_year=cells.count(
        "fiscal year of completion, for the heading; left out: years are counted from completion",
        high=9999,
    ),
)
def PUBLIC_YEARS(deal, plants=1.0, first_year=0):
    """The outlays that a deal's support is expected to need in each year, the budget authority to be
    recorded, and what would be due if the contract ended.

    Equation
    --------
    net outlay_t = goods bought + claims - recoveries - fees - loan repaid + termination payments
    - grant and equity returned, t >= 1; at completion: loan lent + grant + equity bought
    sum of net outlay_t / (1 + Treasury rate)^t - worth of the goods = public cost, without equity

    Conventions
    -----------
    In $ million, undiscounted, expected: each weighted with its probability; the first column of figures is
    completion, each later one an operating year, counted by first_year where it is given. What is
    bought is worth something to the buyer and is not deducted here: appropriators see what is paid.
    Authority: at completion the cost of guarantee and loan under credit rules (never below nil), grant and
    equity at face, and of an offtake the whole promise where it has full faith; where it is subject to
    appropriation the larger of cancellation ceiling and termination payment (their sum with
    authority_adds), and then each year's promised price. Due if the contract ended: what is left of a
    promise with full faith; else the ceiling or the termination payment of that year's balance. The rows
    of authority and liability are no expectations, and never to be added to the outlays. plants
    multiplies every row.

    Errors
    ------
    As DEAL_METRICS for the deal.

    Source
    ------
    2 USC 661a (cost of credit); FAR 17.1 (cancellation ceiling).

    See also
    --------
    DEAL_METRICS, CREDIT_SUBSIDY, LOAN_SUBSIDY

    Examples
    --------
    A guarantee of half the debt:

    >>> for row in PUBLIC_YEARS([*EXAMPLE, ["coverage", 0.5]])[:4]:
    ...     print([round(cell, 3) if isinstance(cell, float) else cell for cell in row[:4]])
    ['$m', 0.0, 1.0, 2.0]
    ['Goods bought under the promise', 0.0, 0.0, 0.0]
    ['Guarantee: claims less recoveries', 0.0, 1.138, 10.902]
    ['Guarantee: fees received', 0.0, -1.293, -1.191]
    """
    x = variants(deal, {})
    [r] = runs(x)
    rows = by_year(x, r)
    years = [float(first_year + t) for t in range(1 + YEARS)]
    return [["$m", *years], *([name, *(plants * rows[name][0]).tolist()] for name in ROWS)]


__all__ = ["EXAMPLE", "PUBLIC_YEARS", "ROWS", "by_year"]
