"""The rate that the bank quotes at close: base rate, expected loss, margin, and what a guarantee costs.

The quote rests on the plan: debt service at the base rate, a full reserve, the contract with its
renewals and its end. A plan that cannot pay with its contract is not priced but refused: that is
counted in `default`.
"""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np

from bankable.udfs.credit import all_in_rate
from bankable.udfs.deal.chain.axes import (
    TOLERANCE,
    Results,
    at_end,
    axis,
    following,
    pays,
    previous,
    summed_ahead,
)
from bankable.udfs.deal.chain.build import grown_in_grace, level_service
from bankable.udfs.deal.chain.default import (
    does_not_reach,
    due_ahead,
    lost_with_end,
    pools_after_loss,
)
from bankable.udfs.deal.chain.inputs import CLEARING


def rows(x: SimpleNamespace, r: Results) -> None:
    """The default probability by year that the quote rests on, and the all-in rate."""
    time, n = axis(x), x.payments_per_year
    r.in_loan = (x.tenor >= time.elapsed).astype(float)
    r.repaying = r.in_loan * (x.grace_years < time.elapsed)
    rate = r.base_rate_now / n
    grown = grown_in_grace(x, rate)
    r.base_payment = r.debt * level_service(rate, x.tenor * n, x.grace_years * n, x.balloon, grown)
    in_grace = r.debt * rate * (x.grace_capitalised == 0)
    dates = r.in_loan * pays(x, time)
    r.base_service = dates * np.where(r.repaying > 0, r.base_payment, in_grace)
    r.base_reserve = x.dsra_months / 12 * summed_ahead(r.base_service, time.a_year)
    r.base_need_1, r.base_need_2, r.base_need_3 = pools_after_loss(
        x, r, r.base_service, r.in_loan, following(r.base_reserve, 0.0), prefix="base_"
    )
    r.base_hurts = due_ahead(r.base_service) * does_not_reach(
        r.base_need_1, r.base_reserve, r.base_service
    )
    r.planned_loss = lost_with_end(
        time,
        previous(r.planned_alive, 1.0) - r.planned_alive,
        r.planned_alive,
        r.contract_end_planned,
    )
    r.planned_missed = np.cumsum(r.in_loan * r.planned_loss * r.base_hurts, axis=-1)
    kept = 1 - r.planned_missed  # what rounding leaves of a certain loss is none
    r.loan_survival = (1 - x.pd_base) ** np.minimum(time.elapsed, x.tenor) * np.where(
        kept > TOLERANCE, kept, 0.0
    )
    r.loan_survives_before = previous(r.loan_survival, 1.0)
    r.pd = 1 - np.where(
        r.loan_survives_before > 0,
        r.loan_survival / np.where(r.loan_survives_before > 0, r.loan_survives_before, 1),
        1.0,
    )
    r.pd_equivalent = 1 - at_end(time, r.loan_survival, x.tenor) ** (1 / x.tenor)
    r.quoted_rate = all_in_rate(
        r.base_rate_now,
        r.pd_equivalent,
        r.lgd,
        x.coverage,
        x.guaranteed_spread,
        x.guarantee_fee,
        x.margin,
    )
    r.rate_base_part = r.base_rate_now
    r.rate_loss_part = (1 - x.coverage) * r.pd_equivalent * r.lgd
    r.rate_margin_part = (1 - x.coverage) * x.margin
    r.rate_guarantee_part = x.coverage * (x.guaranteed_spread + x.guarantee_fee)
    clears = (x.pricing == CLEARING) & ~np.isnan(r.clearing_rate)
    r.bank_rate = np.where(clears, r.clearing_rate, r.quoted_rate)
    r.all_in_rate = (
        1 - x.government_loan_share
    ) * r.bank_rate + x.government_loan_share * x.government_loan_rate
