"""Deals reckoned by hand, the shipped ones and random ones: scalars in plain loops, the facility found by
going round the circle, nothing of ours but the inputs.

Written from the meaning of the inputs as the Inputs sheet words them, for deals at a fixed price.
"""

from __future__ import annotations

import math
import random
from dataclasses import replace
from typing import Any, NamedTuple

import numpy as np
import pytest

from bankable.templates import deal_file
from bankable.udfs.deal import deal as deals
from bankable.udfs.deal.deal import Deal
from tests.random_deals import varied
from tests.udfs import default_by_hand

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
    whatever month it falls, then filled month by month; nothing is to be retooled without a contract.
    """
    if end <= 0:
        return 1.0
    months = [12 * (t - 1 - end) + m + 0.5 for m in range(12)]  # since the end, at mid-month
    refilled = [(m - d.retool_months) / max(d.refill_months, 1e-9) for m in months if m > 0]
    return sum(min(1.0, max(0.0, share)) for share in refilled) / 12


def billed_by_year(d: Deal) -> list[tuple[float, float]]:
    """(capacity, volume billed under the contract) by year, output rising over the ramp."""
    ramp = d.ramp_months / 12
    full_years = lambda t: t - ramp / 2 if t >= ramp else t * t / (2 * ramp)  # noqa: E731
    sold = [
        d.capacity * d.utilisation * (full_years(t) - full_years(t - 1))
        for t in range(1, d.operating_years + 1)
    ]
    return [(capacity, d.contract_share * capacity) for capacity in sold]


def unit_cost(d: Deal, t: int, sold_so_far: float) -> float:
    """Dearer by the year, cheaper with what has been made."""
    learnt = max(1.0, sold_so_far / d.learning_volume) ** math.log2(1 - d.learning_rate)
    return d.variable_cost * (1 + d.inflation) ** (t - 1) * learnt


def standing(d: Deal, t: int, earned: float) -> float:
    """Once past its ramp the plant stands idle where running would lose more."""
    idle = d.idle_cost * d.fixed_cost * (1 + d.inflation) ** (t - 1)
    return max(earned, -idle) if t > math.ceil(d.ramp_months / 12) else earned


def operations(d: Deal, end: float, haircut: float) -> list[tuple[float, float]]:
    """(earnings, earnings less the rise of working capital) by year, with the contract bound for
    `end` years.
    """
    sold_so_far, years = 0.0, []
    for t, (capacity, billed) in enumerate(billed_by_year(d), 1):
        index, dearer = (1 + d.escalator) ** (t - 1), (1 + d.inflation) ** (t - 1)
        bound = max(0.0, min(1.0, end - (t - 1)))
        freed = (1 - bound) * resold(d, end, t) * billed
        market = d.merchant_share * (capacity - billed + freed) * (1 - haircut)
        sold = bound * billed + market
        sold_so_far += sold
        revenue = bound * billed * (d.price + d.capacity_price) * index
        revenue += market * d.market_price * (1 + d.market_growth) ** (t - 1)
        earned = revenue - sold * unit_cost(d, t, sold_so_far)
        earned -= (d.fixed_cost + d.maintenance_capex) * dearer
        years.append((revenue, standing(d, t, earned)))
    last = max((t for t, (_, earned) in enumerate(years, 1) if earned > 0), default=0)
    out, held = [], 0.0
    for t, (revenue, earned) in enumerate(years, 1):
        stock = (
            revenue * d.working_capital_days / 365 if t <= last and t < d.operating_years else 0.0
        )
        out.append((earned if t <= last else 0.0, (earned if t <= last else 0.0) - (stock - held)))
        held = stock
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


class Loan(NamedTuple):
    service: list[float]
    opening: list[float]
    interest: list[float]


def repaid(d: Deal, debt: float, rate: float, paid: list[float]) -> Loan:
    """Interest alone in the years of grace, then what is to be paid by year, the rest with the last."""
    out, balance = Loan([], [], []), debt
    for t in range(1, d.tenor + 1):
        interest = balance * rate
        in_grace = 0.0 if d.grace_capitalised else interest
        service = in_grace if t <= d.grace_years else paid[t - 1]
        service = balance + interest if t == d.tenor else service
        out.service.append(service)
        out.opening.append(balance)
        out.interest.append(interest)
        balance -= service - interest
    return out


def level(d: Deal, debt: float, rate: float) -> list[float]:
    """An annuity, by year, as if there were no grace before it."""
    owed = after_grace(d, debt, rate)
    return [owed * rate / (1 - (1 + rate) ** -(d.tenor - d.grace_years))] * d.tenor


def after_grace(d: Deal, debt: float, rate: float) -> float:
    """The debt when the grace is over."""
    return debt * (1 + rate) ** d.grace_years if d.grace_capitalised else debt


def sculpted(d: Deal, debt: float, rate: float, counted: list[tuple[float, float]]) -> list[float]:
    """Service in proportion to cash flow: taxed as if there were no debt, and then twice with the interest
    of the loan that this gave.
    """
    years, interest = range(d.grace_years + 1, d.tenor + 1), [0.0] * d.tenor
    paid = [0.0] * d.tenor
    for _ in range(3):
        cash = [max(0.0, each) for each in cfads(d, counted, interest)]
        worth = sum(cash[t - 1] / (1 + rate) ** (t - d.grace_years) for t in years)
        owed = after_grace(d, debt, rate)
        paid = [cash[t - 1] * owed / worth if t in years else 0.0 for t in range(1, d.tenor + 1)]
        interest = repaid(d, debt, rate, paid).interest
    return paid


def loan(d: Deal, debt: float, rate: float, counted: list[tuple[float, float]]) -> Loan:
    """As the deal repays; a sculpted loan that meets a year without cash flow is an annuity."""
    if d.repayment == "equal principal":
        balance, paid = after_grace(d, debt, rate), []
        part = balance / (d.tenor - d.grace_years)
        for t in range(1, d.tenor + 1):
            paid.append(part + balance * rate)
            balance -= part if t > d.grace_years else 0.0
        return repaid(d, debt, rate, paid)
    cash = cfads(d, counted, [0.0] * d.tenor)[d.grace_years : d.tenor]
    if d.repayment == "sculpted" and min(cash) > 0:
        return repaid(d, debt, rate, sculpted(d, debt, rate, counted))
    return repaid(d, debt, rate, level(d, debt, rate))


class Contract(NamedTuple):
    end: int
    bound: int  # years that need no renewal
    alive: list[float]
    lost: list[float]
    lost_paid: list[float]  # part on which a termination payment is due


def contract(d: Deal) -> Contract:
    """Year by year: renewals come once the committed years are over, appropriations may lapse in them; the
    causes share a year's loss by their hazards.
    """
    lapses = d.statutory_backing == "subject to appropriation"
    end = max(d.contract_years, d.public_offtake_years)
    bound = min(end, max(d.firm_years, 0 if lapses else d.public_offtake_years))
    kept = {
        "termination": 1 - d.termination,
        "lapse": 1 - d.firm_lapse if lapses else 1.0,
        "renewal": d.renewal,
        "buyer": 1 - d.offtaker_pd,
    }
    before, out = 1.0, Contract(end, bound, [], [], [])
    times = dict.fromkeys(kept, 0)
    for t in range(1, d.tenor + 1):
        was, year = dict(times), min(t, end)
        times["termination"] = times["buyer"] = year
        times["lapse"] = min(year, bound)
        times["renewal"] = max(0, math.ceil((year - bound) / d.renew_every))
        alive = math.prod(kept[cause] ** times[cause] for cause in kept)
        hazard = {cause: -math.log(kept[cause]) * (times[cause] - was[cause]) for cause in kept}
        paying = hazard["termination"] + (hazard["lapse"] if d.lapse_pays else 0.0)
        out.alive.append(alive)
        out.lost.append(before - alive)
        share = paying / sum(hazard.values()) if sum(hazard.values()) > 0 else 0.0
        out.lost_paid.append((before - alive) * share)
        before = alive
    return out


def after_loss(d: Deal) -> tuple[list[float], ...]:
    """Cash of the year in which the contract is lost, of the year after, and of later ones: market sales as
    the bank counts them, at the cost that the plant has learnt with its contract.
    """
    rows: tuple[list[float], ...] = ([], [], [])
    refilled = (
        resold(d, 1, 2),
        resold(d, 1, 3),
        1.0,
    )  # in the first year without, the second, later
    made, end = 0.0, contract(d).end
    for t, (capacity, billed) in enumerate(billed_by_year(d), 1):
        bound = max(0.0, min(1.0, end - (t - 1)))
        freed = (1 - bound) * resold(d, end, t) * billed
        made += bound * billed + d.merchant_share * (capacity - billed + freed)
        price = d.market_price * (1 + d.market_growth) ** (t - 1)
        costs = (d.fixed_cost + d.maintenance_capex) * (1 + d.inflation) ** (t - 1)
        for share, row in zip(refilled, rows, strict=True):
            volume = d.merchant_share * (capacity - billed + share * billed)
            volume *= 1 - d.merchant_haircut
            cash = standing(d, t, volume * (price - unit_cost(d, t, made)) - costs)
            row.append(max(cash, min(0.0, cash + d.operating_support)))
    return rows


def reserved(d: Deal, service: list[float]) -> list[float]:
    """Months of a year's service, at its start."""
    return [d.dsra_months / 12 * due for due in service]


