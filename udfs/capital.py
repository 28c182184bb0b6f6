"""Guarantee fees by schedule, fees turned from upfront to yearly, and the capital a bank must
hold.
"""

from __future__ import annotations

import math

import numpy as np

from bankable.udfs import cells, registry
from bankable.udfs.cells import impossible, wrong_value
from bankable.udfs.numerics import normal
from bankable.udfs.registry import function

FAMILY = "Credit support"


@function(
    FAMILY,
    "What does the guarantor charge at the start?",
    registry.figures("guaranteed amount and fee, in the unit of the loan", "guaranteed", "fee"),
    loan=cells.amount("amount of the whole loan", low=0),
    coverage=cells.probability("share of the loan that is guaranteed"),
    limits=cells.path("upper limit of each tier but the last, by the whole loan, rising", low=0),
    rates=cells.path("fee rate of each tier, one more than limits", low=0, high=1),
    top_amount=cells.amount(
        "guaranteed amount beyond which top_rate is charged, in the last tier", low=0
    ),
    top_rate=cells.rate("fee rate on the guaranteed amount beyond top_amount", low=0),
)
def GUARANTEE_FEE(loan, coverage, limits, rates, top_amount=None, top_rate=None):
    """Upfront guarantee fee by a schedule of tiers.

    Equation
    --------
    fee = rate of the loan's tier x guaranteed amount; in the last tier the part of it beyond top_amount at top_rate

    Conventions
    -----------
    The tier is found by the whole loan, the fee charged on the guaranteed part, as SBA 7(a) does.

    Errors
    ------
    #VALUE! where rates are not one more than limits, or top_amount and top_rate do not come
    together; #NUM! where limits do not rise.

    Source
    ------
    SBA 7(a) fee schedule for fiscal year 2026 as published by lenders.

    See also
    --------
    FEE_TO_ANNUAL, GUARANTEE_RATE

    Examples
    --------
    >>> [round(figure, 2) for figure in GUARANTEE_FEE(250000, 0.75, [150000, 700000], [0.02, 0.03, 0.035])]
    [187500.0, 5625.0]
    """
    if rates.size != limits.size + 1:
        raise wrong_value(
            f"rates has {rates.size} tiers and limits {limits.size}: give one rate more than"
            " limits."
        )
    if (np.diff(limits) <= 0).any():
        raise impossible("limits does not rise from tier to tier: put the smallest first.")
    if (top_amount is None) != (top_rate is None):
        raise wrong_value("top_amount and top_rate go together: give both or neither.")
    tier = int(np.searchsorted(limits, loan))
    guaranteed = coverage * loan
    beyond = (
        max(0.0, guaranteed - top_amount) if top_amount is not None and tier == limits.size else 0.0
    )
    return guaranteed, float(rates[tier]) * (guaranteed - beyond) + (top_rate or 0.0) * beyond


@function(
    FAMILY,
    "What is an upfront fee a year?",
    registry.number("rate a year on the balance"),
    upfront_fee=cells.probability("fee at the start as a share of the first balance"),
    balances=cells.path("opening balance of each year", low=0, blanks="zero"),
    rate=cells.rate("discount rate a year", low=-0.5),
)
def FEE_TO_ANNUAL(upfront_fee, balances, rate):
    """Yearly fee on the balance that is worth the same as an upfront fee.

    Equation
    --------
    fee / (sum of B_{t-1} / (1 + rate)^t / B_0)

    Conventions
    -----------
    The yearly fee is paid at year end on the opening balance. Dividing by the years instead
    understates it for a loan that is repaid.

    Errors
    ------
    #NUM! where the first balance is 0.

    Source
    ------
    Annuity algebra.

    See also
    --------
    GUARANTEE_FEE, GUARANTEE_RATE

    Examples
    --------
    >>> round(FEE_TO_ANNUAL(0.02, [100, 75, 50, 25], 0.05), 5)
    0.00881
    """
    if balances[0] == 0:
        raise impossible(
            "balances begins with 0: give the opening balance of each year, the loan first."
        )
    weight = np.sum(balances * (1 + rate) ** -np.arange(1.0, balances.size + 1)) / balances[0]
    return float(upfront_fee / weight)


@function(
    FAMILY,
    "How much capital must the bank hold?",
    registry.figures(
        "shares of exposure; correlation and maturity adjustment as used",
        "capital",
        "risk_weight",
        "correlation",
        "maturity_adjustment",
    ),
    pd=cells.probability("yearly probability of default", low=0.0001, high=0.9999),
    lgd=cells.probability("loss given default, downturn"),
    maturity=cells.number("effective maturity in years", low=1, high=5),
)
def BASEL_CAPITAL(pd, lgd, maturity=2.5):
    """Regulatory capital for unexpected loss under the internal-ratings approach to corporate
    exposures.

    Equation
    --------
    R = 0.12 w + 0.24 (1 - w), w = (1 - e^(-50 PD)) / (1 - e^(-50)); b = (0.11852 - 0.05478 ln PD)^2;
    K = LGD [N((N^-1(PD) + sqrt(R) N^-1(0.999)) / sqrt(1 - R)) - PD] (1 + (M - 2.5) b) / (1 - 1.5 b); risk weight = 12.5 K

    Conventions
    -----------
    Expected loss is left out of K: provisions carry it. Project loans without accepted PD estimates
    use slotting (CRE33) instead.

    Source
    ------
    Basel Committee, CRE31.4-31.5; check figure in CRE99: PD 1%, LGD 45%, 2.5 years: 92.32%.

    See also
    --------
    EXPECTED_LOSS, VASICEK_QUANTILE

    Examples
    --------
    >>> round(BASEL_CAPITAL(0.01, 0.45).risk_weight, 4)
    0.9232
    """
    weight = -math.expm1(-50 * pd) / -math.expm1(-50)
    correlation = 0.12 * weight + 0.24 * (1 - weight)
    adjustment = (0.11852 - 0.05478 * math.log(pd)) ** 2
    stressed = float(
        normal.cdf(
            (normal.quantile(pd) + math.sqrt(correlation) * normal.quantile(0.999))
            / math.sqrt(1 - correlation)
        )
    )
    capital = lgd * (stressed - pd) * (1 + (maturity - 2.5) * adjustment) / (1 - 1.5 * adjustment)
    return capital, 12.5 * capital, correlation, adjustment
