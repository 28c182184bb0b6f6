"""Public cost in plain loops: what the goods are worth, what a yearly buyer would have spent, what the promise
costs where he would have stopped, and the credit as the market prices it.
"""

from __future__ import annotations

import math
import random
from dataclasses import replace
from statistics import NormalDist
from typing import Any

import numpy as np
import pytest

from bankable.templates import deal_file
from bankable.udfs.deal import deal as deals
from bankable.udfs.deal.chain.fair_value import shifted
from bankable.udfs.deal.deal import BASELINES, Deal
from tests.random_deals import varied
from tests.udfs.test_by_hand import billed_by_year, reckoned

SHIPPED = [entry.deal for entry in deal_file.load_shipped()]
SUPPORTED = SHIPPED[2]


def survival(d: Deal, end: int, bound: int, lapse: float, termination: float) -> list[float]:
    """Chance by year that a contract still stands: renewals come once the bound years are over."""
    out = []
    for t in range(1, d.operating_years + 1):
        year = min(t, end)
        renewals = max(0, math.ceil((year - bound) / d.renew_every))
        chance = d.renewal**renewals * (1 - lapse) ** min(year, bound)
        out.append(chance * ((1 - termination) * (1 - d.offtaker_pd)) ** year)
    return out


def spent(d: Deal) -> dict[str, float]:
    """What the promise costs above the worth of the goods, and what yearly orders would have."""
    lapses = d.statutory_backing == "subject to appropriation"
    public = d.statutory_backing != "commercial contract"
    end = max(d.contract_years, d.public_offtake_years)
    bound = min(end, max(d.firm_years, 0 if lapses else d.public_offtake_years))
    kept = survival(d, end, bound, d.firm_lapse if lapses else 0.0, d.termination)
    firm = min(d.firm_years, d.contract_years)
    yearly = survival(
        d, d.contract_years, firm, d.firm_lapse if public else 0.0, d.yearly_termination
    )
    out = dict.fromkeys(("offtake", "market", "nothing", "yearly", "y_market", "y_paid"), 0.0)
    out |= {"unwanted": 0.0, "promise": 0.0}
    for t in range(1, min(d.public_offtake_years, d.operating_years) + 1):
        _, volume = billed_by_year(d)[t - 1]
        price = (d.price + d.capacity_price) * (1 + d.escalator) ** (t - 1)
        market = d.market_price * (1 + d.market_growth) ** (t - 1)
        today = (1 + d.treasury_rate) ** -t
        ordered = yearly[t - 1] if t <= d.contract_years else 0.0
        worth = d.buyer_value * price
        before, before_y = (kept[t - 2], yearly[t - 2]) if t > 1 else (1.0, 1.0)
        settled = before * d.termination * d.termination_settlement
        settled_y = before_y * d.yearly_termination * d.termination_settlement
        paid = (kept[t - 1] + settled) * price
        paid_y = (ordered + settled_y * (t <= d.contract_years)) * price * d.yearly_price
        out["offtake"] += volume * (paid - kept[t - 1] * worth) * today
        out["market"] += volume * (paid - kept[t - 1] * market) * today
        out["nothing"] += volume * paid * today
        out["yearly"] += volume * (paid_y - ordered * worth) * today
        out["y_market"] += volume * (paid_y - ordered * market) * today
        out["y_paid"] += volume * paid_y * today
        alone = max(0.0, kept[t - 1] - ordered)
        out["unwanted"] += alone * volume * price * today
        out["promise"] += alone * volume * price * (1 - d.worth_if_not_renewed) * today
    return out


def priced(d: Deal, reckon: dict[str, Any]) -> dict[str, float]:
    """Guarantee and government loan on defaults as the market prices them, year by year."""
    normal, covered = NormalDist(), d.coverage * (1 - d.government_loan_share)
    claim = 1 + (reckon["all_in_rate"] if d.covers_interest else 0.0)
    was = was_priced = 0.0
    before, guarantee, received, at_banks_rate = 1.0, 0.0, 0.0, 0.0
    for t, opening in enumerate(reckon["opening"], 1):
        i = t - 1
        chance = 1 - reckon["performing"][i]
        moved = chance
        if 0 < chance < 1:
            shift = d.market_price_of_risk * math.sqrt(t)
            moved = normal.cdf(normal.inv_cdf(chance) + shift)
        step = chance - was
        weight = (moved - was_priced) / step if step > 1e-9 else 0.0
        kept = (1 - moved) / (1 - chance) if 1 - chance > 1e-9 else 0.0
        today = (1 + d.treasury_rate) ** -t
        out = reckon["exposed"][i - 1] if i else 1.0
        fee = d.guarantee_fee * covered * out * opening
        guarantee += (covered * reckon["claims_lost"][i] * claim * weight - fee * before) * today
        closing = reckon["opening"][t] if t < d.tenor else 0.0
        due = opening * d.government_loan_rate + (opening - closing)
        at_banks_rate += due * (1 + reckon["bank_rate"]) ** -t
        back = reckon["exposed"][i] * due * kept
        back += (reckon["claims"][i] - reckon["claims_lost"][i]) * weight
        received += back * today
        was, was_priced, before = chance, moved, kept
    lent = d.government_loan_share
    return {
        "fair_guarantee": guarantee,
        "fair_loan": lent * (reckon["debt"] - received),
        "loan_benefit": lent * (reckon["debt"] - at_banks_rate),
    }


