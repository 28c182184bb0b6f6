"""The rate that pays for the loss: against plain loops, against a scan of all rates, against the closed
form of a constant risk; and what it collects against the loss that is booked.
"""

from __future__ import annotations

import itertools
import random
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from bankable.templates import deal_file
from bankable.udfs.credit import BREAKEVEN_SPREAD
from bankable.udfs.deal import chain, settle
from bankable.udfs.deal import deal as deals
from bankable.udfs.deal.chain.axes import axis_of
from bankable.udfs.deal.deal import Deal
from tests.random_deals import varied
from tests.udfs.default_by_hand import clearing_pass

STEP = 0.0005  # of the scan
SHIPPED = tuple(
    deal_file.load(deal_file.shipped_path(name)).deal
    for name in ("defence_factory", "factory_supported", "data_centre")
)
TODAY = SHIPPED[0]


def sample(count: int, seed: int, **terms: Any) -> list[Deal]:
    rng = random.Random(seed)
    return [
        replace(varied(rng, rng.choice(SHIPPED)), pricing="clearing", **terms) for _ in range(count)
    ]


# no lock-up that frees cash at one rate and holds it at another
PLAIN: dict[str, Any] = {"lock_up_dscr": 0.0}


def at_rates(sample: Sequence[Deal], rates: Any) -> chain.Results:
    """The chain with each deal's rate given, as far as the price."""
    x = deals.stack(sample)
    x.clearing_rate = np.broadcast_to(rates, (len(sample),)).reshape(-1, 1)
    return chain.run(x, ["price_pass", "price_excess"])


def cleared(sample: Sequence[Deal]) -> np.ndarray:
    return settle.rates(settle.planned(deals.stack(sample)))


def test_one_pass_is_that_of_plain_loops() -> None:
    """At rates that clear nothing too; without a termination payment, which the loops do not know."""
    loans = sample(150, 81, termination_cover=0.0)
    rng = random.Random(82)
    rates = [rng.uniform(0.03, 0.2) for _ in loans]
    r = at_rates(loans, np.array(rates))
    paid = 0
    for i, (loan, rate) in enumerate(zip(loans, rates, strict=True)):
        years = slice(0, loan.tenor)
        survived = r.performing_before[i, years]
        due = np.where(
            survived > 1e-12, r.default_probability[i, years] / np.maximum(survived, 1e-12), 0
        )
        found, excess = clearing_pass(
            rate,
            loan.base_rate,
            loan.margin,
            loan.guaranteed_spread,
            loan.guarantee_fee,
            loan.coverage,
            loan.covers_interest,
            (r.opening[i, years] / r.debt[i]).tolist(),
            survived.tolist(),
            due.tolist(),
            r.lgd_by_year[i, years].tolist(),
        )
        if found is None or found > 1e3:
            continue
        paid += 1
        assert r.price_pass[i, 0] == pytest.approx(found, rel=1e-9), loan
        assert r.price_excess[i, 0] == pytest.approx(excess, abs=1e-9), loan
    assert paid > 60


def rates_are_the_least_that_clear(count: int, seed: int) -> None:
    """Every rate of the scan below the solved one leaves the loan worth less than is lent; and one that
    clears has the solved one at it or below it. The value jumps where a year turns to default: it may
    clear, fail and clear again.
    """
    loans = sample(count, seed)
    solved = cleared(loans)
    scan = np.arange(TODAY.base_rate, TODAY.rate_cap, STEP)
    again, none = 0, 0
    for loan, rate in zip(loans, solved, strict=True):
        clears = at_rates([loan] * len(scan), scan).price_excess[:, 0] >= 0
        if np.isnan(rate):
            assert not clears.any(), loan
            none += 1
            continue
        assert not clears[scan < rate - 1e-9].any(), loan
        below, r = at_rates([loan], rate - 1e-8), at_rates([loan], rate)
        jumps = below.price_excess[0, 0] < 0 < r.price_excess[0, 0] - 1e-6
        assert jumps or r.price_pass[0, 0] == pytest.approx(rate, abs=1e-9)
        assert jumps or r.price_excess[0, 0] == pytest.approx(0, abs=1e-8)
        above = clears[scan > rate + 1e-9]
        again += not above.all()
    assert none > count / 10
    assert count < 100 or again > 0  # the scan does meet loans that fail again above the rate


def test_rates_are_the_least_that_clear() -> None:
    rates_are_the_least_that_clear(60, 87)


@pytest.mark.exhaustive
@pytest.mark.parametrize("seed", [84, 85])
def test_rates_of_many_deals_are_the_least_that_clear(seed: int) -> None:
    rates_are_the_least_that_clear(400, seed)


def test_each_pass_rises_and_none_passes_the_rate() -> None:
    """Where the rate moves nothing but whether a year defaults: equal instalments, no pledged reserve. Then
    the passes come up to the rate from below, each year that turns to default lifting them once.
    """
    loans = sample(400, 86, **PLAIN, repayment="equal principal", reserve_pledged=0.0)
    paid = {
        "termination_cover": 0.0,
        "grace_capitalised": False,
    }  # capitalised, the debt itself moves
    loans = [replace(loan, **paid) for loan in loans]
    solved = cleared(loans)
    found = ~np.isnan(solved)
    loans, solved = list(itertools.compress(loans, found)), solved[found]
    rate = np.array([loan.base_rate for loan in loans])
    far = []
    for _ in range(4):
        after = at_rates(loans, rate).price_pass[:, 0]
        assert (after >= rate - 1e-12).all()
        assert (after <= solved + 1e-9).all()
        far.append((solved - after > 1e-4).sum())
        rate = after
    assert far[0] > 5
    assert far[-1] < far[0] / 2


