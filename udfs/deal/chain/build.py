"""Uses of funds, month by month to completion, and the facility that pays its share of them.

Interest and fees in construction are themselves drawn, so the facility depends on itself; it does
so linearly, and two passes (without and per $ of facility) give it exactly, with no loop. The
facility is committed at financial close on the budget: an overrun, and a delay's cost, are the
sponsor's to pay.
"""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np

from bankable.udfs.deal.chain.axes import (
    TOLERANCE,
    Array,
    Results,
    by_period,
    months,
    nil_if_not,
    over_time,
    previous,
    total,
)

# Cumulative spending as a polynomial c1 u + c2 u^2 + c3 u^3 of time u: even, front-loaded,
# back-loaded, s-curve.
PROFILE_TERMS = np.array([[1.0, 0.0, 0.0], [2.0, -1.0, 0.0], [0.0, 1.0, 0.0], [0.0, 3.0, -2.0]])


def level_service(
    rate: Array, tenor: Array, grace: Array, balloon: Array, grown: Array = 1.0
) -> Array:
    """Annuity payment per $ of debt after the grace, by which it has `grown`, with a balloon left at the
    end.
    """
    n = tenor - grace
    growth = (1 + rate) ** n
    level = growth == 1  # no rate, or one too small to tell
    safe = np.where(level, 1.0, growth - 1)
    return np.where(level, (grown - balloon) / n, rate * (growth * grown - balloon) / safe)


def grown_in_grace(x: SimpleNamespace, rate: Array) -> Array:
    """What $1 of debt has become when the grace is over, `rate` being that of one payment: 1 where its
    interest is paid.
    """
    payments = x.grace_years * x.payments_per_year
    return np.where(x.grace_capitalised > 0, (1 + rate) ** payments, 1.0)


def budgeted_cost(capex: Array, contingency: Array) -> Array:
    """Plant and building as planned: capex x (1 + contingency)."""
    return capex * (1 + contingency)


def hard_cost(budgeted: Array, overrun: Array) -> Array:
    """Plant and building as they come: the budget x (1 + overrun)."""
    return budgeted * (1 + overrun)


def build_progress(month: Array, build_months: Array) -> Array:
    """Share of the planned build time gone by the end of month m: u = min(1, m / build_months)."""
    return np.minimum(1, month / build_months)


def spend_cumulative(u: Array, c1: Array, c2: Array, c3: Array) -> Array:
    """Share of hard cost spent by the end of month m: c1 u + c2 u^2 + c3 u^3."""
    return u * (c1 + u * (c2 + u * c3))


def delay_cost(
    month: Array, build_months: Array, completion_month: Array, cost: Array, damages: Array
) -> Array:
    """Holding cost less delay damages, in the months after the planned completion."""
    return (cost - damages) * (build_months < month) * (completion_month >= month)


def two_pass_facility(
    cost: Array,
    in_build: Array,
    gearing: Array,
    rate: Array,
    fee: Array,
    upfront: Array,
    timing: Array,
) -> dict[str, Array]:
    """The facility whose draws pay `gearing` of all uses, interest and fees included.

    balance_0: without fees on the facility; balance_1: per $ of facility.
    """
    longest = int(np.max(total(in_build)))  # nothing is drawn once the build is over
    drawn, lent = gearing * cost, gearing * in_build
    balances, slopes = by_period(drawn), by_period(np.broadcast_to(lent, drawn.shape))
    balance: Array = 0.0
    slope: Array = 0.0
    for m, (draw, on) in enumerate(zip(balances, slopes, strict=True)):
        if m < longest:
            balance, slope = (
                balance + draw + on * (rate * (balance + timing * draw) - fee * balance),
                slope + on * (rate * slope + fee * (1 - slope) + upfront * (m == 0)),
            )
        balances[m], slopes[m] = balance, slope
    return {"balance_0": over_time(balances), "balance_1": over_time(slopes)}


def facility(
    passes: dict[str, Array], gearing: Array, at_completion: Array, per_dollar: Array
) -> Array:
    """The facility from its two passes, when uses of `at_completion`, and `per_dollar` of the facility,
    fall on the day of completion.
    """
    first, slope = passes["balance_0"][..., -1:], passes["balance_1"][..., -1:]
    return (first + gearing * at_completion) / (1 - slope - gearing * per_dollar)


def service_of_year_1(x: SimpleNamespace, rate: Array) -> Array:
    """First year's debt service per $ of debt, level after grace: what a reserve is sized on."""
    n, grace = x.payments_per_year, x.grace_years
    level = n * level_service(rate / n, x.tenor * n, grace * n, x.balloon)
    return np.where(grace > 0, rate * (x.grace_capitalised == 0), level)


