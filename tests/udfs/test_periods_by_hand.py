"""Deals whose loans pay two or four times a year, reckoned by hand: one period after the other in plain
loops, default by walking every path forwards, nothing of ours but the inputs.

Written from docs/design/periods.md. What no number of periods changes (the build, the loan's debt) and
the yearly reckoning are those of test_by_hand.
"""

from __future__ import annotations

import math
import random
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any, NamedTuple

import numpy as np
import pytest

from bankable.udfs.deal import deal as deals
from bankable.udfs.deal.deal import Deal
from tests.udfs.test_by_hand import SHIPPED, build, random_deal, reckoned, resale

PAIRS = ((2, 2), (4, 4), (1, 2), (1, 4), (2, 4))
RELATIVE = 1e-9


class Time(NamedTuple):
    """n payments and m periods a year."""

    n: int
    m: int

    def periods(self, years: float) -> Iterator[tuple[int, float, float, int]]:
        """(place from 0, start, end, year of operation) of each period up to so many years."""
        for t in range(round(years * self.m)):
            yield t, t / self.m, (t + 1) / self.m, t // self.m + 1

    def pays(self, t: int) -> bool:
        return (t + 1) * self.n % self.m == 0

    def up(self, years: float) -> float:
        return math.ceil(years * self.m) / self.m

    def chance(self, yearly: float) -> float:
        return 1 - (1 - yearly) ** (1 / self.m)


def sold_again(d: Deal, start: float, end: float, since: float) -> float:
    """Full-sales years that freed volume sells between two dates after its contract ended: retooled, then
    refilled in a straight line; reckoned in slices of a month's hundredth part.
    """
    total, slices = 0.0, 1200
    for i in range(slices):
        months = 12 * (start + (end - start) * (i + 0.5) / slices - since)
        if months > 0:
            refilled = (months - d.retool_months) / max(d.refill_months, 1e-9)
            total += min(1.0, max(0.0, refilled))
    return total * (end - start) / slices


def regained(d: Deal, years: float) -> float:
    """Full-sales years regained so many years after a contract's end."""
    late = max(0.0, years - d.retool_months / 12)
    full = d.refill_months / 12
    return late - full / 2 if late >= full else late * late / full / 2


def capacity(d: Deal, time: Time) -> list[float]:
    """Volume by period, output rising over the ramp."""
    ramp = d.ramp_months / 12
    made = lambda t: t - ramp / 2 if t >= ramp else t * t / (2 * ramp)  # noqa: E731
    return [
        d.capacity * d.utilisation * (made(end) - made(start))
        for _, start, end, _ in time.periods(d.operating_years)
    ]


def share_resold(d: Deal, end: float, start: float, until: float) -> float:
    """Share of the freed volume that a period sells, over its part after the contract's end."""
    if end <= 0:
        return 1.0
    if until <= end:
        return regained(d, 1.0)  # nothing is freed yet
    if start - end >= 2 - 1e-12:
        return 1.0
    after = min(until - start, until - end)
    return (regained(d, until - end) - regained(d, max(0.0, start - end))) / after


class Operation(NamedTuple):
    earned: list[float]
    before_tax: list[float]
    unit: list[float]  # cost of a unit, as learnt


def operation(d: Deal, time: Time, end: float, haircut: float) -> Operation:
    """Earnings of a plant whose contract binds for so many years."""
    made, revenues, earned, units = 0.0, [], [], []
    ramp_over = time.up(d.ramp_months / 12)
    volumes = capacity(d, time)
    for t, start, until, year in time.periods(d.operating_years):
        billed = d.contract_share * volumes[t]
        bound = min(1.0, max(0.0, (end - start) * time.m))
        freed = (1 - bound) * share_resold(d, end, start, until) * billed
        market = d.merchant_share * (volumes[t] - billed + freed) * (1 - haircut)
        sold = bound * billed + market
        made += sold
        learnt = max(1.0, made / d.learning_volume) ** math.log2(1 - d.learning_rate)
        unit = d.variable_cost * (1 + d.inflation) ** (year - 1) * learnt
        revenue = bound * billed * (d.price + d.capacity_price) * (1 + d.escalator) ** (year - 1)
        revenue += market * d.market_price * (1 + d.market_growth) ** (year - 1)
        dearer = (1 + d.inflation) ** (year - 1)
        costs = (d.fixed_cost + d.maintenance_capex) / time.m * dearer
        runs = revenue - sold * unit - costs
        idle = -d.idle_cost * d.fixed_cost / time.m * dearer
        earned.append(max(runs, idle) if until > ramp_over else runs)
        revenues.append(revenue)
        units.append(unit)
    last = max((t for t, one in enumerate(earned) if one > 0), default=-1)
    out, held = Operation([], [], units), 0.0
    for t, _, until, _ in time.periods(d.operating_years):
        runs_on = t <= last and until < d.operating_years
        stock = revenues[t] * time.m * d.working_capital_days / 365 if runs_on else 0.0
        out.earned.append(earned[t] if t <= last else 0.0)
        out.before_tax.append(out.earned[-1] - (stock - held))
        held = stock
    return out


