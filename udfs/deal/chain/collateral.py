"""What the plant is worth to another user when the loan defaults, and the loss that this leaves: on the
debt at completion, and by year on the balance then outstanding.

Each part of the plant ages in a straight line over its economic life; what the reserve and lock-up
hold is pledged with it.
"""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np

from bankable.udfs.credit import sale_proceeds
from bankable.udfs.deal.chain.axes import Array, Axis, Results, axis, nil_if_not, ratio, total

PARTS = ("shell", "power", "equipment", "tooling", "it")


def life_left(time: Axis, life: Array) -> Array:
    """Share of a part's value that is left t years after completion: max(0, 1 - t / life)."""
    return np.maximum(0, 1 - time.elapsed / life)


def loss_given_default(recovered: Array, owed: Array, floor: Array) -> Array:
    """One less what is recovered of the debt owed, at least the bank's floor; the floor where nothing is
    owed.
    """
    share = np.where(owed > 0, np.minimum(1, nil_if_not(ratio(recovered, owed))), 1.0)
    return np.maximum(floor, 1 - share)


def rows(x: SimpleNamespace, r: Results) -> None:
    """Value to another user as built, sold at completion, and the loss given default on that day."""
    for part in PARTS:
        reused = getattr(x, f"{part}_share") * getattr(x, f"{part}_reuse")
        r[f"collateral_{part}"] = r.budgeted_cost * reused
    r.collateral = sum(r[f"collateral_{part}"] for part in PARTS)
    r.collateral_sold = sale_proceeds(r.collateral, x.sale_cost, x.sale_months, r.base_rate_now)
    r.recovery = np.where(r.debt > 0, np.minimum(1, ratio(r.collateral_sold, r.debt)), 1.0)
    r.lgd = loss_given_default(r.collateral_sold, r.debt, x.lgd_floor)


def yearly_rows(x: SimpleNamespace, r: Results) -> None:
    """Value of the aged plant by period, and loss given default on the balance at its start."""
    time = axis(x)
    aged = sum(
        r[f"collateral_{part}"] * life_left(time, getattr(x, f"{part}_life")) for part in PARTS
    )
    r.collateral_aged = aged * (1 + x.collateral_growth) ** time.elapsed
    r.collateral_sold_by_year = sale_proceeds(
        r.collateral_aged, x.sale_cost, x.sale_months, r.base_rate_now
    )
    r.pledged_pool = x.reserve_pledged * r.pool_before
    r.recovered = r.in_loan * (r.collateral_sold_by_year + r.pledged_pool)
    r.lgd_by_year = r.in_loan * loss_given_default(r.recovered, r.opening, x.lgd_floor)
    r.lgd_paid = r.in_loan * loss_given_default(
        r.recovered, r.uncovered_claim * r.opening, x.lgd_floor
    )
    r.claims = r.opening * (r.default_unpaid + r.default_paid * r.uncovered_claim)
    r.claims_lost = r.opening * (
        r.default_unpaid * r.lgd_by_year + r.default_paid * r.uncovered_claim * r.lgd_paid
    )
    r.lgd_average = ratio(total(r.claims_lost), total(r.claims))