def at_risk(d: Deal, service: list[float], kept: list[float]) -> default_by_hand.Loan:
    """The loan as default sees it."""
    stands, reserve = contract(d), reserved(d, service)
    cash = [max(each, min(0.0, each + d.operating_support)) for each in kept]
    price = [
        (d.price + d.capacity_price) * (1 + d.escalator) ** (t - 1) for t in range(1, d.tenor + 1)
    ]
    settlement = [
        d.termination_settlement * billed * each * (t <= stands.end)
        for t, ((_, billed), each) in enumerate(zip(billed_by_year(d), price, strict=False), 1)
    ]
    first, second, third = (row[: d.tenor] for row in after_loss(d))
    return default_by_hand.Loan(
        service,
        cash[: d.tenor],
        first,
        second,
        third,
        [*reserve[1:], 0.0],
        reserve[0],
        d.lock_up_dscr,
        d.pd_base,
        stands.alive,
        stands.lost,
        stands.end,
        stands.lost_paid,
        d.termination_cover,
        settlement,
    )


def resale(d: Deal, t: int) -> float:
    """What another user pays for the aged plant t years after completion, net and worth on that day."""
    parts = ("shell", "power", "equipment", "tooling", "it")
    value = sum(
        getattr(d, f"{part}_share")
        * getattr(d, f"{part}_reuse")
        * max(0.0, 1 - t / getattr(d, f"{part}_life"))
        for part in parts
    )
    value *= d.capex * (1 + d.contingency) * (1 + d.collateral_growth) ** t
    return value * (1 - d.sale_cost) / (1 + d.base_rate) ** (d.sale_months / 12)


