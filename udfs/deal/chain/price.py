"""Whether the rate pays for the loss: what the bank is expected to receive against what it must, and the
rate that one pass of the price asks.

The least rate at which both are equal clears the loss. It is found outside the chain, by taking the
pass again and again from the base rate (`settle`); here one pass stands, at the loan's own rate.
"""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np

from bankable.udfs.deal.chain.axes import YEAR, Results, ratio, total


def rows(x: SimpleNamespace, r: Results) -> None:
    """Value of the bank's receipts less that of its loan, per $; what the price leaves uncovered."""
    r.required_return = (
        r.base_rate_now + (1 - x.coverage) * x.margin + x.coverage * x.guaranteed_spread
    )
    r.fee_paid = x.coverage * x.guarantee_fee
    r.price_discount = (1 + r.required_return) ** -YEAR
    r.required_by_year = r.exposed_before * r.opening * (1 + r.required_return)
    r.received_in_default = r.claims - (1 - x.coverage) * r.claims_lost + r.termination_paid
    r.performing_balance = r.exposed * r.opening
    r.price_needs = total((r.required_by_year - r.received_in_default) * r.price_discount)
    r.price_base = total(r.performing_balance * r.price_discount)
    with_interest = x.coverage * x.covers_interest * r.claims + r.termination_paid
    r.price_covered = total(with_interest * r.price_discount)
    r.price_pass = ratio(
        r.price_needs - r.price_base * (1 - r.fee_paid), r.price_base + r.price_covered
    )
    r.price_excess = ratio(
        r.price_base * (1 + r.bank_rate - r.fee_paid)
        + r.price_covered * r.bank_rate
        - r.price_needs,
        r.debt,
    )
    r.price_excess = np.where(r.bank_loan > 0, r.price_excess, np.nan)
    r.uncovered_by_price = np.maximum(0, -r.price_excess) * r.bank_loan