def random_supported(seed: int) -> Deal:
    """A deal of the kind that the loops reckon, with a promise and both kinds of credit."""
    rng = random.Random(f"public {seed}")
    d = varied(rng, rng.choice(SHIPPED))
    return replace(
        d,
        public_offtake_years=rng.randint(0, min(15, d.operating_years)),
        statutory_backing=rng.choice(["full faith and credit", "subject to appropriation"]),
        coverage=rng.uniform(0, 0.8),
        government_loan_share=rng.uniform(0, 0.3),
        guarantee_fee=rng.uniform(0, 0.01),
        yearly_termination=rng.uniform(0, 0.05),
        yearly_price=rng.uniform(1, 1.1),
        worth_if_not_renewed=rng.uniform(0, 0.5),
        market_price_of_risk=rng.uniform(0, 0.5),
        termination_cover=0.0,
        lapse_pays=False,
        lender_view=rng.choice(["firm", "supported", "promised"]),
    )


def the_chain_agrees(d: Deal) -> None:
    r, own, reckon = deals.evaluate(d), spent(d), reckoned(d)
    found = {key: float(r[key][0, 0]) for key in r if np.ndim(r[key]) == 2}
    other = found["public_cost"] - found["offtake_cost"]
    expected = {
        "offtake_cost": own["offtake"],
        "cost_at_market": other + own["market"],
        "cost_at_nothing": other + own["nothing"],
        "incremental_yearly": other + own["offtake"] - own["yearly"],
        "incremental_at_market": other + own["market"] - own["y_market"],
        "incremental_at_nothing": other + own["nothing"] - own["y_paid"],
        "promise_unwanted": own["unwanted"],
        "promise_price": own["promise"],
        **priced(d, reckon),
    }
    for key, value in expected.items():
        assert found[key] == pytest.approx(value, rel=1e-8, abs=1e-7), (key, d)
    of = dict(zip(BASELINES, ("public_cost", "incremental_yearly", "cost_at_market"), strict=True))
    assert found["incremental_cost"] == found[of[d.without_support]]


@pytest.mark.parametrize("d", SHIPPED, ids=lambda d: d.case_name)
def test_the_shipped_deals(d: Deal) -> None:
    the_chain_agrees(d)


@pytest.mark.parametrize("seed", range(16))
def test_random_deals(seed: int) -> None:
    the_chain_agrees(random_supported(seed))


@pytest.mark.exhaustive
@pytest.mark.parametrize("seed", range(16, 216))
def test_many_random_deals(seed: int) -> None:
    the_chain_agrees(random_supported(seed))


def test_the_figures_of_an_independent_reckoning() -> None:
    """Three worths gross and beyond yearly orders, in $m, as reckoned before by other hands, who left
    settlements on termination out.
    """
    r = deals.evaluate(replace(SUPPORTED, termination_settlement=0.0))
    gross = [r[key][0, 0] for key in ("public_cost", "cost_at_market", "cost_at_nothing")]
    beyond = [r[f"incremental_{key}"][0, 0] for key in ("yearly", "at_market", "at_nothing")]
    assert gross == pytest.approx([358, 752, 7166], abs=3)
    assert beyond == pytest.approx([132, 277, 2642], abs=3)


@pytest.mark.parametrize(("years", "expected"), [(10, 0.483), (15, 0.680)])
def test_cumulative_probabilities_are_shifted(years: int, expected: float) -> None:
    """1% a year at a market price of risk of 0.4: 48.3% over ten years, not the 58.7% of yearly shifts."""
    chance = np.array([1 - 0.99**years])
    assert shifted(chance, 0.4 * math.sqrt(years))[0] == pytest.approx(expected, abs=5e-4)


def test_risk_without_a_price_costs_what_credit_rules_say() -> None:
    for seed in range(6):
        d = replace(random_supported(seed), market_price_of_risk=0.0)
        r = deals.evaluate(d)
        assert r.fair_credit_cost == pytest.approx(r.credit_cost, rel=1e-9, abs=1e-9)


def test_a_dearer_risk_never_makes_the_guarantee_cheaper() -> None:
    """Where default is not near certain: there it only comes earlier, at another loss."""
    prices, tried = np.linspace(0, 1, 21), 0
    for seed in range(80):
        d = random_supported(seed)
        if deals.evaluate(d).life_default[0, 0] > 0.3:
            continue
        tried += 1
        costs = [
            deals.evaluate(replace(d, market_price_of_risk=p)).fair_guarantee[0, 0] for p in prices
        ]
        assert (np.diff(costs) >= -1e-9).all()
    assert tried >= 4


def test_a_promise_that_changes_nothing_costs_nothing_more() -> None:
    """Orders that would have come anyway, at the same price: nil beyond them, whatever the goods are worth."""
    for worth in (0.0, 0.5, 0.95, 1.3):
        d = replace(
            SUPPORTED,
            coverage=0.0,
            buyer_value=worth,
            firm_years=10,
            contract_years=10,
            yearly_termination=SUPPORTED.termination,
        )
        r = deals.evaluate(d)
        for key in ("incremental_yearly", "incremental_at_market", "incremental_at_nothing"):
            assert r[key][0, 0] == pytest.approx(0, abs=1e-9)
        assert r.promise_price[0, 0] == pytest.approx(0, abs=1e-9)
        assert deals.evaluate(replace(d, public_offtake_years=0)).cost_at_nothing[0, 0] == 0


def test_a_scenario_that_takes_the_contract_away_ends_what_the_public_pays() -> None:
    r = deals.evaluate(replace(SUPPORTED, contract_stop_year=5))
    assert (r.in_public_offtake[0, 4:] == 0).all()
    assert (r.in_public_offtake[0, :4] == 1).all()


def test_termination_of_yearly_orders_is_the_contract_s_where_it_is_left_out() -> None:
    values = {key: getattr(SUPPORTED, key) for key in deals.KEYS if key != "yearly_termination"}
    assert deals.read(values).yearly_termination == SUPPORTED.termination
