"""Credit support: what a guarantee does to a loan's rate, what a lender recovers, what it expects to lose.

The lower-case functions are the arithmetic, over arrays with any leading axes (time or parts last); the
upper-case ones are the worksheet functions.
"""

from __future__ import annotations

import numpy as np


def all_in_rate(base_rate, pd, lgd, coverage, guaranteed_spread=0.0, guarantee_fee=0.0, margin=0.0):
    """base + (1 - coverage) (PD LGD + margin) + coverage (guaranteed spread + fee)."""
    return base_rate + (1 - coverage) * (pd * lgd + margin) + coverage * (guaranteed_spread + guarantee_fee)


def recovery_rate(values, redeployment, debt, cost_share=0.0, months=0.0, rate=0.0):
    """Share of the debt recovered: value to another user, less selling costs, discounted over the months to sell, at most 1."""
    proceeds = np.sum(np.asarray(values) * redeployment, axis=-1) * (1 - cost_share) * (1 + rate) ** (-months / 12)
    return np.minimum(1.0, proceeds / debt)
