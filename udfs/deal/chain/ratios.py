"""Cover of the debt by year and over the loan: DSCR on each view, LLCR, PLCR, the contracted share of
revenue, after the tax that the interest saves.
"""

from __future__ import annotations

from types import SimpleNamespace
from typing import NamedTuple

import numpy as np

from bankable.udfs.deal.chain.axes import (
    TOLERANCE,
    VIEWS,
    Array,
    Results,
    axis,
    least,
    nil_if_not,
    of_lender,
    previous,
    put,
    ratio,
    summed_back,
    total,
)
from bankable.udfs.deal.chain.operation import deductible_interest, tax_with_losses


def rows(x: SimpleNamespace, r: Results) -> None:
    """DSCR of the last twelve months at each payment date and on each view, LLCR and PLCR at completion.
    Before the first twelve months are over a date shows what has come since completion, and is not tested.
    """
    time, m = axis(x), axis(x).a_year
    cover = ratio(summed_back(r.cfads, m), summed_back(r.debt_service, m))
    put(r, "dscr", np.where(r.serviced > 0, cover, np.nan))
    tested = time.elapsed >= 1

    def judged(path: Array) -> Array:
        return path if m == 1 else np.where(tested, path, np.nan)

    for view in VIEWS:
        r[f"min_dscr_{view}"] = least(judged(r[f"dscr_{view}"]))
    r.lender_cfads = of_lender(x, r.cfads)
    r.lender_dscr = of_lender(x, r.dscr)
    counted = judged(r.lender_dscr)
    r.min_dscr = least(counted)
    r.at_minimum = np.where(counted <= r.min_dscr + TOLERANCE, time.elapsed, np.nan)
    r.min_dscr_year = least(r.at_minimum)
    r.avg_dscr = ratio(total(nil_if_not(counted)), total((~np.isnan(counted)).astype(float)))
    r.covenant = x.limit_min_dscr + 0.0 * time.elapsed
    n = x.payments_per_year
    r.discount_at_all_in_rate = (1 + r.all_in_rate / n) ** -(time.elapsed * n)
    r.llcr = ratio(total(r.lender_cfads * r.discount_at_all_in_rate * r.in_loan), r.debt)
    r.plcr = ratio(total(r.lender_cfads * r.discount_at_all_in_rate), r.debt)
    contracted = of_lender(x, r.contracted_volume) * r.contract_price  # as in promised revenue
    r.lender_contracted_revenue = contracted + of_lender(x, r.capacity_revenue)
    r.contracted_share = ratio(
        total(r.lender_contracted_revenue * r.in_loan), total(r.revenue_promised * r.in_loan)
    )


class LeveredTax(NamedTuple):
    """Tax with the interest of the debt, and how it comes about."""

    deducted: Array
    waiting: Array
    taxable: Array
    losses: Array
    tax: Array


def levered_tax(
    x: SimpleNamespace, earnings: Array, depreciation: Array, interest: Array
) -> LeveredTax:
    """Tax on earnings less depreciation and the interest that may be deducted; time runs along the
    last axis.
    """
    deducted, waiting = deductible_interest(
        earnings, interest, x.interest_limit_applies, x.interest_limit
    )
    taxable = earnings - depreciation - deducted
    losses, tax = tax_with_losses(taxable, x.tax_rate, x.loss_limit)
    return LeveredTax(deducted, waiting, taxable, losses, tax)


def cash_available(before_tax: Array, tax: Array) -> Array:
    """CFADS: cash before tax less tax."""
    return before_tax - tax


def levered_rows(x: SimpleNamespace, r: Results) -> None:
    """Tax with the interest of the debt used, and CFADS after it, on each view."""
    interest = np.broadcast_to(r.interest, r.earnings.shape)
    found = levered_tax(x, r.earnings, r.depreciation, interest)
    put(r, "interest_deducted", found.deducted)
    put(r, "interest_waiting", found.waiting)
    put(r, "taxable", found.taxable)
    put(r, "tax_losses", found.losses)
    put(r, "tax_losses_before", previous(found.losses))
    put(r, "tax", found.tax)
    put(r, "cfads", cash_available(r.cash_before_tax, found.tax))
