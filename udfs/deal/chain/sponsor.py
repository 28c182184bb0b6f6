"""What the sponsor receives, with the contract kept and as expected over all its losses, and whether
that is the return he asks.

A loan that defaults leaves him what the collateral brings above the debt, and nothing afterwards. A
lost contract that the loan survives leaves him the cash of the market, after debt service and tax.
"""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np

from bankable.udfs.deal.chain.axes import (
    TOLERANCE,
    Array,
    Results,
    at_next_payment,
    axis,
    lagged,
    summed_back,
)


def after_loss(r: Results, m: int, lost: str, cash: str) -> Array:
    """Cash by period over all losses that the loan survives: of the year from the loss, of the next, and
    of those after it. `lost` and `cash` are the keys of their chances and of what is left; `m` periods
    are a year.
    """
    r[f"{lost}_so_far"] = np.cumsum(r[lost], axis=-1)
    this_year = summed_back(r[lost], m)
    a_year_ago = lagged(this_year, m)
    earlier = lagged(r[f"{lost}_so_far"], m) - a_year_ago
    return this_year * r[f"{cash}_1"] + a_year_ago * r[f"{cash}_2"] + earlier * r[f"{cash}_3"]


def flow_rows(x: SimpleNamespace, r: Results) -> None:
    """The sponsor's cash flow by period, promised and expected."""
    time = axis(x)
    r.equity_flow_promised = r.distribution_promised - r.sponsor_support_promised - r.balloon_paid
    r.sponsor_survival = np.where(r.debt > 0, r.own_survival, 1.0)
    r.goes_on = ((r.fails_in == 0) | (r.fails_in > time.elapsed)).astype(float)
    r.kept_on = r.goes_on * r.default_alive
    r.survives_unpaid = r.goes_on * (r.default_loss - r.lost_paid) * (1 - r.hurts)
    r.survives_paid = r.goes_on * r.lost_paid * (1 - r.paid_hurts)
    # a payment for several periods is laid by out of each of them
    due = at_next_payment(x, time, r.debt_service + r.balloon_paid)
    if time.a_year > 1:
        r.laid_by = due = due * x.payments_per_year / time.a_year
    for phase in (1, 2, 3):
        cash, kept = r[f"cash_after_loss_{phase}"], 1 - x.tax_rate
        r[f"left_{phase}"] = np.maximum(0, cash - due) * kept
        r[f"left_paid_{phase}"] = np.maximum(0, cash - r.uncovered_claim * due) * kept
    r.flow_after_loss = after_loss(r, time.a_year, "survives_unpaid", "left")
    r.flow_after_payment = after_loss(r, time.a_year, "survives_paid", "left_paid")
    r.settlement_kept = r.goes_on * r.settlement * (1 - r.paid_hurts) * (1 - x.tax_rate)
    r.left_after_debt = np.maximum(0, r.recovered - r.opening) * r.in_loan * (r.debt > 0)
    r.left_by_default = r.default_probability * np.maximum(
        0, r.left_after_debt - x.grant_clawback * x.grant
    )
    r.equity_flow_expected = (
        r.sponsor_survival
        * (
            r.kept_on * r.equity_flow_promised
            + r.flow_after_loss
            + r.flow_after_payment
            + r.settlement_kept
        )
        + r.left_by_default
    )


def decision_rows(x: SimpleNamespace, r: Results) -> None:
    """Whether the sponsor's expected return reaches his hurdle, and whether bank and sponsor both go ahead."""
    reaches = r.equity_irr_expected >= x.hurdle_irr - TOLERANCE
    r.sponsor_goes_ahead = np.where(np.isnan(r.equity_irr_expected), 0.0, reaches)
    r.bankable = r.sponsor_goes_ahead * (r.decision > 0)