def cfads(d: Deal, time: Time, plant: Operation, interest: Sequence[float]) -> list[float]:
    """After tax, losses and undeducted interest carried from period to period."""
    base = d.capex * (1 + d.contingency)
    losses, waiting, out = 0.0, 0.0, []
    for t, _, until, _ in time.periods(d.operating_years):
        waiting += interest[t] if t < len(interest) else 0.0
        most = d.interest_limit * max(0.0, plant.earned[t])
        deducted = min(waiting, most) if d.interest_limit_applies else waiting
        waiting -= deducted
        aged = base / d.tax_life / time.m if until <= d.tax_life else 0.0
        taxable = plant.earned[t] - aged - deducted
        used = min(losses, max(0.0, taxable) * d.loss_limit)
        losses += max(0.0, -taxable) - used
        out.append(plant.before_tax[t] - d.tax_rate * max(0.0, max(0.0, taxable) - used))
    return out


def since_date(time: Time, path: Sequence[float]) -> list[float]:
    """What has come since the payment date before, at dates."""
    out, held = [], 0.0
    for t, one in enumerate(path):
        held += one
        out.append(held if time.pays(t) else 0.0)
        held = 0.0 if time.pays(t) else held
    return out


class Loan(NamedTuple):
    service: list[float]
    opening: list[float]
    interest: list[float]


def scheduled(d: Deal, time: Time, debt: float, rate: float, paid: Sequence[float]) -> Loan:
    """Interest at dates, and with it what is to be paid once grace is over; the rest with the last."""
    out, balance = Loan([], [], []), debt
    for t, _, until, _ in time.periods(d.tenor):
        interest = balance * rate / time.n if time.pays(t) else 0.0
        service = 0.0 if d.grace_capitalised and until <= d.grace_years else interest
        if time.pays(t) and until > d.grace_years:
            service = paid[t]
        if until == d.tenor:
            service = balance + interest
        out.service.append(service)
        out.opening.append(balance)
        out.interest.append(interest)
        balance -= service - interest
    return out


def after_grace(d: Deal, time: Time, debt: float, rate: float) -> float:
    """The debt when the grace is over: its interest is paid, or joins it payment by payment."""
    for _ in range(d.grace_years * time.n if d.grace_capitalised else 0):
        debt += debt * rate / time.n
    return debt


def level(d: Deal, time: Time, debt: float, rate: float) -> list[float]:
    one, count = rate / time.n, (d.tenor - d.grace_years) * time.n
    owed = after_grace(d, time, debt, rate)
    return [owed * one / (1 - (1 + one) ** -count)] * round(d.tenor * time.m)


def loan(d: Deal, time: Time, debt: float, rate: float, plant: Operation) -> Loan:
    """As the deal repays; sculpted in three passes on the cash between dates."""
    last = round(d.tenor * time.m)
    if d.repayment == "equal principal":
        balance, paid = after_grace(d, time, debt, rate), []
        part = balance / ((d.tenor - d.grace_years) * time.n)
        for t, _, until, _ in time.periods(d.tenor):
            paid.append(part + balance * rate / time.n)
            balance -= part if time.pays(t) and until > d.grace_years else 0.0
        return scheduled(d, time, debt, rate, paid)
    counted = [
        t for t, _, until, _ in time.periods(d.tenor) if time.pays(t) and until > d.grace_years
    ]
    cash = since_date(time, cfads(d, time, plant, []))
    if d.repayment == "sculpted" and min(cash[t] for t in counted) > 0:
        interest: list[float] = []
        paid = [0.0] * last
        for _ in range(3):
            cash = [max(0.0, one) for one in since_date(time, cfads(d, time, plant, interest))]
            worth = sum(cash[t] / (1 + rate / time.n) ** k for k, t in enumerate(counted, 1))
            owed = after_grace(d, time, debt, rate)
            paid = [cash[t] * owed / worth if t in counted else 0.0 for t in range(last)]
            interest = scheduled(d, time, debt, rate, paid).interest
        return scheduled(d, time, debt, rate, paid)
    return scheduled(d, time, debt, rate, level(d, time, debt, rate))


