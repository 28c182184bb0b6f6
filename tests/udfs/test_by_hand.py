"""The shipped deals reckoned by hand: scalars in plain loops, the facility found by going round the
circle, nothing of ours but the inputs.

Written from the meaning of the inputs as the Inputs sheet words them, for deals at a fixed price.
"""

from __future__ import annotations

import itertools
import math
import random
from dataclasses import replace
from typing import NamedTuple

import numpy as np
import pytest

from bankable.templates import deal_file
from bankable.udfs.deal import deal as deals
from bankable.udfs.deal.deal import Deal

SHIPPED = [entry.deal for entry in deal_file.load_shipped()]


class Build(NamedTuple):
    debt: float
    uses: float
    interest: float


def build(d: Deal) -> Build:
    """Month by month to completion; each round takes the facility that the last one ended with,
    until nothing moves.
    """
    cost, months = d.capex * (1 + d.contingency), d.build_months
    spent = {"even": lambda u: u, "s-curve": lambda u: 3 * u**2 - 2 * u**3}[d.spend_profile]
    rate, facility = (d.base_rate + d.construction_margin) / 12, cost
    for _ in range(200):
        balance = uses = interest_paid = 0.0
        for m in range(1, months + 1):
            spend = cost * (spent(m / months) - spent((m - 1) / months))
            interest = rate * (balance + d.draw_timing * d.gearing * spend)
            fees = d.commitment_fee / 12 * (facility - balance) + (
                d.upfront_fee * facility if m == 1 else 0
            )
            balance += d.gearing * (spend + interest + fees)
            uses, interest_paid = uses + spend + interest + fees, interest_paid + interest
        facility = balance
    return Build(facility, uses, interest_paid)


def resold(d: Deal, end: float, t: int) -> float:
    """Full-sales years that the freed volume sells in year t: retooled from the contract's end, in
    whatever month it falls, then filled month by month.
    """
    months = [12 * (t - 1 - end) + m + 0.5 for m in range(12)]  # since the end, at mid-month
    return (
        sum(min(1.0, max(0.0, (m - d.retool_months) / d.refill_months)) for m in months if m > 0)
        / 12
    )


def operations(d: Deal, end: float, haircut: float) -> list[tuple[float, float]]:
    """(earnings, earnings less the rise of working capital) by year, with the contract bound for
    `end` years.
    """
    ramp = d.ramp_months / 12
    full_years = lambda t: t - ramp / 2 if t >= ramp else t * t / (2 * ramp)  # noqa: E731
    sold_so_far, years = 0.0, []
    for t in range(1, d.operating_years + 1):
        index, dearer = (1 + d.escalator) ** (t - 1), (1 + d.inflation) ** (t - 1)
        capacity = d.capacity * d.utilisation * (full_years(t) - full_years(t - 1))
        billed = d.contract_share * capacity
        bound = max(0.0, min(1.0, end - (t - 1)))
        market = d.merchant_share * (capacity - billed + resold(d, end, t) * billed) * (1 - haircut)
        sold = bound * billed + market
        sold_so_far += sold
        unit = (
            d.variable_cost
            * dearer
            * max(1, sold_so_far / d.learning_volume) ** math.log2(1 - d.learning_rate)
        )
        revenue = bound * billed * d.price * index + market * d.market_price * (
            1 + d.market_growth
        ) ** (t - 1)
        earned = revenue - sold * unit - (d.fixed_cost + d.maintenance_capex) * dearer
        if t > math.ceil(ramp):
            earned = max(earned, -d.idle_cost * d.fixed_cost * dearer)
        years.append((revenue, earned))
    last = max((t for t, (_, earned) in enumerate(years, 1) if earned > 0), default=0)
    out, held = [], 0.0
    for t, (revenue, earned) in enumerate(years, 1):
        stock = (
            revenue * d.working_capital_days / 365 if t <= last and t < d.operating_years else 0.0
        )
        out.append((earned if t <= last else 0.0, (earned if t <= last else 0.0) - (stock - held)))
        held = stock
    return out


