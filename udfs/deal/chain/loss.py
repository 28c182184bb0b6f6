"""What defaults cost: expected loss over the loan's life, the bank's share of it, and coverage after a
lost contract.
"""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np

from bankable.udfs.deal.chain.axes import (
    YEAR,
    Array,
    Results,
    at_year,
    following,
    nil_if_not,
    ratio,
    total,
)


def worst_after_loss(r: Results, service: Array, in_loan: Array) -> tuple[Array, Array, Array]:
    """(worst from year 3 after, worst from year 2 after, worst) coverage of debt service if the
    contract is lost in year t.

    Lost in year t, the plant earns remaining_1 that year, remaining_2 the next and remaining_3 from
    then on.
    """
    third = np.where(in_loan > 0, ratio(r.remaining_3, service), np.nan)
    worst_ahead = np.fmin.accumulate(third[..., ::-1], axis=-1)[..., ::-1]
    later = np.where(in_loan > 0, worst_ahead, np.nan)
    second = np.where(in_loan > 0, np.fmin(ratio(r.remaining_2, service), following(later)), np.nan)
    worst = np.where(in_loan > 0, np.fmin(ratio(r.remaining_1, service), following(second)), 0.0)
    return later, second, nil_if_not(worst)


def rows(x: SimpleNamespace, r: Results) -> None:
    """Expected loss over the loan's life, and coverage if the contract is lost in a year."""
    r.loss = r.claims_lost * (1 + r.base_rate_now) ** -YEAR
    r.expected_loss = total(r.loss)
    r.loss_share = ratio(r.expected_loss, r.debt)
    r.bank_loan = (1 - x.government_loan_share) * r.debt
    r.bank_loss_share = np.where(r.bank_loan > 0, (1 - x.coverage) * r.loss_share, np.nan)
    r.at_risk = r.exposed_before * r.opening * (1 + r.base_rate_now) ** -YEAR
    r.balance_at_risk = total(r.at_risk)
    r.bank_loss_rate = np.where(
        r.bank_loan > 0, (1 - x.coverage) * ratio(r.expected_loss, r.balance_at_risk), np.nan
    )
    r.later, r.second, r.worst = worst_after_loss(r, r.debt_service, r.serviced)
    r.contract_kept = at_year(r.alive, x.tenor)
