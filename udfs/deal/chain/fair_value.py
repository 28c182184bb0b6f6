"""The fair value of the government's credit, beside its cost under federal credit rules: defaults come in
bad times, and an investor asks for that.

Cumulative default probabilities are shifted by the market price of risk (Wang transform), never the
yearly ones: shifted year by year, ten years at 1% would add up to far more.
"""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np

from bankable.udfs.deal.chain.axes import TOLERANCE, Array, Results, axis, previous, total
from bankable.udfs.numerics import normal


def shifted(probability: Array, shift: Array) -> Array:
    """N(N^-1(p) + shift) for 0 < p < 1; 0 and 1 stay."""
    inner = (probability > 0) & (probability < 1)
    moved = normal.cdf(normal.quantile(np.where(inner, probability, 0.5)) + shift)
    return np.where(inner, moved, np.clip(probability, 0, 1))


def rows(x: SimpleNamespace, r: Results) -> None:
    """Guarantee and government loan on defaults as the market prices them."""
    r.defaulted = 1 - r.performing
    r.defaulted_priced = shifted(r.defaulted, x.market_price_of_risk * np.sqrt(axis(x).elapsed))
    step = r.defaulted - previous(r.defaulted)
    known = step > TOLERANCE
    r.default_weight = np.where(
        known,
        (r.defaulted_priced - previous(r.defaulted_priced)) / np.where(known, step, 1),
        0.0,
    )
    kept = r.performing > TOLERANCE
    r.kept_weight = np.where(kept, (1 - r.defaulted_priced) / np.where(kept, r.performing, 1), 0.0)
    r.kept_before = previous(r.kept_weight, 1.0)

    r.fair_guarantee = total(
        (
            (r.guarantee_claims - r.guarantee_recoveries) * r.default_weight
            - r.guarantee_fees * r.kept_before
        )
        * r.treasury_discount
    )
    lent = x.government_loan_share
    due = r.loan_due
    prepaid = lent * r.termination_paid * (1 + x.government_loan_rate / x.payments_per_year)
    r.fair_repaid = (
        r.exposed * due * r.kept_weight
        + lent * (r.claims - r.claims_lost) * r.default_weight
        + prepaid * r.kept_before
    )
    r.fair_loan = lent * r.debt - total(r.fair_repaid * r.treasury_discount)
    r.credit_cost = r.guarantee_cost + r.loan_cost
    r.fair_credit_cost = r.fair_guarantee + r.fair_loan