def is_priced_where_a_rate_clears(loan: Deal) -> None:
    loan = replace(loan, pricing="clearing")
    scan = np.arange(loan.base_rate, loan.rate_cap, STEP)
    clears = at_rates([loan] * len(scan), scan).price_excess[:, 0] >= 0
    assert clears.any()
    assert cleared([loan])[0] == pytest.approx(scan[clears][0], abs=2 * STEP)


def test_a_guarantee_of_interest_leaves_no_loan_unpriced() -> None:
    """A scan finds a rate of about 9.75%."""
    terms: dict[str, Any] = {"coverage": 0.8, "covers_interest": True, "gearing": 0.7}
    is_priced_where_a_rate_clears(
        replace(TODAY, **terms, contract_years=8, firm_years=0, renewal=0.7, lock_up_dscr=0.0)
    )


def test_a_lock_up_leaves_no_loan_unpriced() -> None:
    """A scan finds that every rate from about 13.5% clears."""
    terms: dict[str, Any] = {"gearing": 0.4, "price": 1.0, "merchant_share": 0.9, "tenor": 12}
    market = {"merchant_haircut": 0.2, "retool_months": 6, "refill_months": 0, "renewal": 0.8}
    is_priced_where_a_rate_clears(
        replace(TODAY, **terms, **market, ramp_months=0, grace_years=0, repayment="equal principal")
    )


@pytest.mark.parametrize("cover", [0.0, 0.5])
def test_the_rate_collects_what_is_lost_and_no_more(cover: float) -> None:
    """Without margin, guarantee and fee the bank earns the base rate on average, and what the clearing rate
    collects above it is the expected loss that is booked, in value at the base rate, by year t:

        SUM d_t (E_t B_t + prepaid_t) (rate - base) = SUM d_t (claims_t x LGD_t) + SUM d_t base x claims_t

    E: chance that the balance B is still out at the end of the year. The second sum is the year's interest
    that a loan in default does not pay: it brings its opening balance at most.
    """
    loans = sample(
        300,
        87,
        margin=0.0,
        coverage=0.0,
        guarantee_fee=0.0,
        guaranteed_spread=0.0,
        government_loan_share=0.0,
        termination_cover=cover,
    )
    rates = cleared(loans)
    found = ~np.isnan(rates)
    loans, rates = list(itertools.compress(loans, found)), rates[found]
    r = at_rates(loans, rates)
    base, discount = r.base_rate_now, (1 + r.base_rate_now) ** -axis_of(1).elapsed
    above = rates.reshape(-1, 1) - base
    collected = (discount * (r.exposed * r.opening + r.termination_paid) * above).sum(axis=-1)
    not_earned = (discount * base * r.claims).sum(axis=-1)
    # a rate from which on lock-up holds the cash that lacked is no fixed point: it collects a little more
    fixed = np.abs(r.price_pass[:, 0] - rates) < 1e-8
    assert fixed.sum() > max(100, 0.97 * len(loans))
    lost = r.expected_loss[:, 0] + not_earned
    assert collected[fixed] == pytest.approx(lost[fixed], rel=1e-7, abs=1e-7)
    assert (collected >= lost * (1 - 1e-7)).all()
    assert (r.expected_loss > 1).sum() > 100


STEADY: dict[str, Any] = {  # nothing but the borrower's own default, at one loss given default
    "contract_years": 20,
    "firm_years": 20,
    "termination": 0.0,
    "offtaker_pd": 0.0,
    "statutory_backing": "commercial contract",
    "price": 2.0,
    "shell_reuse": 1.0,
    "equipment_reuse": 1.0,
    "tooling_reuse": 1.0,
    "power_reuse": 1.0,
    "shell_life": 200.0,
    "equipment_life": 200.0,
    "tooling_life": 200.0,
    "power_life": 200.0,
    "sale_cost": 0.0,
    "sale_months": 0,
    "gearing": 0.3,
    "pricing": "clearing",
}


@pytest.mark.parametrize("repayment", ["annuity", "equal principal", "sculpted"])
@pytest.mark.parametrize("cover", [0.0, 0.6])
def test_a_constant_risk_has_the_closed_form(repayment: str, cover: float) -> None:
    """(d + p L (1 - c)) / (1 - p) + c f; without margin, spread and fee that is BREAKEVEN_SPREAD."""
    p, lost = 0.03, 0.45
    loan = replace(
        TODAY, **STEADY, pd_base=p, lgd_floor=lost, coverage=cover, repayment=repayment, tenor=12
    )
    priced = replace(loan, margin=0.02, guaranteed_spread=0.004, guarantee_fee=0.01)
    required = loan.base_rate + (1 - cover) * 0.02 + cover * 0.004
    expected = (required + p * lost * (1 - cover)) / (1 - p) + cover * 0.01
    assert cleared([priced])[0] == pytest.approx(expected, abs=1e-9)
    bare = replace(loan, margin=0.0, guaranteed_spread=0.0, guarantee_fee=0.0)
    spread = BREAKEVEN_SPREAD(loan.base_rate, p, lost, cover, 12, "annuity")
    assert cleared([bare])[0] == pytest.approx(loan.base_rate + spread, abs=1e-9)


def test_a_loan_that_is_sure_to_fail_has_no_rate() -> None:
    assert np.isnan(cleared([replace(TODAY, price=0.3)])).all()
