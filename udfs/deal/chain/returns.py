"""Returns of the project and of its sponsor, from financial close, with months of building before
years of operation.

An IRR solves ln(inflows) = ln(outflows), both taken to completion, by Newton's method in the log
rate g = ln(1 + irr): nearly a straight line, so that a fixed number of steps settles it or it is
n/a.
"""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np

from bankable.udfs.deal.chain.axes import MONTH, YEAR, Array, Results, total

# the rates that are solved, by the names of their steps
RATES = {
    "project": "project_irr",
    "equity_promised": "equity_irr_promised",
    "equity_expected": "equity_irr_expected",
}
STEPS = 12
STEEPEST = 4.61  # a rate of -99%
SETTLED = 1e-10
STILL = 1e-13


def log_rate_steps(spent: Array, years_before: Array, flows: Array) -> tuple[Array, Array, Array]:
    """(g after each step, residual ln(inflows / outflows) at the last, whether there is anything to
    solve).

    `spent`: outflows by month, `years_before` completion; `flows`: by operating year, either sign.
    """
    paid, received = np.maximum(-flows, 0), np.maximum(flows, 0)
    solvable = (total(received) > 0) & (total(spent) + total(paid) > 0)
    path, gap = np.zeros((len(flows), STEPS)), np.zeros(solvable.shape)
    going = np.flatnonzero(solvable)  # scenarios that still move; a settled one stays where it is
    g = np.zeros((going.size, 1))
    spent, years_before, paid, received = (
        np.broadcast_to(part, (len(flows), part.shape[-1]))[going]
        for part in (spent, years_before, paid, received)
    )
    for step in range(STEPS):
        path[going, step:] = g
        later, earlier = np.exp(-g * YEAR), np.exp(g * years_before)
        inflows, outflows, costs = received * later, paid * later, spent * earlier
        inflow, outflow = total(inflows), total(costs) + total(outflows)
        left = np.log(inflow) - np.log(outflow)
        gap[going] = left
        slope = (
            total(YEAR * inflows) / inflow
            + (total(years_before * costs) - total(YEAR * outflows)) / outflow
        )
        moved = np.clip(
            g + np.where(slope > 0, left / np.where(slope > 0, slope, 1), 0.0), -STEEPEST, STEEPEST
        )
        moves = ((np.abs(left) > STILL) & (moved != g))[:, 0]
        going, g = going[moves], moved[moves]
        if not going.size:
            break
        if not moves.all():
            spent, years_before, paid, received = (
                spent[moves],
                years_before[moves],
                paid[moves],
                received[moves],
            )
    return path, gap, solvable


def irr(steps: Array, gap: Array, solvable: Array) -> Array:
    """exp(g) - 1 where the last residual is settled, otherwise n/a."""
    return np.where(solvable & (np.abs(gap) < SETTLED), np.exp(steps[..., -1:]) - 1, np.nan)


def rows(x: SimpleNamespace, r: Results) -> None:
    """Project IRR on promised cash flow without debt; equity IRR on promised and on expected cash
    flow.
    """
    r.project_flow = r.unlevered_cfads_promised
    for view in ("promised", "expected"):
        r[f"equity_flow_{view}"] = (
            r[f"distribution_{view}"] - r[f"sponsor_support_{view}"] - r.balloon_paid
        )
    r.equity_paid = r.equity_draw + (r.completion_month == MONTH) * r.dsra_at_completion
    for name, spent, flows in (
        ("project", r.build_cost, r.project_flow),
        ("equity_promised", r.equity_paid, r.equity_flow_promised),
        ("equity_expected", r.equity_paid, r.equity_flow_expected),
    ):
        steps, gap, solvable = log_rate_steps(spent, r.years_before, flows)
        r[f"log_rate_{name}"], r[f"log_gap_{name}"] = steps, gap
        r[RATES[name]] = irr(steps, gap, solvable)
