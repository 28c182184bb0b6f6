"""The simulated fan of a deal's DSCR against closed forms and against the chain itself on single
paths.
"""

from __future__ import annotations

import random
import tracemalloc
from dataclasses import replace
from functools import cache

import numpy as np
import pytest

from bankable.templates import deal_file
from bankable.udfs.cells import CellError
from bankable.udfs.deal import chain, fan
from bankable.udfs.deal import deal as deals
from bankable.udfs.deal.block import EXAMPLE
from bankable.udfs.deal.deal import Deal
from bankable.udfs.deal.fan import DEAL_FAN, Noise, simulate
from bankable.udfs.registry import FUNCTIONS
from tests.random_deals import drawn


@cache
def shipped() -> tuple[Deal, ...]:
    """The three deals of the comparison, and the factory with its price in a band."""
    return (
        *(entry.deal for entry in deal_file.load_shipped()),
        deal_file.load(deal_file.shipped_path("factory_band")).deal,
    )


def in_calm(deal: Deal) -> Deal:
    """The deal with a certain market price."""
    return replace(deal, price_vol=0.0)


CASES = [
    *(in_calm(deal) for deal in shipped()),
    replace(
        in_calm(shipped()[0]),
        renewal=0.9,
        firm_years=4,
        repayment="annuity",
        case_name="renewed every year",
    ),
    replace(
        in_calm(shipped()[2]),
        merchant_share=0.9,
        merchant_haircut=0.1,
        market_price=1.2,
        case_name="sells elsewhere",
    ),
    replace(
        in_calm(shipped()[1]),
        gearing=0.15,
        merchant_share=0.8,
        merchant_haircut=0.3,
        case_name="little debt",
    ),
]


@pytest.mark.parametrize("deal", CASES, ids=lambda deal: deal.case_name)
def test_without_noise_it_agrees_with_the_closed_form(deal: Deal) -> None:
    paths = 20_000
    r = deals.evaluate(deal)
    expected = float(r.shortfall_probability[0, 0])
    found = simulate(deal, paths)
    assert found.missed.sum() == pytest.approx(expected, abs=3e-4), (
        "stratified draws leave almost no error"
    )
    assert found.any_year >= found.missed.sum(), "a payment is missed only where cover is below 1"


DRAWN = [replace(drawn(random.Random(seed), f"Random {seed}"), price_vol=0.0) for seed in range(6)]


@pytest.mark.parametrize("deal", [*CASES, *DRAWN], ids=lambda deal: deal.case_name)
def test_each_state_of_the_contract_has_the_chains_own_cash_flow(deal: Deal) -> None:
    """Kept: the promised view after tax. Lost in year t: remaining 1, 2, 3 of the chain from then
    on; on deals in which no input is nil, so that a cost which passes the simulation by is seen.
    """
    x = deals.stack([deal])
    r = chain.run(x)
    years = deal.tenor
    inputs, rows = fan.inputs_of(x, 0), fan.Outcome(r, 0, years)
    lost = np.array([fan.NEVER, *range(1, years + 1)])
    cash = fan.cash_flow(inputs, rows, None, None, lost)
    assert cash[:, 0] == pytest.approx(r.cfads_promised[0, :years], rel=1e-9, abs=1e-9)
    for i, year in enumerate(lost[1:], start=1):
        assert cash[: year - 1, i] == pytest.approx(
            r.cfads_promised[0, : year - 1], rel=1e-9, abs=1e-9
        )
        after = [r.remaining_1[0], r.remaining_2[0], r.remaining_3[0]]
        for t in range(year, years + 1):
            assert cash[t - 1, i] == pytest.approx(
                after[min(2, t - year)][t - 1], rel=1e-9, abs=1e-9
            ), (
                year,
                t,
            )


def test_demand_factor_is_the_chain_with_that_demand() -> None:
    """A demand a fifth below plan on every year of a path is the deal with buyer and market a fifth
    smaller.
    """
    deal = replace(in_calm(shipped()[1]), take_or_pay=0.6, buyer_demand=0.9, max_volume=1.0)
    x = deals.stack([deal])
    inputs, rows = fan.inputs_of(x, 0), fan.Outcome(chain.run(x), 0, deal.tenor)
    weaker, never = np.full((deal.tenor, 1), 0.8), np.array([fan.NEVER])
    cash = fan.cash_flow(inputs, rows, None, weaker, never)
    untaxed = fan.cash_flow(_untaxed(inputs), rows, None, weaker, never)
    weak = deals.evaluate(
        replace(deal, buyer_demand=0.9 * 0.8, merchant_share=deal.merchant_share * 0.8)
    )
    # the weaker deal would borrow at another rate: only its interest differs, so hold the tax apart
    before_tax = cash[:, 0] + (untaxed - cash)[:, 0]
    assert before_tax == pytest.approx(weak.cash_before_tax_promised[0, : deal.tenor], rel=1e-9)


def _untaxed(inputs):
    return type(inputs)(**{**vars(inputs), "tax_rate": 0.0})


def test_band_acts_on_each_path_so_its_mean_is_the_collars_expected_price() -> None:
    """Revenue is linear in the contract price, and the chain's price is Black-76 of floor and
    cap.
    """
    deal = replace(
        shipped()[2],
        tax_rate=0.0,
        offtaker_pd=0.0,
        termination=0.0,
        tenor=8,
        variable_cost=0.0,
        working_capital_days=0.0,
    )
    deal = replace(deal, contract_share=1.0, ramp_months=0, idle_cost=1.0)
    r = deals.evaluate(deal)
    found = simulate(deal, 200_000, seed=3)
    assert r.alive[0, 7] == 1.0
    assert found.mean == pytest.approx(r.dscr_promised[0, :8], rel=2e-3)


