"""Debt capacity, the schedule of the debt used, its ratios, and the cash waterfall on the lender's
view.
"""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np

from bankable.udfs.deal.chain.axes import (
    TOLERANCE,
    Array,
    Results,
    axis,
    by_period,
    least,
    nil_if_not,
    of_lender,
    over_time,
    payment_number,
    pays,
    previous,
    put,
    ratio,
    since_payment,
    summed_back,
    total,
)
from bankable.udfs.deal.chain.build import grown_in_grace, level_service
from bankable.udfs.deal.chain.inputs import SCULPTED
from bankable.udfs.deal.chain.ratios import LeveredTax, cash_available, levered_tax

ANNUITY, EQUAL = 0, 1
SCULPT_PASSES = 3


def capacity_rows(x: SimpleNamespace, r: Results) -> None:
    """What each view's CFADS carries at the target DSCR, in the profile asked."""
    time, n = axis(x), x.payments_per_year
    rate, number = r.all_in_rate / n, payment_number(x, time)
    r.discount_after_grace = r.repaying * (1 + rate) ** -(number - x.grace_years * n)
    r.grown_in_grace = grown_in_grace(x, rate)
    left = x.balloon * (1 + rate) ** -((x.tenor - x.grace_years) * n)
    r.balloon_discount = r.grown_in_grace - left
    earned = since_payment(x, time, r.unlevered_cfads)
    put(r, "carried", np.maximum(0, earned) / x.limit_min_dscr * r.discount_after_grace)
    put(r, "capacity", total(r.carried) / r.balloon_discount)

    r.lender_unlevered_cfads = of_lender(x, r.unlevered_cfads)
    grown = r.grown_in_grace
    r.unit_instalment = (grown - x.balloon) / ((x.tenor - x.grace_years) * n)
    repaid = np.maximum(0, number - 1 - x.grace_years * n)
    r.unit_opening = r.in_loan * (grown - r.unit_instalment * repaid)
    r.unit_payment = level_service(rate, x.tenor * n, x.grace_years * n, x.balloon, grown)
    level = np.where(
        x.repayment == EQUAL, r.unit_opening * rate + r.unit_instalment, r.unit_payment
    )
    in_grace = rate * (x.grace_capitalised == 0)
    r.unit_service = r.in_loan * pays(x, time) * np.where(r.repaying > 0, level, in_grace)
    a_year, tested = time.a_year, (time.elapsed >= 1) & (r.unit_service > 0)
    carried = ratio(
        summed_back(r.lender_unlevered_cfads, a_year), summed_back(r.unit_service, a_year)
    )
    r.carried_by_year = np.where(tested, carried, np.nan)
    r.level_capacity = np.maximum(0, least(r.carried_by_year)) / x.limit_min_dscr
    sculpted = np.take_along_axis(r.capacity, x.lender_view.astype(int)[None], axis=0)[0]
    r.lender_capacity = np.where(x.repayment == SCULPTED, sculpted, r.level_capacity)
    r.headroom = r.lender_capacity - r.requested_debt


def sculpt_rows(x: SimpleNamespace, r: Results) -> None:
    """Sculpted service in three passes: on CFADS taxed as if there were no debt, then twice on CFADS
    after the interest of the pass before; cover is then the same in every year.
    """
    earnings, before_tax = of_lender(x, r.earnings), of_lender(x, r.cash_before_tax)
    sculpted = (r.profile_used == SCULPTED).any()
    time = axis(x)
    base = np.maximum(0, since_payment(x, time, r.lender_unlevered_cfads))
    for n in range(1, SCULPT_PASSES + 1):
        r[f"sculpt_base_{n}"] = base
        r[f"sculpt_worth_{n}"] = total(base * r.discount_after_grace)
        dscr = np.where(
            r.profile_used == SCULPTED,
            ratio(r[f"sculpt_worth_{n}"], r.debt * r.balloon_discount),
            np.nan,
        )
        r[f"sculpt_dscr_{n}"] = dscr
        service = r[f"sculpt_service_{n}"] = r.repaying * nil_if_not(ratio(base, dscr))
        if n == SCULPT_PASSES:
            break
        r[f"sculpt_opening_{n}"], r[f"sculpt_interest_{n}"] = interest_on(x, r, service)
        interest = r[f"sculpt_interest_{n}"]
        found = (
            levered_tax(x, earnings, r.depreciation, interest)
            if sculpted
            else tax_without_debt(x, r, interest)
        )
        r[f"sculpt_deducted_{n}"], r[f"sculpt_waiting_{n}"] = found.deducted, found.waiting
        r[f"sculpt_taxable_{n}"] = found.taxable
        r[f"sculpt_losses_{n}"], r[f"sculpt_losses_before_{n}"] = (
            found.losses,
            previous(found.losses),
        )
        r[f"sculpt_tax_{n}"] = found.tax
        cash = cash_available(before_tax, found.tax)
        if time.a_year > 1:
            r[f"sculpt_cash_{n + 1}"] = cash
        base = np.maximum(0, since_payment(x, time, cash))
    r.sculpted_dscr, r.sculpted_service = dscr, service