class Loan(NamedTuple):
    rate: float
    service: list[float]
    opening: list[float]
    interest: list[float]


def loan(d: Deal, debt: float, rate: float, unlevered: list[float]) -> Loan:
    """An annuity after the grace years, or service in proportion to cash flow taxed as if there
    were no debt.
    """
    n, balance = d.tenor - d.grace_years, debt
    carried = sum(cash / (1 + rate) ** t for t, cash in enumerate(unlevered[: d.tenor], 1))
    out = Loan(rate, [], [], [])
    for t in range(1, d.tenor + 1):
        interest = balance * rate
        paid = (
            debt * rate / (1 - (1 + rate) ** -n)
            if d.repayment == "annuity"
            else unlevered[t - 1] * debt / carried
        )
        service = interest if t <= d.grace_years else paid
        out.service.append(service)
        out.opening.append(balance)
        out.interest.append(interest)
        balance -= service - interest
    assert balance == pytest.approx(0, abs=1e-8)
    return out


def cfads(d: Deal, operating: list[tuple[float, float]], interest: list[float]) -> list[float]:
    """Cash after tax, with losses carried forward and interest deducted up to a share of taxable
    earnings.
    """
    base, losses, waiting, out = d.capex * (1 + d.contingency), 0.0, 0.0, []
    for t, (earned, cash) in enumerate(operating, 1):
        waiting += interest[t - 1] if t <= d.tenor else 0.0
        deducted = (
            min(waiting, d.interest_limit * max(0.0, earned))
            if d.interest_limit_applies
            else waiting
        )
        waiting -= deducted
        taxable = earned - (base / d.tax_life if t <= d.tax_life else 0.0) - deducted
        used = min(losses, max(0.0, taxable) * d.loss_limit)
        losses += max(0.0, -taxable) - used
        out.append(cash - d.tax_rate * max(0.0, max(0.0, taxable) - used))
    return out


