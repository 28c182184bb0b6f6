"""Whether the rate pays for the loss: what the bank is expected to receive against what it must, and the
rate that one pass of the price asks.

The least rate at which both are equal clears the loss. It is found outside the chain, by taking the
pass again and again from the base rate (`settle`); here one pass stands, at the loan's own rate.
"""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np

from bankable.udfs.deal.chain.axes import Results, axis, pays, ratio, total


def rows(x: SimpleNamespace, r: Results) -> None:
    """Value of the bank's receipts less that of its loan, per $; what the price leaves uncovered."""
    r.required_return = (
        r.base_rate_now + (1 - x.coverage) * x.margin + x.coverage * x.guaranteed_spread
    )
    r.fee_paid = x.coverage * x.guarantee_fee
    time, n = axis(x), x.payments_per_year
    grown = 1 + r.required_return / n
    r.price_discount = grown ** -(time.elapsed * n)
    a_period = r.required_return / n if time.a_year == 1 else grown ** (n / time.a_year) - 1
    r.required_by_year = r.exposed_before * r.opening * (1 + a_period)
    r.received_in_default = r.claims - (1 - x.coverage) * r.claims_lost + r.termination_paid
    r.performing_balance = r.exposed * r.opening
    r.price_needs = total((r.required_by_year - r.received_in_default) * r.price_discount)
    r.price_base = total(r.performing_balance * r.price_discount)
    bearing = r.price_base  # the same at its interest dates, a payment's share of a year's
    if time.a_year > 1:
        due = r.performing_balance * pays(x, time)
        r.price_bearing = bearing = total(due * r.price_discount) / n
    with_interest = x.coverage * x.covers_interest * r.claims + r.termination_paid
    r.price_covered = total(with_interest * r.price_discount) / n
    r.price_pass = ratio(
        r.price_needs - r.price_base + bearing * r.fee_paid,
        bearing + r.price_covered,
    )
    r.price_excess = ratio(
        r.price_base
        + bearing * (r.bank_rate - r.fee_paid)
        + r.price_covered * r.bank_rate
        - r.price_needs,
        r.debt,
    )
    r.price_excess = np.where(r.bank_loan > 0, r.price_excess, np.nan)
    r.uncovered_by_price = np.maximum(0, -r.price_excess) * r.bank_loan