class Contract(NamedTuple):
    end: float
    alive: list[float]
    lost: list[float]
    lost_paid: list[float]


def contract(d: Deal, time: Time) -> Contract:
    """Renewals and appropriations with the first period of a year, termination and the buyer in any."""
    lapses = d.statutory_backing == "subject to appropriation"
    end = float(max(d.contract_years, d.public_offtake_years))
    bound = min(end, max(d.firm_years, 0 if lapses else d.public_offtake_years))
    kept = {
        "termination": 1 - d.termination,
        "lapse": 1 - d.firm_lapse if lapses else 1.0,
        "renewal": d.renewal,
        "buyer": 1 - d.offtaker_pd,
    }
    out, before, was = Contract(end, [], [], []), 1.0, dict.fromkeys(kept, 0.0)
    for _, _, until, year in time.periods(d.tenor):
        lived, age = min(year, math.ceil(end)), min(until, time.up(end))
        times = {
            "termination": age,
            "buyer": age,
            "lapse": min(lived, math.ceil(bound)),
            "renewal": max(0, math.ceil((lived - bound) / d.renew_every)),
        }
        alive = math.prod(kept[cause] ** times[cause] for cause in kept)
        hazard = {cause: -math.log(kept[cause]) * (times[cause] - was[cause]) for cause in kept}
        paying = hazard["termination"] + (hazard["lapse"] if d.lapse_pays else 0.0)
        whole = sum(hazard.values())
        out.alive.append(alive)
        out.lost.append(before - alive)
        out.lost_paid.append((before - alive) * paying / whole if whole > 0 else 0.0)
        before, was = alive, times
    return out


def after_loss(d: Deal, time: Time, plant: Operation) -> list[list[float]]:
    """Cash by period in the first year after a lost contract, in the second, and later."""
    shares = (regained(d, 1.0), regained(d, 2.0) - regained(d, 1.0), 1.0)
    volumes, ramp_over = capacity(d, time), time.up(d.ramp_months / 12)
    rows: list[list[float]] = [[], [], []]
    for t, _, until, year in time.periods(d.operating_years):
        billed, dearer = d.contract_share * volumes[t], (1 + d.inflation) ** (year - 1)
        costs = (d.fixed_cost + d.maintenance_capex) / time.m * dearer
        price = d.market_price * (1 + d.market_growth) ** (year - 1)
        for share, row in zip(shares, rows, strict=True):
            volume = d.merchant_share * (volumes[t] - billed + share * billed)
            volume *= 1 - d.merchant_haircut
            cash = volume * (price - plant.unit[t]) - costs
            if until > ramp_over:
                cash = max(cash, -d.idle_cost * d.fixed_cost / time.m * dearer)
            row.append(max(cash, min(0.0, cash + d.operating_support / time.m)))
    return rows


def year_ahead(time: Time, path: Sequence[float], t: int) -> float:
    return sum(path[t : t + time.m])


