"""What the loss of the contract does to the loan: default probability, recovery, rate, loss and
shortfall.
"""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np

from bankable.udfs.credit import all_in_rate, sale_proceeds
from bankable.udfs.deal.chain.axes import (
    YEAR,
    Array,
    Results,
    at_year,
    following,
    previous,
    ratio,
    total,
)

PARTS = ("shell", "power", "equipment", "tooling", "it")


def level_service(rate: Array, tenor: Array, grace: Array, balloon: Array) -> Array:
    """Yearly annuity payment per $ of debt after the grace years, with a balloon left at the
    end.
    """
    n = tenor - grace
    growth = (1 + rate) ** n
    safe = np.where(rate == 0, 1.0, growth - 1)
    return np.where(rate == 0, (1 - balloon) / n, rate * (growth - balloon) / safe)


def worst_after_loss(r: Results, service: Array, in_loan: Array) -> tuple[Array, Array, Array]:
    """(worst from year 3 after, worst from year 2 after, worst) coverage of debt service if the
    contract is lost in year t.

    Lost in year t, the plant earns remaining_1 that year, remaining_2 the next and remaining_3 from
    then on.
    """
    third = np.where(in_loan > 0, ratio(r.remaining_3, service), np.nan)
    later = np.full_like(third, np.nan)
    running = np.full_like(third[..., :1], np.nan)
    for t in range(third.shape[-1] - 1, -1, -1):
        running = np.fmin(third[..., t : t + 1], running)
        later[..., t : t + 1] = running
    later = np.where(in_loan > 0, later, np.nan)
    second = np.where(in_loan > 0, np.fmin(ratio(r.remaining_2, service), following(later)), np.nan)
    worst = np.where(in_loan > 0, np.fmin(ratio(r.remaining_1, service), following(second)), 0.0)
    return later, second, np.nan_to_num(worst)


def rows(x: SimpleNamespace, r: Results) -> None:
    """The loan's default probability by year, its loss given default and its all-in rate."""
    r.in_loan = (x.tenor >= YEAR).astype(float)
    r.repaying = r.in_loan * (x.grace_years < YEAR)
    r.base_payment = r.requested_debt * level_service(
        r.base_rate_now, x.tenor, x.grace_years, x.balloon
    )
    r.base_service = r.in_loan * np.where(
        r.repaying > 0, r.base_payment, r.requested_debt * r.base_rate_now
    )
    r.base_serviced = (r.base_service > 0).astype(float)
    r.base_later, r.base_second, r.base_worst = worst_after_loss(r, r.base_service, r.base_serviced)
    r.pd = r.in_loan * (
        1 - (1 - x.pd_base) * (1 - r.planned_lapse * (r.base_worst < 1) * r.base_serviced)
    )
    r.loan_survival = np.cumprod(1 - r.pd, axis=-1)
    r.loan_survives_before = previous(r.loan_survival, 1.0)
    r.pd_equivalent = 1 - at_year(r.loan_survival, x.tenor) ** (1 / x.tenor)
    shares = np.concatenate([getattr(x, f"{part}_share") for part in PARTS], axis=-1)
    reuse = np.concatenate([getattr(x, f"{part}_reuse") for part in PARTS], axis=-1)
    for i, part in enumerate(PARTS):
        r[f"collateral_{part}"] = r.budgeted_cost * (shares * reuse)[:, i : i + 1]
    r.collateral = r.budgeted_cost * total(shares * reuse)
    r.collateral_sold = sale_proceeds(r.collateral, x.sale_cost, x.sale_months, r.base_rate_now)
    r.recovery = np.where(
        r.requested_debt > 0, np.minimum(1, ratio(r.collateral_sold, r.requested_debt)), 1.0
    )
    r.lgd = np.maximum(x.lgd_floor, 1 - r.recovery)
    r.bank_rate = all_in_rate(
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
    r.all_in_rate = (
        1 - x.government_loan_share
    ) * r.bank_rate + x.government_loan_share * x.government_loan_rate