def quoted(d: Deal, debt: float, lgd: float) -> tuple[float, float]:
    """(yearly default probability that a quote rests on, the bank's rate): an annuity at the base rate, a
    full reserve each year, the contract with its renewals and its end.
    """
    service = repaid(d, debt, d.base_rate, level(d, debt, d.base_rate)).service
    seen = at_risk(d, service, [0.0] * d.tenor)
    hurts = default_by_hand.leads_to_default(seen, reserved(d, service))
    loss, _ = default_by_hand.loss_with_end(seen)
    missed = sum(chance * hurt for chance, hurt in zip(loss, hurts, strict=True))
    kept = (1 - d.pd_base) ** d.tenor * (1 - missed) if missed < 1 - 1e-9 else 0.0
    yearly = 1 - kept ** (1 / d.tenor)
    uncovered = (1 - d.coverage) * (yearly * lgd + d.margin)
    rate = d.base_rate + uncovered + d.coverage * (d.guaranteed_spread + d.guarantee_fee)
    return yearly, rate


def losses(
    d: Deal, owed: list[float], seen: default_by_hand.Loan, term_rate: float
) -> dict[str, Any]:
    """What defaults, what is lost of it, what the guarantee bears, and what one pass of the price asks."""
    path = default_by_hand.default_path(seen)
    pools = default_by_hand.kept_waterfall(seen._replace(end=99.0)).pools  # as if it went on
    must = d.base_rate + (1 - d.coverage) * d.margin + d.coverage * d.guaranteed_spread
    covered = d.coverage * (1 - d.government_loan_share)
    claim = 1 + (term_rate if d.covers_interest else 0.0)
    left, out = 1 - d.termination_cover, 1.0
    loss = cost = needs = base = beside = out_for = 0.0
    rows: dict[str, list[float]] = {"claims": [], "claims_lost": []}
    for t, opening in enumerate(owed, 1):
        i, stays = t - 1, (1 - d.pd_base) ** t
        paid = stays * path.missed_paid[i]
        unpaid = out * d.pd_base + path.contract[i] - paid
        recovered = resale(d, t) + d.reserve_pledged * pools[i]
        lgd = max(d.lgd_floor, 1 - recovered / opening)
        lgd_paid = d.lgd_floor if left == 0 else max(d.lgd_floor, 1 - recovered / (left * opening))
        claims = opening * (unpaid + paid * left)
        lost = opening * (unpaid * lgd + paid * left * lgd_paid)
        still_paid = path.fails_in == 0 or t < path.fails_in
        prepaid = stays * seen.lost_paid[i] * d.termination_cover * opening * still_paid
        received = claims - (1 - d.coverage) * lost + prepaid
        earns = prepaid + (d.coverage * claims if d.covers_interest else 0.0)  # a year's interest
        loss += lost / (1 + d.base_rate) ** t
        out_for += out * opening / (1 + d.base_rate) ** t
        fee = d.guarantee_fee * out * opening
        cost += covered * (lost * claim - fee) / (1 + d.treasury_rate) ** t
        needs += (out * opening * (1 + must) - received) / (1 + must) ** t
        base += path.exposed[i] * opening / (1 + must) ** t
        beside += earns / (1 + must) ** t
        out = path.exposed[i]
        rows["claims"].append(claims)
        rows["claims_lost"].append(lost)
    least = base * (1 - d.coverage * d.guarantee_fee)
    asked = (needs - least) / (base + beside) if base + beside > 1e-6 else math.nan
    return {
        **rows,
        "expected_loss": loss,
        "bank_loss_rate": (1 - d.coverage) * loss / out_for,
        "guarantee_cost": cost,
        "price_pass": asked,
        "life_default": path.life_pd,
        "shortfall_probability": path.missed[-1],
        "fails_in": path.fails_in,
        "performing": path.survival,
        "exposed": path.exposed,
    }


