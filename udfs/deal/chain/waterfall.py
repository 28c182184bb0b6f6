"""The cash waterfall by period: debt service and its arrears, the reserve to its target, lock-up,
distributions.
"""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np

from bankable.udfs.deal.chain.axes import (
    TOLERANCE,
    Array,
    Results,
    at_end,
    axis,
    by_period,
    following,
    least,
    nil_if_not,
    over_time,
    pays,
    summed_ahead,
)

WATERFALL = (
    "reserve_before",
    "cash_for_service",
    "costs_unpaid",
    "service_paid",
    "arrears",
    "reserve",
    "trapped",
    "distribution",
)


def rows(x: SimpleNamespace, r: Results) -> None:
    """Cash of the lender's view, and of the promised one for default and returns: debt
    service and its arrears first, then the reserve to its target, then lock-up, then distributions.
    What is unpaid is shown, not hidden in a balance. Running costs that cash flow does not carry come
    out of the same pool; the sponsor adds what he has promised, and no more.
    """
    time = axis(x)
    r.ramp_held = x.ramp_reserve * (time.up(r.ramp_years) > time.elapsed)
    next_year = summed_ahead(r.debt_service, time.a_year)
    r.dsra_at_completion = x.dsra_months / 12 * next_year[:, :1] + x.ramp_reserve
    r.dsra_target = x.dsra_months / 12 * following(next_year, 0.0) + r.ramp_held
    r.reserve_by_equity = r.dsra_at_completion - x.ramp_reserve - r.reserve_in_debt
    views = {"": r.lender_cfads, "_promised": r.cfads_promised}
    cfads = np.stack(list(views.values()))
    dscr = np.stack([r.lender_dscr, r.dscr_promised])
    lock_up = (dscr < x.lock_up_dscr - TOLERANCE) | (r.in_loan * (1 - pays(x, time)) > 0)
    lock_up = lock_up.astype(float)  # between payment dates all cash waits for the next
    support = np.minimum(x.operating_support / time.a_year, np.maximum(0, -cfads))
    dues, targets, locked = map(by_period, (r.debt_service, r.dsra_target, lock_up))
    reserve: Array = np.broadcast_to(r.dsra_at_completion, (*cfads.shape[:-1], 1))
    trapped: Array = 0.0
    arrears: Array = 0.0
    steps = []
    for t, earned in enumerate(by_period(cfads + support)):
        pool = earned + reserve + trapped
        cash = np.maximum(0, pool)
        before = reserve
        due = dues[t] + arrears
        paid = np.minimum(cash, due)
        arrears = due - paid
        reserve = np.minimum(targets[t], cash - paid)
        free = cash - paid - reserve
        trapped = free * locked[t]
        steps.append((before, cash, cash - pool, paid, arrears, reserve, trapped, free - trapped))
    paid_out = dict(zip(WATERFALL, map(over_time, zip(*steps, strict=True)), strict=True))
    for i, view in enumerate(views):
        r[f"lock_up{view}"] = lock_up[i]
        for name in WATERFALL:
            r[f"{name}{view}"] = paid_out[name][i]
        r[f"sponsor_support{view}"] = support[i]
    r.unpaid = at_end(time, r.arrears, x.tenor)
    missed = r.in_loan * (r.arrears > TOLERANCE * np.maximum(1, r.debt_service))
    r.missed = np.where(missed > 0, time.elapsed, np.nan)
    r.missed_year = nil_if_not(least(r.missed))