@pytest.mark.parametrize("d", SHIPPED, ids=lambda d: d.case_name)
def test_a_deal_reckoned_by_hand_is_the_chain_s(d: Deal) -> None:
    assert (
        d.price_basis,
        d.overrun,
        d.grant,
        d.government_loan_share,
        d.take_or_pay,
        d.balloon,
    ) == ("fixed", 0, 0, 0, 1, 0)
    assert d.repayment == "annuity" or d.grace_years == 0
    built = build(d)
    bound = {"firm": d.firm_years, "supported": max(d.firm_years, d.public_offtake_years)}
    stands = [1.0]  # the contract, year by year: renewals come once the committed years are over
    for t in range(1, d.tenor + 1):
        renewals = max(
            0, math.ceil((min(t, d.contract_years) - bound["supported"]) / d.renew_every)
        )
        stands.append(d.renewal**renewals * (1 - d.termination) ** t * (1 - d.offtaker_pd) ** t)
    lost = [1 - after / before for before, after in itertools.pairwise(stands)]

    resale = (
        d.capex
        * (1 + d.contingency)
        * sum(
            getattr(d, f"{part}_share") * getattr(d, f"{part}_reuse")
            for part in ("shell", "power", "equipment", "tooling", "it")
        )
    )
    received = resale * (1 - d.sale_cost) / (1 + d.base_rate) ** (d.sale_months / 12)
    lgd = max(d.lgd_floor, 1 - received / built.debt)
    pd = [
        1 - (1 - d.pd_base) * (1 - q) for q in lost
    ]  # here the plant never carries its debt without the contract
    yearly = 1 - math.prod(1 - p for p in pd) ** (1 / d.tenor)
    guaranteed = d.coverage * (d.guaranteed_spread + d.guarantee_fee)
    counted = operations(d, bound[d.lender_view], d.merchant_haircut)
    untouched = cfads(d, counted, [0.0] * d.tenor)
    repaid = loan(
        d,
        built.debt,
        d.base_rate + (1 - d.coverage) * (yearly * lgd + d.margin) + guaranteed,
        untouched,
    )

    lender = cfads(d, counted, repaid.interest)
    promised = cfads(d, operations(d, d.contract_years, 0.0), repaid.interest)
    cover = [cash / due for cash, due in zip(lender, repaid.service, strict=False)]
    worth = [cash / (1 + repaid.rate) ** t for t, cash in enumerate(lender, 1)]
    alive, loss, cost = 1.0, 0.0, 0.0
    for t, (p, cash, due, owed) in enumerate(
        zip(pd, promised, repaid.service, repaid.opening, strict=False), 1
    ):
        defaults = alive * (1.0 if cash < due else p)
        loss += defaults * lgd * owed / (1 + d.base_rate) ** t
        cost += (
            d.coverage
            * owed
            * (defaults * lgd - d.guarantee_fee * alive)
            / (1 + d.treasury_rate) ** t
        )
        alive -= defaults

    r = deals.evaluate(d)
    by_hand = {
        "debt": built.debt,
        "total_uses": built.uses,
        "total_idc": built.interest,
        "lgd": lgd,
        "pd_equivalent": yearly,
        "bank_rate": repaid.rate,
        "min_dscr": max(0.0, min(cover)),
        "llcr": sum(worth[: d.tenor]) / built.debt,
        "plcr": sum(worth) / built.debt,
        "expected_loss": loss,
        "life_default": 1 - alive,
        "guarantee_cost": cost,
        "contract_kept": stands[-1],
    }
    for key, value in by_hand.items():
        assert float(r[key][0, 0]) == pytest.approx(value, rel=1e-10, abs=1e-10), key
    assert r.debt_service[0, : d.tenor] == pytest.approx(repaid.service, rel=1e-10)
    assert r.lender_cfads[0, : d.operating_years] == pytest.approx(lender, rel=1e-10, abs=1e-9)
    assert r.cfads_promised[0, : d.operating_years] == pytest.approx(promised, rel=1e-10, abs=1e-9)


@pytest.mark.parametrize("delay", [0, 1, 3, 6, 11, 12, 18])
@pytest.mark.parametrize(("retool", "refill"), [(0, 12), (6, 12), (3, 6), (12, 12), (9, 1)])
def test_volume_freed_within_a_year_is_sold_again_from_that_month(
    delay: int, retool: int, refill: int
) -> None:
    """A delay against a calendar end: the volume freed for half a year is not resold as in a whole
    one."""
    d = replace(
        SHIPPED[0],
        contract_end="calendar date",
        delay_months=delay,
        retool_months=retool,
        refill_months=refill,
    )
    r = deals.evaluate(d)
    for view in ("firm", "supported", "promised"):
        key = "contract_end_year" if view == "promised" else f"{view}_end_year"
        end = float(r[key][0, 0])
        if end <= 0:
            assert (r[f"resold_{view}"] == 1).all()
            continue
        freed = np.clip(np.arange(1.0, 31) - end, 0, 1)
        by_hand = [resold(d, end, t) for t in range(1, 31)]
        assert freed * r[f"resold_{view}"][0] == pytest.approx(by_hand, abs=1e-12), view


def test_after_a_whole_year_the_resale_is_what_it_was_to_the_last_bit() -> None:
    """The first year's share, the second's, then all."""
    rng = random.Random("ends")
    for _ in range(200):
        retool = rng.randint(0, 23)
        d = replace(
            SHIPPED[0],
            retool_months=retool,
            refill_months=rng.randint(0 if retool else 1, 24 - retool),
        )
        r = deals.evaluate(d)
        since = np.arange(1.0, 31) - r.contract_end_year[0, 0]
        was = np.where(since <= 1, r.refill_1[0], np.where(since <= 2, r.refill_2[0], 1.0))
        assert (r.resold_promised[0] == was).all()