def sponsors(
    d: Deal, owed: list[float], seen: default_by_hand.Loan, promised: list[float]
) -> list[float]:
    """Expected equity flow in the years of the loan, state by state: the contract kept, lost in each year
    so far and survived, defaulted.
    """
    path = default_by_hand.default_path(seen)
    pools = default_by_hand.kept_waterfall(seen._replace(end=99.0)).pools
    loss, alive = default_by_hand.loss_with_end(seen)
    before = [1.0, *seen.alive]
    cash = (seen.remaining_1, seen.remaining_2, seen.remaining_3)
    keeps, flows, out = 1 - d.tax_rate, [], 1.0
    for t, due in enumerate(seen.service, 1):
        i, flow, left = t - 1, 0.0, (1 - seen.cover) * due
        if path.fails_in == 0 or t < path.fails_in:
            flow += alive[i] * (pools[i] + promised[i] - due - pools[t])
            ended = before[i] * d.termination * (1 - path.paid_hurts[i])
            flow += ended * seen.settlement[i] * keeps
        for lost in range(1, t + 1):
            if path.fails_in and lost >= path.fails_in:
                break
            u, stays = lost - 1, cash[min(t - lost, 2)][i]
            unpaid = (loss[u] - seen.lost_paid[u]) * (1 - path.hurts[u])
            paid = seen.lost_paid[u] * (1 - path.paid_hurts[u])
            flow += unpaid * max(0.0, stays - due) * keeps + paid * max(0.0, stays - left) * keeps
        defaulted = out * d.pd_base + path.contract[i]
        recovered = resale(d, t) + d.reserve_pledged * pools[i]
        flows.append((1 - d.pd_base) ** t * flow + defaulted * max(0.0, recovered - owed[i]))
        out = path.survival[i]
    return flows