def test_mean_of_each_noise_is_one() -> None:
    rng = np.random.default_rng(5)
    z = rng.standard_normal((12, 100_000), dtype=np.float32)
    both = np.concatenate([z, -z], axis=1)
    assert fan.market_noise(both.copy(), 0.2, 24).mean(axis=1) == pytest.approx(
        np.ones(12), abs=0.01
    )
    for persistence in (0.0, 0.6, 1.0):
        assert fan.demand_noise(both.copy(), 0.15, persistence).mean(axis=1) == pytest.approx(
            np.ones(12), abs=0.006
        )


def test_noises_have_the_spread_and_the_correlation_asked_for() -> None:
    price, demand, u = fan.draws(1, (0, 0), 100_000, 6, 0.2, Noise(0.1, 0.5, 0.4))
    assert np.corrcoef(price[2], demand[2])[0, 1] == pytest.approx(0.4, abs=0.01)
    walk = np.log(fan.market_noise(price, 0.2, 24))
    assert walk.std(axis=1) == pytest.approx(0.2 * np.sqrt(2 + np.arange(1, 7)), rel=0.01)
    kept = np.log(fan.demand_noise(demand, 0.1, 0.5))
    assert kept.std(axis=1) == pytest.approx(np.full(6, 0.1), rel=0.01)
    assert np.corrcoef(kept[1], kept[3])[0, 1] == pytest.approx(0.25, abs=0.01)
    assert np.sort(u) == pytest.approx((np.arange(100_000) + 0.5) / 100_000, abs=2e-5)


def test_contract_is_lost_as_often_as_the_chain_says() -> None:
    lost = np.array([0.1, 0.0, 0.25, 0.05])
    year = fan.period_lost(lost, (np.arange(1000) + 0.5) / 1000)
    assert [int(np.count_nonzero(year == t)) for t in (1, 2, 3, 4, fan.NEVER)] == [
        100,
        0,
        250,
        50,
        600,
    ]


def test_same_seed_same_answer_whatever_the_block() -> None:
    noise = Noise(0.1, 0.5, 0.3, 0.05, 2.0)
    whole = simulate(shipped()[2], 20_001, 9, noise=noise)
    for block in (700, 8192):
        again = simulate(shipped()[2], 20_001, 9, noise=noise, block=block)
        assert again.any_year == whole.any_year
        for mine, theirs in zip(again, whole, strict=True):
            assert np.array_equal(mine, theirs)
    assert simulate(shipped()[2], 20_001, 10, noise=noise).any_year != whole.any_year


def test_error_falls_with_the_paths_and_stays_within_the_one_shown() -> None:
    deal = replace(shipped()[3], price_vol=0.35, price_floor=0.75)
    found = [simulate(deal, 4_000, seed).any_year for seed in range(30)]
    best = simulate(deal, 200_000, 99).any_year
    shown = np.sqrt(best * (1 - best) / 4_000)
    assert 0.02 < best < 0.98
    assert np.std(found) < 1.3 * shown
    assert abs(np.mean(found) - best) < 4 * shown / np.sqrt(30) + 4 * np.sqrt(
        best * (1 - best) / 200_000
    )


def test_outcomes_of_the_build_have_the_means_asked_for_and_each_its_own_facility() -> None:
    deal = in_calm(shipped()[1])
    x = fan.builds(deal, Noise(overrun=0.1, delay=4.0))
    assert np.mean(x.overrun) == pytest.approx(deal.overrun + 0.1, rel=1e-12)
    assert np.mean(x.delay_months) == pytest.approx(4.0, abs=0.2)
    late = simulate(deal, 20_000, noise=Noise(overrun=0.1, delay=4.0))
    on_time = simulate(deal, 20_000)
    # the debt is what it was: the lender loses nothing, and a dearer plant is written off against
    # more tax
    assert np.all(late.percentiles[2:, 2] > on_time.percentiles[2:, 2])
    r = chain.run(x)
    assert np.all(np.diff(r.total_uses[:, 0]) > 0)
    assert r.debt[:, 0] == pytest.approx(r.debt[0, 0], rel=1e-12)


def test_worksheet_function_shows_the_years_and_any_year() -> None:
    heading, *rows, last = DEAL_FAN(EXAMPLE, 5000, 2, [[0.1, 0.9]])
    assert heading == [
        "year",
        "p10",
        "p90",
        "probability DSCR < 1",
        "standard error",
        "payment missed",
    ]
    assert [row[0] for row in rows] == list(range(1, 11))
    assert last[0] == "any year"
    assert max(row[3] for row in rows) <= last[3] <= sum(row[3] for row in rows)
    assert last[4] == pytest.approx(np.sqrt(last[3] * (1 - last[3]) / 5000))


def test_what_it_cannot_answer_it_says() -> None:
    block = [[key, value] for key, value in EXAMPLE if key != "gearing"]
    none = FUNCTIONS["DEAL_FAN"].from_cells([[*block, ["gearing", 0]]])
    assert (none.code, none.sentence) == (
        "#N/A",
        "the deal has no debt service in any year: there is no DSCR.",
    )
    assert FUNCTIONS["DEAL_FAN"].from_cells([EXAMPLE, 1000, 1, 1]).code == "#NUM!"
    too_many = FUNCTIONS["DEAL_FAN"].from_cells(
        [[*(row for row in EXAMPLE if row[0] != "tenor"), ["tenor", 19]], 5_000_000 * 3]
    )
    assert isinstance(too_many, CellError)


def test_memory_of_a_million_numbers_stays_small() -> None:
    tracemalloc.start()
    simulate(shipped()[2], 100_000, noise=Noise(0.1))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 20e6