def walk(
    d: Deal,
    time: Time,
    service: Sequence[float],
    phases: Sequence[Sequence[float]],
    pool: float,
    start: int,
    share: float = 1.0,
    extra: float = 0.0,
) -> bool:
    """Whether a loss of the contract at `start` leads to a missed payment, walked forwards with the pool
    that stands then. Lock-up looks at the period's cash at its yearly rate; between dates all is held.
    """
    left = [share * due for due in service]
    due_to = max((t for t, due in enumerate(left) if due > RELATIVE), default=-1)
    for t in range(start, due_to + 1):
        phase = min(2, (t - start) // time.m)
        comes = phases[phase][t] + (extra if t == start else 0.0)
        rest = pool + comes - left[t]
        if rest < -RELATIVE * max(1.0, left[t]):
            return True
        target = d.dsra_months / 12 * year_ahead(time, service, t + 1)
        low = comes * time.m < (d.lock_up_dscr - RELATIVE) * service[t] * time.n
        locked = (service[t] > 0 and low) or not time.pays(t)
        pool = max(0.0, rest) if locked else min(target, max(0.0, rest))
    return False


def kept(
    d: Deal, time: Time, service: Sequence[float], cash: Sequence[float], until: int
) -> tuple[list[float], int]:
    """(pool at the start of each period, place of the first missed payment or unpaid cost, or -1) of the
    contract kept: lock-up looks at twelve months, or at what has come since completion.
    """
    pool, arrears, fails = d.dsra_months / 12 * year_ahead(time, service, 0), 0.0, -1
    pools = [pool]
    for t, due in enumerate(service):
        first = max(0, t + 1 - time.m)
        year, owed = sum(cash[first : t + 1]), sum(service[first : t + 1])
        comes = max(cash[t], min(0.0, cash[t] + d.operating_support / time.m))
        there = max(0.0, pool + comes)  # running costs that nothing pays are no debt of the loan
        rest, unpaid = there - due - arrears, there - pool - comes
        arrears = max(0.0, -rest)
        if (arrears > RELATIVE * max(1.0, due) or unpaid > RELATIVE) and fails < 0 and t < until:
            fails = t
        target = d.dsra_months / 12 * year_ahead(time, service, t + 1)
        locked = (due > 0 and year < (d.lock_up_dscr - RELATIVE) * owed) or not time.pays(t)
        pool = max(0.0, rest) if locked else min(target, max(0.0, rest))
        pools.append(pool)
    return pools, fails


class Quote(NamedTuple):
    yearly: float
    bank_rate: float
    rate: float


def quoted(
    d: Deal, time: Time, debt: float, losses: Sequence[float], phases: Sequence[Sequence[float]]
) -> Quote:
    """An annuity at the base rate, a full reserve before every loss of the contract."""
    plan = scheduled(d, time, debt, d.base_rate, level(d, time, debt, d.base_rate)).service
    missed = 0.0
    for t, lost in enumerate(losses):
        full = d.dsra_months / 12 * year_ahead(time, plan, t)
        missed += lost * walk(d, time, plan, phases, full, t)
    survives = (1 - d.pd_base) ** d.tenor * (1 - missed) if missed < 1 - 1e-9 else 0.0
    yearly = 1 - survives ** (1 / d.tenor)
    lgd = max(d.lgd_floor, 1 - resale(d, 0) / debt)
    own_part = (1 - d.coverage) * (yearly * lgd + d.margin)
    bank_rate = d.base_rate + own_part + d.coverage * (d.guaranteed_spread + d.guarantee_fee)
    rate = bank_rate + d.government_loan_share * (d.government_loan_rate - bank_rate)
    return Quote(yearly, bank_rate, rate)


class Missed(NamedTuple):
    """What goes wrong through the contract in one period."""

    paid: float  # a payment missed after a paid termination
    unpaid: float  # after any other loss, or with the contract kept
    settled: float  # prepaid by a termination payment that the loan outlives
    prepaid: float  # prepaid in all


def missed_by_period(
    d: Deal,
    time: Time,
    owed: Loan,
    stands: Contract,
    losses: Sequence[float],
    phases: Sequence[Sequence[float]],
    pools: Sequence[float],
    fails: int,
) -> Iterator[Missed]:
    """A loss of the contract in each period, walked forwards; the kept contract's own failure ends it."""
    volumes, left = capacity(d, time), 1 - d.termination_cover
    for t, _, end, year in time.periods(d.tenor):
        if 0 <= fails < t:
            yield Missed(0.0, 0.0, 0.0, 0.0)
            continue
        hurt = walk(d, time, owed.service, phases, pools[t], t)
        if t == fails:
            alive = stands.alive[t] if end <= time.up(stands.end) else 0.0
            yield Missed(0.0, losses[t] * hurt + alive, 0.0, 0.0)
            continue
        price = (d.price + d.capacity_price) * (1 + d.escalator) ** (year - 1)
        a_year = d.contract_share * volumes[t] * time.m * price
        claimed = d.termination_cover > 0 and end <= stands.end
        extra = d.termination_settlement * a_year if claimed else 0.0
        paid_hurt = walk(d, time, owed.service, phases, pools[t], t, left, extra)
        paid = stands.lost_paid[t]
        prepaid = paid * d.termination_cover
        yield Missed(
            paid * paid_hurt, (losses[t] - paid) * hurt, 0.0 if paid_hurt else prepaid, prepaid
        )


def consequences(
    d: Deal,
    time: Time,
    owed: Loan,
    rate: float,
    found: Sequence[Missed],
    pools: Sequence[float],
) -> dict[str, Any]:
    """Claims, loss, the guarantee's cost and one pass of the price."""
    rows: dict[str, list[float]] = {
        key: [] for key in ("claims", "claims_lost", "performing", "exposed")
    }
    gone = settled = loss = at_risk = cost = needs = principal = bearing = beside = life = 0.0
    performing = exposed = 1.0
    left, own = 1 - d.termination_cover, time.chance(d.pd_base)
    must = d.base_rate + (1 - d.coverage) * d.margin + d.coverage * d.guaranteed_spread
    covered = d.coverage * (1 - d.government_loan_share)
    claim = 1 + (rate / time.n if d.covers_interest else 0.0)
    for (t, _, end, _), one in zip(time.periods(d.tenor), found, strict=True):
        stays, opening = (1 - d.pd_base) ** end, owed.opening[t]
        before = exposed
        gone, settled = gone + one.paid + one.unpaid, settled + one.settled
        life += performing * own + stays * (one.paid + one.unpaid)
        performing, exposed = stays * (1 - gone), stays * (1 - gone - settled)
        recovered = resale(d, end) + d.reserve_pledged * pools[t]  # type: ignore[arg-type]
        given = max(d.lgd_floor, 1 - recovered / opening)
        given_paid = max(d.lgd_floor, 1 - recovered / (left * opening)) if left else d.lgd_floor
        whole, part = before * own + stays * one.unpaid, stays * one.paid * left
        claims, lost = opening * (whole + part), opening * (whole * given + part * given_paid)
        loss += lost / (1 + d.base_rate) ** end
        at_risk += before * opening / time.m / (1 + d.base_rate) ** end
        fee = d.guarantee_fee / time.m * before * opening
        cost += covered * (lost * claim - fee) / (1 + d.treasury_rate) ** end
        worth = (1 + must / time.n) ** -(end * time.n)
        prepayment = stays * one.prepaid * opening
        grown = before * opening * (1 + must / time.n) ** (time.n / time.m)
        needs += (grown - claims + (1 - d.coverage) * lost - prepayment) * worth
        principal += exposed * opening * worth
        bearing += exposed * opening * worth / time.n if time.pays(t) else 0.0
        interest = prepayment + (d.coverage * claims if d.covers_interest else 0.0)
        beside += interest * worth / time.n
        for key, value in zip(rows, (claims, lost, performing, exposed), strict=True):
            rows[key].append(value)
    least = principal - bearing * d.coverage * d.guarantee_fee
    earns = bearing + beside
    return {
        **rows,
        "shortfall_probability": min(1.0, gone),
        "life_default": min(1.0, life),
        "expected_loss": loss,
        "bank_loss_rate": (1 - d.coverage) * loss / at_risk,
        "guarantee_cost": cost,
        "price_pass": (needs - least) / earns if earns > 1e-6 else math.nan,
    }


def figures(d: Deal, time: Time) -> dict[str, Any]:
    """Figures, and rows to the tenor, under the chain's keys."""
    debt, stands, count = build(d).debt, contract(d, time), round(d.tenor * time.m)
    offtake = d.statutory_backing != "subject to appropriation" and d.public_offtake_years
    bound = {
        "firm": min(d.firm_years, stands.end),
        "supported": min(stands.end, max(d.firm_years, offtake)),
        "promised": stands.end,
    }
    haircut = 0.0 if d.lender_view == "promised" else d.merchant_haircut
    counted = operation(d, time, bound[d.lender_view], haircut)
    promised = operation(d, time, stands.end, 0.0)
    phases = after_loss(d, time, promised)
    ends = round(time.up(stands.end) * time.m)
    losses = [
        stands.lost[t] + (stands.alive[t - 1] if t == ends else 0.0) for t in range(count)
    ]  # the end is a loss in the period after
    quote = quoted(d, time, debt, losses, phases)
    owed = loan(d, time, debt, quote.rate, counted)
    lender = cfads(d, time, counted, owed.interest)
    cash = cfads(d, time, promised, owed.interest)
    pools, fails = kept(d, time, owed.service, cash, min(ends, count))
    found = list(missed_by_period(d, time, owed, stands, losses, phases, pools, fails))
    year_of = range(time.m - 1, count)
    tested = [
        sum(lender[t + 1 - time.m : t + 1]) / sum(owed.service[t + 1 - time.m : t + 1])
        for t in year_of
        if time.pays(t) and owed.service[t] > 0
    ]
    worth = [
        one * (1 + quote.rate / time.n) ** -((t + 1) / time.m * time.n)
        for t, one in enumerate(lender)
    ]
    return {
        **consequences(d, time, owed, quote.rate, found, pools),
        "debt": debt,
        "pd_equivalent": quote.yearly,
        "bank_rate": quote.bank_rate,
        "debt_service": owed.service,
        "opening": owed.opening,
        "lender_cfads": lender,
        "cfads_promised": cash,
        "alive": stands.alive,
        **{f"cash_after_loss_{k}": row for k, row in enumerate(phases, 1)},
        "min_dscr": min(tested),
        "avg_dscr": sum(tested) / len(tested),
        "llcr": sum(worth[:count]) / debt,
        "plcr": sum(worth) / debt,
        "contract_kept": stands.alive[-1],
        "fails_in": (fails + 1) / time.m if fails >= 0 else 0.0,
    }


def fit(d: Deal) -> Deal:
    """Of the kind that this file reckons: a contract from the start."""
    return replace(d, contract_years=max(1, d.contract_years))


def the_chain_agrees(d: Deal, n: int, m: int) -> None:
    d = fit(d)
    assert (d.price_basis, d.overrun, d.grant, d.take_or_pay, d.balloon) == ("fixed", 0, 0, 1, 0)
    r = deals.evaluate(replace(d, payments_per_year=n, periods_per_year=m))
    for key, value in figures(d, Time(n, m)).items():
        if isinstance(value, list):
            found = r[key][0, : len(value)]
            assert found == pytest.approx(np.array(value), rel=1e-9, abs=1e-9), (key, n, m, d)
        elif key == "price_pass" and (math.isnan(value) or abs(value) > 1e3):
            continue
        else:
            assert float(r[key][0, 0]) == pytest.approx(value, rel=1e-9, abs=1e-9), (key, n, m, d)


@pytest.mark.parametrize(("n", "m"), PAIRS)
@pytest.mark.parametrize("d", SHIPPED, ids=lambda d: d.case_name)
def test_a_shipped_deal_by_period_is_the_chain_s(d: Deal, n: int, m: int) -> None:
    the_chain_agrees(d, n, m)


@pytest.mark.parametrize("d", SHIPPED, ids=lambda d: d.case_name)
def test_with_one_period_a_year_it_is_the_yearly_reckoning(d: Deal) -> None:
    by_period, yearly = figures(fit(d), Time(1, 1)), reckoned(fit(d))
    for key in by_period.keys() & yearly.keys():
        assert by_period[key] == pytest.approx(yearly[key], rel=1e-9, abs=1e-9), key


@pytest.mark.parametrize(("n", "m"), PAIRS)
@pytest.mark.parametrize("seed", range(8))
def test_a_random_deal_by_period_is_the_chain_s(seed: int, n: int, m: int) -> None:
    the_chain_agrees(random_deal(seed), n, m)


@pytest.mark.exhaustive
@pytest.mark.parametrize(("n", "m"), PAIRS)
def test_many_random_deals_by_period_are_the_chain_s(n: int, m: int) -> None:
    for seed in range(100, 200):
        the_chain_agrees(random_deal(seed), n, m)


def test_freed_volume_is_sold_again_month_by_month() -> None:
    """The formula of what is regained, against slices."""
    rng = random.Random("resold")
    d = replace(SHIPPED[0], retool_months=5, refill_months=8)
    for _ in range(20):
        start = rng.uniform(0, 2)
        end = start + rng.choice((0.25, 0.5, 1.0))
        assert regained(d, end) - regained(d, start) == pytest.approx(
            sold_again(d, start, end, 0.0), abs=1e-4
        )
