"""What defaults cost: expected loss over the loan's life, the bank's share of it, and coverage after a
lost contract.
"""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np

from bankable.udfs.deal.chain.axes import (
    Array,
    Axis,
    Results,
    at_end,
    axis,
    following,
    least_ahead,
    nil_if_not,
    ratio,
    total,
)


def worst_after_loss(
    time: Axis, r: Results, service: Array, in_loan: Array
) -> tuple[Array, Array, Array]:
    """(worst from year 3 after, worst from year 2 after, worst) coverage of debt service if the
    contract is lost in period t.

    From then on the plant earns remaining_1 for a year, remaining_2 for the next and remaining_3
    after it. `service`: debt service at the rate at which a period's cash is to cover it.
    """
    m = time.a_year
    third = np.where(in_loan > 0, ratio(r.remaining_3, service), np.nan)
    if m > 1:
        r.covered_after_3 = third
    worst_ahead = np.fmin.accumulate(third[..., ::-1], axis=-1)[..., ::-1]
    later = np.where(in_loan > 0, worst_ahead, np.nan)

    def with_year(phase: int, after: Array) -> Array:
        """Worst of the coverage in that year after the loss and of what comes after the year."""
        covered = ratio(r[f"remaining_{phase}"], service)
        if m > 1:
            r[f"covered_after_{phase}"] = covered = np.where(in_loan > 0, covered, np.nan)
        return np.fmin(least_ahead(covered, m), following(after, np.nan, m))

    second = np.where(in_loan > 0, with_year(2, later), np.nan)
    worst = np.where(in_loan > 0, with_year(1, second), 0.0)
    return later, second, nil_if_not(worst)


def rows(x: SimpleNamespace, r: Results) -> None:
    """Expected loss over the loan's life, and coverage if the contract is lost in a year."""
    time = axis(x)
    r.loss = r.claims_lost * (1 + r.base_rate_now) ** -time.elapsed
    r.expected_loss = total(r.loss)
    r.loss_share = ratio(r.expected_loss, r.debt)
    r.bank_loan = (1 - x.government_loan_share) * r.debt
    r.bank_loss_share = np.where(r.bank_loan > 0, (1 - x.coverage) * r.loss_share, np.nan)
    r.at_risk = r.exposed_before * r.opening / time.a_year * (1 + r.base_rate_now) ** -time.elapsed
    r.balance_at_risk = total(r.at_risk)
    r.bank_loss_rate = np.where(
        r.bank_loan > 0, (1 - x.coverage) * ratio(r.expected_loss, r.balance_at_risk), np.nan
    )
    r.later, r.second, r.worst = worst_after_loss(
        time, r, r.debt_service * x.payments_per_year / time.a_year, r.serviced
    )
    r.contract_kept = at_end(time, r.alive, x.tenor)
