"""What the loss of the contract does to the loan's life: expected loss, and the probability that debt
service is not covered.
"""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np

from bankable.udfs.deal.chain.axes import (
    YEAR,
    Results,
    at_year,
    least,
    previous,
    ratio,
    total,
)
from bankable.udfs.deal.chain.rate import worst_after_loss


def rows(x: SimpleNamespace, r: Results) -> None:
    """Expected loss over the loan's life and the probability that debt service is not covered, in
    closed form.

    The loan was priced on the plan; a year whose debt service the plant cannot pay even with its
    contract is a default for certain.
    """
    r.pd_counted = np.where(np.nan_to_num(r.dscr_promised, nan=np.inf) < 1, r.in_loan, r.pd)
    r.performing = np.cumprod(1 - r.pd_counted, axis=-1)
    r.performing_before = previous(r.performing, 1.0)
    r.default_probability = r.performing_before * r.pd_counted
    r.life_default = total(r.default_probability)
    r.loss = r.default_probability * r.lgd * r.opening * (1 + r.base_rate_now) ** -YEAR
    r.expected_loss = total(r.loss)
    r.loss_share = ratio(r.expected_loss, r.debt)
    r.bank_loan = (1 - x.government_loan_share) * r.debt
    r.bank_loss_share = np.where(r.bank_loan > 0, (1 - x.coverage) * r.loss_share, np.nan)
    r.later, r.second, r.worst = worst_after_loss(r, r.debt_service, r.serviced)
    r.contract_kept = at_year(r.alive, x.tenor)
    r.worst_kept = np.nan_to_num(least(r.dscr_promised))
    r.shortfall_by_year = r.serviced * r.lost * (r.worst < 1)
    r.shortfall_probability = np.where(
        r.debt > 0, total(r.shortfall_by_year) + r.contract_kept * (r.worst_kept < 1), np.nan
    )
