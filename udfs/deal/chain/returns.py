"""Returns of the project and of its sponsor, from financial close, with months of building before
years of operation.

An IRR solves ln(inflows) = ln(outflows), both taken to completion, by Newton's method in the log
rate g = ln(1 + irr): nearly a straight line, so that a fixed number of steps settles it or it is
n/a. Outflows of operation (a balloon, support by the sponsor) bend it: a first pass leaves them
out and ends above every rate that solves, a second comes down from there to the highest.
"""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np

from bankable.udfs.deal.chain.axes import Array, Results, axis, months, total

# the rates that are solved, by the names of their steps
RATES = {
    "project": "project_irr",
    "equity_promised": "equity_irr_promised",
    "equity_expected": "equity_irr_expected",
}
STEPS = 24
FIRST_PASS = 12  # of them, without outflows of operation
STEEPEST = 4.61  # a rate of -99%
SETTLED = 1e-10
STILL = 1e-13


def log_rate_steps(
    spent: Array, years_before: Array, flows: Array, elapsed: Array
) -> tuple[Array, Array, Array]:
    """(g after each step, residual ln(inflows / outflows) at the last, whether there is anything to
    solve).

    `spent`: outflows by month, `years_before` completion; `flows`: by operating period, either sign,
    `elapsed` years after it.
    """
    paid, received = np.maximum(-flows, 0), np.maximum(flows, 0)
    solvable = (total(received) > 0) & (total(spent) + total(paid) > 0)
    late = (total(spent) > 0) & (total(paid) > 0)
    built = 1 + np.max(np.flatnonzero(spent.any(axis=0)), initial=0)
    months = min(spent.shape[-1], -(-built // 8) * 8)  # in eights, as numpy sums: the same to a bit
    spent, years_before = spent[:, :months], years_before[:, :months]
    path, gap = np.zeros((len(flows), STEPS)), np.zeros(solvable.shape)
    parts = [
        np.broadcast_to(part, (len(flows), part.shape[-1]))
        for part in (late, spent, years_before, np.where(late, 0.0, paid), received)
    ]
    top = np.full(solvable.shape, STEEPEST)
    _newton(path, gap, np.flatnonzero(solvable), range(FIRST_PASS), top, elapsed, *parts)
    parts[3] = paid
    top = np.where(late, path[:, FIRST_PASS : FIRST_PASS + 1], STEEPEST)
    again = np.flatnonzero(solvable & (late | (np.abs(gap) > STILL)))
    _newton(path, gap, again, range(FIRST_PASS, STEPS), top, elapsed, *parts)
    return path, gap, solvable


def _newton(
    path: Array,
    gap: Array,
    going: Array,
    steps: range,
    top: Array,
    elapsed: Array,
    late: Array,
    spent: Array,
    years_before: Array,
    paid: Array,
    received: Array,
) -> None:
    """Newton's steps of the scenarios `going`, which fill `path` and `gap` from the step they stand
    at; one that has settled stays where it is.
    """
    g = path[going, steps.start : steps.start + 1]
    parts = [part[going] for part in (top, late, spent, years_before, paid, received)]
    for step in steps:
        if not going.size:
            return
        top, late, spent, years_before, paid, received = parts
        later, earlier = np.exp(-g * elapsed), np.exp(g * years_before)
        inflows, outflows, costs = received * later, paid * later, spent * earlier
        inflow, outflow = total(inflows), total(costs) + total(outflows)
        left = np.log(inflow) - np.log(outflow)
        gap[going] = left
        slope = (
            total(elapsed * inflows) / inflow
            + (total(years_before * costs) - total(elapsed * outflows)) / outflow
        )
        turn = np.where(late, np.where(left > 0, (top - g) / 2, -2 * STEEPEST), 0.0)
        move = np.where(slope > 0, left / np.where(slope > 0, slope, 1), turn)
        moved = np.clip(g + move, -STEEPEST, top)
        moves = ((np.abs(left) > STILL) & (moved != g))[:, 0]
        going, g = going[moves], moved[moves]
        path[going, step + 1 :] = g
        if not moves.all():
            parts = [part[moves] for part in parts]


def irr(steps: Array, gap: Array, solvable: Array) -> Array:
    """exp(g) - 1 where the last residual is settled, otherwise n/a."""
    return np.where(solvable & (np.abs(gap) < SETTLED), np.exp(steps[..., -1:]) - 1, np.nan)


def rows(x: SimpleNamespace, r: Results) -> None:
    """Project IRR on promised cash flow without debt; equity IRR on promised and on expected cash
    flow.
    """
    r.project_flow = r.unlevered_cfads_promised
    r.equity_paid = r.equity_draw + (r.completion_month == months(x)) * r.reserve_by_equity
    for name, spent, flows in (
        ("project", r.build_cost, r.project_flow),
        ("equity_promised", r.equity_paid, r.equity_flow_promised),
        ("equity_expected", r.equity_paid, r.equity_flow_expected),
    ):
        steps, gap, solvable = log_rate_steps(spent, r.years_before, flows, axis(x).elapsed)
        r[f"log_rate_{name}"], r[f"log_gap_{name}"] = steps, gap
        r[RATES[name]] = irr(steps, gap, solvable)