def rows(x: SimpleNamespace, r: Results) -> None:
    """The building's cost by month, and the rate at which it is lent for."""
    month = months(x)
    r.completion_month = x.build_months + x.delay_months
    r.budgeted_cost = budgeted_cost(x.capex, x.contingency)
    r.hard_cost = hard_cost(r.budgeted_cost, x.overrun)
    for n, terms in enumerate(PROFILE_TERMS.T, start=1):
        r[f"profile_{n}"] = terms[x.spend_profile.astype(int)]
    r.in_build = (r.completion_month >= month).astype(float)
    r.build_progress = build_progress(month, x.build_months)
    r.spend_cumulative = spend_cumulative(r.build_progress, r.profile_1, r.profile_2, r.profile_3)
    r.spend_share = r.spend_cumulative - previous(r.spend_cumulative)
    r.plant_spend = r.hard_cost * r.spend_share
    r.delay_spend = delay_cost(
        month, x.build_months, r.completion_month, x.delay_cost, x.delay_damages
    )
    r.grant_draw = x.grant * r.spend_share
    r.owner_spend = x.owner_cost * r.spend_share
    r.build_cost = r.plant_spend + r.owner_spend + r.delay_spend - r.grant_draw
    r.tax_base = total(r.build_cost)
    r.years_before = np.maximum(0, r.completion_month - month) / 12
    r.base_rate_now = x.base_rate + x.base_rate_shock * (1 - x.hedge_ratio)
    r.construction_rate = r.base_rate_now + x.construction_margin
    r.in_plan = (x.build_months >= month).astype(float)
    r.planned_cost = r.budgeted_cost * r.spend_share + r.owner_spend - r.grant_draw
    r.put_in = x.ramp_reserve + x.opening_working_capital


def drawdown_rows(x: SimpleNamespace, r: Results) -> None:
    """The facility requested, and the one at the gearing used (the requested, or less where the debt is
    sized), drawn month by month.
    """
    rate, fee, month = r.construction_rate / 12, x.commitment_fee / 12, months(x)

    def drawn(gearing: Array) -> dict[str, Array]:
        return two_pass_facility(
            r.planned_cost, r.in_plan, gearing, rate, fee, x.upfront_fee, x.draw_timing
        )

    requested = drawn(x.gearing)
    r.reserve_per_debt = (
        x.reserve_in_uses * x.dsra_months / 12 * service_of_year_1(x, r.construction_rate)
    )
    r.requested_balance_0, r.requested_balance_1 = requested["balance_0"], requested["balance_1"]
    r.requested_debt = facility(requested, x.gearing, r.put_in, r.reserve_per_debt)
    sized = nil_if_not(r.sized_gearing)
    r.gearing_used = np.where(x.size_debt > 0, np.minimum(x.gearing, sized), x.gearing)
    used = drawn(r.gearing_used) if (r.gearing_used != x.gearing).any() else requested
    r.balance_0, r.balance_1 = used["balance_0"], used["balance_1"]
    r.debt = facility(used, r.gearing_used, r.put_in, r.reserve_per_debt)
    r.reserve_in_debt = r.reserve_per_debt * r.debt
    r.completion_uses = (x.build_months == month) * (r.put_in + r.reserve_in_debt)
    r.balance = (
        r.balance_0 + r.debt * r.balance_1 + r.gearing_used * np.cumsum(r.completion_uses, axis=-1)
    )
    opening = previous(r.balance)
    r.idc = r.in_build * rate * (opening + x.draw_timing * r.gearing_used * r.planned_cost)
    r.build_fees = r.in_build * (fee * (r.debt - opening) + (month == 1) * x.upfront_fee * r.debt)
    r.uses = r.build_cost + r.idc + r.build_fees + r.completion_uses
    r.debt_draw = r.balance - opening
    r.equity_draw = r.uses - r.debt_draw
    r.total_idc = total(r.idc)
    r.total_fees = total(r.build_fees)
    r.total_uses = total(r.uses)
    r.plant_cost = total(r.plant_spend + r.delay_spend)
    r.budgeted_uses = total(r.planned_cost + r.idc * r.in_plan + r.build_fees + r.completion_uses)
    r.sponsor_extra = total(r.build_cost - r.planned_cost + r.idc * (1 - r.in_plan))
    r.sponsor_equity = r.total_uses - r.debt
    r.completion_limit = x.completion_support * (x.capex * x.contingency + r.budgeted_uses - r.debt)
    r.build_stops = (r.sponsor_extra > r.completion_limit + TOLERANCE).astype(float)