def reckoned(d: Deal, bank_rate: float | None = None) -> dict[str, Any]:
    """The whole deal: figures, and rows to the tenor, under the chain's keys. Without a bank's rate, at the
    one it quotes.
    """
    built, stands = build(d), contract(d)
    bound = {
        "firm": min(d.firm_years, stands.end),
        "supported": stands.bound,
        "promised": stands.end,
    }
    haircut = 0.0 if d.lender_view == "promised" else d.merchant_haircut
    lgd = max(d.lgd_floor, 1 - resale(d, 0) / built.debt)
    yearly, quote = quoted(d, built.debt, lgd)
    bank_rate = quote if bank_rate is None else bank_rate
    rate = bank_rate + d.government_loan_share * (d.government_loan_rate - bank_rate)
    counted = operations(d, bound[d.lender_view], haircut)
    owed = loan(d, built.debt, rate, counted)
    lender = cfads(d, counted, owed.interest)
    promised = cfads(d, operations(d, stands.end, 0.0), owed.interest)
    seen = at_risk(d, owed.service, promised)
    cover = [cash / due for cash, due in zip(lender, owed.service, strict=False) if due > 0]
    worth = [cash / (1 + rate) ** t for t, cash in enumerate(lender, 1)]
    return {
        "debt": built.debt,
        "total_uses": built.uses,
        "total_idc": built.interest,
        "lgd": lgd,
        "pd_equivalent": yearly,
        "bank_rate": bank_rate,
        "all_in_rate": rate,
        "min_dscr": min(cover),
        "llcr": sum(worth[: d.tenor]) / built.debt,
        "plcr": sum(worth) / built.debt,
        "contract_kept": stands.alive[-1],
        "debt_service": owed.service,
        "opening": owed.opening,
        "lender_cfads": lender,
        "cfads_promised": promised,
        "alive": stands.alive,
        "equity_flow_expected": sponsors(d, owed.opening, seen, promised),
        **{f"cash_after_loss_{n}": row for n, row in enumerate(after_loss(d), 1)},
        **losses(d, owed.opening, seen, rate),
    }


def the_chain_agrees(d: Deal, bank_rate: float | None = None) -> dict[str, Any]:
    """Every figure and every row of the chain to a billionth."""
    assert (d.price_basis, d.overrun, d.grant, d.take_or_pay, d.balloon) == ("fixed", 0, 0, 1, 0)
    r, by_hand = deals.evaluate(d), reckoned(d, bank_rate)
    for key, value in by_hand.items():
        if isinstance(value, list):
            expected, found = np.array(value), r[key][0, : len(value)]
            assert found == pytest.approx(expected, rel=1e-9, abs=1e-9), (key, d)
        elif key == "price_pass" and (math.isnan(value) or abs(value) > 1e3):
            continue
        else:
            assert float(r[key][0, 0]) == pytest.approx(value, rel=1e-9, abs=1e-9), (key, d)
    return by_hand


@pytest.mark.parametrize("d", SHIPPED, ids=lambda d: d.case_name)
def test_a_deal_reckoned_by_hand_is_the_chain_s(d: Deal) -> None:
    the_chain_agrees(d)


def random_deal(seed: int) -> Deal:
    """Of the kind that this file reckons."""
    rng = random.Random(f"by hand {seed}")
    d = varied(rng, rng.choice(SHIPPED))
    return replace(d, lender_view=rng.choice(("firm", "supported", "promised")))


@pytest.mark.parametrize("seed", range(20))
def test_a_random_deal_reckoned_by_hand_is_the_chain_s(seed: int) -> None:
    the_chain_agrees(random_deal(seed))


@pytest.mark.exhaustive
@pytest.mark.parametrize("seed", range(20, 220))
def test_many_random_deals_reckoned_by_hand_are_the_chain_s(seed: int) -> None:
    the_chain_agrees(random_deal(seed))


@pytest.mark.parametrize("seed", range(8))
def test_the_pass_by_hand_returns_the_rate_that_clears(seed: int) -> None:
    """At the rate that the chain has found, by hand from there on."""
    d = replace(random_deal(seed), pricing="clearing", covers_interest=False, lock_up_dscr=0.0)
    rate = float(deals.evaluate(d).clearing_rate[0, 0])
    if math.isnan(rate):
        return
    assert the_chain_agrees(d, rate)["price_pass"] == pytest.approx(rate, abs=1e-9)


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


@pytest.mark.parametrize("months", [49, 84, 120])
def test_a_shipyard_s_build_reckoned_by_hand_is_the_chain_s(months: int) -> None:
    the_chain_agrees(replace(SHIPPED[0], build_months=months))