def tax_without_debt(x: SimpleNamespace, r: Results, nil: Array) -> LeveredTax:
    """Tax of the lender's view where no loan is sculpted, and so none bears the interest of one."""
    rows = (r.unlevered_taxable, r.unlevered_losses, r.unlevered_tax)
    return LeveredTax(nil, nil, *(of_lender(x, row) for row in rows))


def interest_on(x: SimpleNamespace, r: Results, service: Array) -> tuple[Array, Array]:
    """(balance at the start of each period, interest on it) of a loan that pays `service` once grace is
    over; nil where the loan is not sculpted.
    """
    sculpted = r.profile_used == SCULPTED
    if not sculpted.any():
        return np.zeros_like(service), np.zeros_like(service)
    time = axis(x)
    dates = r.in_loan * pays(x, time)
    opening, interest = by_period(service), by_period(r.all_in_rate / x.payments_per_year * dates)
    repaying, last = by_period(r.repaying * dates), by_period(x.tenor == time.elapsed)
    waits = by_period(1 - r.repaying)
    balance = np.where(sculpted, r.debt, 0.0)
    for t, due in enumerate(opening):
        interest[t] = balance * interest[t]
        opening[t] = balance
        repaid = repaying[t] * (due - interest[t]) - x.grace_capitalised * waits[t] * interest[t]
        balance = np.where(last[t], 0.0, balance - repaid)
    return over_time(opening), over_time(interest)


def schedule_rows(x: SimpleNamespace, r: Results) -> None:
    """Opening balance to closing balance of the debt used; a sculpted loan that meets a year
    without CFADS is an annuity.
    """
    time, n = axis(x), x.payments_per_year
    dates = r.in_loan * pays(x, time)
    earned = since_payment(x, time, r.lender_unlevered_cfads)
    fault = (r.sculpted > 0) & (r.repaying * dates > 0) & (earned <= 0)
    r.sculpt_fault = np.where(fault, time.elapsed, np.nan)
    r.sculpt_fault_year = nil_if_not(least(r.sculpt_fault))
    r.profile_used = np.where(r.sculpt_fault_year > 0, ANNUITY, x.repayment)
    r.tenor_used = total(r.in_loan) / time.a_year
    rate = r.all_in_rate / n
    grown = r.grown_in_grace
    r.payment = r.debt * level_service(rate, x.tenor * n, x.grace_years * n, x.balloon, grown)
    r.equal_principal = r.debt * (grown - x.balloon) / ((x.tenor - x.grace_years) * n)
    sculpt_rows(x, r)
    r.balloon_paid = (x.tenor == time.elapsed) * x.balloon * r.debt
    equal = r.profile_used == EQUAL
    service = by_period(np.where(r.profile_used == ANNUITY, r.payment, r.sculpted_service))
    accrued, repaying = by_period(rate * dates), by_period(r.repaying * dates)
    added = by_period(
        x.grace_capitalised * (1 - r.repaying)
    )  # share of interest that joins the debt
    balloon, last = by_period(r.balloon_paid), by_period(x.tenor == time.elapsed)
    longest = int(r.tenor_used.max() * time.a_year)  # nothing is owed, and nothing moves, after it
    nothing = np.zeros_like(r.debt)
    balance = r.debt
    steps = []
    for t, due in enumerate(service):
        if t >= longest:
            steps.append((balance, nothing, nothing, nothing, balance))
            continue
        opening = balance
        interest = opening * accrued[t]
        by_profile = repaying[t] * np.where(equal, r.equal_principal, due - interest)
        by_profile = by_profile - added[t] * interest
        principal = np.where(last[t], opening - balloon[t], by_profile)
        balance = opening - principal - balloon[t]
        steps.append((opening, interest, by_profile, principal, balance))
    r.opening, r.interest, r.profile_principal, r.principal, r.closing = map(
        over_time, zip(*steps, strict=True)
    )
    r.debt_service = r.interest + r.principal
    least_due = TOLERANCE * np.maximum(1, r.debt)  # a rest of rounding is no debt service
    r.serviced = r.in_loan * (r.debt > 0) * (r.debt_service > least_due)
