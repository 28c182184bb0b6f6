"""Returns of the project and of its sponsor, from financial close, with months of building before years of operation.

An IRR solves ln(inflows) = ln(outflows), both taken to completion, by Newton's method in the log rate
g = ln(1 + irr): nearly a straight line, so that a fixed number of steps settles it or it is n/a.
"""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np

from udfs.chain.axes import MONTH, YEAR, Array, Results, total

STEPS = 12
STEEPEST = 1.5
SETTLED = 1e-10


def log_rate_steps(spent: Array, years_before: Array, flows: Array) -> tuple[Array, Array, Array]:
    """(g after each step, residual ln(inflows / outflows) at the last, whether there is anything to solve).

    `spent`: outflows by month, `years_before` completion; `flows`: by operating year, either sign.
    """
    paid, received = np.maximum(-flows, 0), np.maximum(flows, 0)
    solvable = (total(received) > 0) & (total(spent) + total(paid) > 0)
    g = np.zeros(solvable.shape)
    path = []
    gap = np.zeros_like(g)
    for _ in range(STEPS):
        later, earlier = np.exp(-g * YEAR), np.exp(g * years_before)
        inflow, outflow = total(received * later), total(spent * earlier) + total(paid * later)
        gap = np.log(np.where(solvable, inflow, 1)) - np.log(np.where(solvable, outflow, 1))
        slope_in = total(YEAR * received * later) / np.where(solvable, inflow, 1)
        slope_out = (total(years_before * spent * earlier) - total(YEAR * paid * later)) / np.where(solvable, outflow, 1)
        slope = slope_in + slope_out
        step = np.where(solvable & (slope > 0), gap / np.where(slope > 0, slope, 1), 0.0)
        path.append(g)
        g = np.clip(g + step, -STEEPEST, STEEPEST)
    return np.concatenate(path, axis=-1), gap, solvable


def irr(steps: Array, gap: Array, solvable: Array) -> Array:
    """exp(g) - 1 where the last residual is settled, otherwise n/a."""
    return np.where(solvable & (np.abs(gap) < SETTLED), np.exp(steps[..., -1:]) - 1, np.nan)


def rows(x: SimpleNamespace, r: Results) -> None:
    """Project IRR on promised cash flow without debt; equity IRR on promised and on expected cash flow."""
    years_before = np.maximum(0, r.completion_month - MONTH) / 12
    r.years_before = years_before
    r.project_flow = r.unlevered_cfads_promised
    last = x.tenor == YEAR
    for view in ("promised", "expected"):
        r[f"equity_flow_{view}"] = np.maximum(0, r[f"cfads_{view}"] - r.debt_service) - r.balloon_paid + last * r.dsra_target
    r.equity_paid = r.equity_draw + (r.completion_month == MONTH) * r.dsra_target
    for name, spent, flows in (
        ("project", r.build_cost, r.project_flow),
        ("equity_promised", r.equity_paid, r.equity_flow_promised),
        ("equity_expected", r.equity_paid, r.equity_flow_expected),
    ):
        steps, gap, solvable = log_rate_steps(spent, years_before, flows)
        r[f"log_rate_{name}"], r[f"log_gap_{name}"] = steps, gap
        r[f"irr_{name}"] = irr(steps, gap, solvable)
