"""What holds whatever the number of periods: one axis a call, deals whose figures do not hang on their
neighbours, and dates at which yearly reckoning and a finer one agree.
"""

from __future__ import annotations

import random
from dataclasses import replace

import numpy as np
import pytest

from bankable import udfs
from bankable.templates import deal_file
from bankable.templates.deal_table import deal_table
from bankable.udfs.deal import deal as deals
from bankable.udfs.deal import portfolio
from bankable.udfs.deal.chain.axes import PERIODS, axis_of
from bankable.udfs.deal.deal import Deal
from tests.random_deals import drawn, varied

SHIPPED = [entry.deal for entry in deal_file.load_shipped()]
SCALARS = ("debt", "min_dscr", "llcr", "life_default", "public_cost", "equity_irr_expected")


def figures(deal: Deal, *keys: str) -> list[float]:
    r = deals.evaluate(deal)
    return [float(r[key][0, 0]) for key in keys]


def test_periods_that_are_typed_are_those_of_the_payments() -> None:
    deal = replace(SHIPPED[0], payments_per_year=2)
    same = replace(deal, periods_per_year=2)
    assert figures(deal, *SCALARS) == figures(same, *SCALARS)
    yearly = replace(SHIPPED[0], periods_per_year=1)
    assert figures(yearly, *SCALARS) == figures(SHIPPED[0], *SCALARS)


@pytest.mark.parametrize("a_year", PERIODS)
def test_an_axis_counts_from_completion(a_year: int) -> None:
    time = axis_of(a_year)
    assert time.elapsed[-1] == 30
    assert time.begun[0] == 0
    assert time.year.tolist() == np.repeat(np.arange(1, 31), a_year).tolist()
    assert time.opens.sum() == 30
    assert time.place(5) == 5 * a_year - 1


@pytest.mark.parametrize("seed", range(12))
def test_a_finer_axis_leaves_year_ends_where_they_were(seed: int) -> None:
    """Of a loan in equal yearly parts: balance, chance that the contract stands, prices and volumes of the
    year are those of yearly reckoning, whatever the periods; its tax and cash move within the year.
    """
    rng = random.Random(f"year ends {seed}")
    deal = varied(rng, rng.choice(SHIPPED))
    deal = replace(deal, repayment="equal principal")
    yearly = deals.evaluate(deal)
    for a_year in (2, 4):
        r = deals.evaluate(replace(deal, periods_per_year=a_year))
        at_end = slice(a_year - 1, None, a_year)
        for key in ("closing", "alive", "contract_price", "ramp_cumulative"):
            assert r[key][0, at_end] == pytest.approx(yearly[key][0], rel=1e-9, abs=1e-9), key
        time = axis_of(a_year)
        for key in ("capacity_available", "billed_volume", "revenue_promised", "fixed_cost_path"):
            assert time.of_years(r[key])[0] == pytest.approx(yearly[key][0], rel=1e-9), key


@pytest.mark.parametrize("seed", range(6))
def test_more_payments_a_year_owe_less_interest(seed: int) -> None:
    """At the same nominal rate: principal comes back earlier, so that the interest of all years is less."""
    rng = random.Random(f"interest {seed}")
    deal = replace(varied(rng, rng.choice(SHIPPED)), repayment="annuity")
    paid = []
    for n in PERIODS:
        r = deals.evaluate(replace(deal, payments_per_year=n))
        # by the loan's own rate, which the quote may set otherwise
        paid.append(float(r.interest.sum() / r.all_in_rate[0, 0] / r.debt[0, 0]))
        assert float(r.principal.sum() + r.balloon_paid.sum()) == pytest.approx(float(r.debt[0, 0]))
    assert paid[0] > paid[1] > paid[2]


def test_a_deal_does_not_hang_on_its_neighbours() -> None:
    """In a loan book every deal stands on its own axis."""
    names = ("min_dscr", "life_default", "expected_loss")
    mixed = [
        replace(deal, payments_per_year=n)
        for deal, n in zip([*SHIPPED, *SHIPPED], (1, 2, 4, 2, 1, 1), strict=True)
    ]
    x = deals.columns(
        {
            key: [getattr(deal, key) for deal in mixed]
            for key in deals.KEYS
            if key not in deals.TEXT_KEYS
        }
    )
    found = portfolio.evaluate(x, names)
    for row, deal in zip(found, mixed, strict=True):
        assert row.tolist() == pytest.approx(figures(deal, *names), rel=1e-12, nan_ok=True)


def test_a_grid_over_payments_has_one_axis() -> None:
    deal = [[key, getattr(SHIPPED[0], key)] for key in deals.KEYS]
    grid = udfs.SENS_GRID(deal, "payments_per_year", [1, 2, 4], "gearing", [0.6, 0.7], "llcr")
    alone = figures(replace(SHIPPED[0], payments_per_year=2, periods_per_year=4), "llcr")
    assert grid[1][1] == pytest.approx(alone[0])


def test_the_table_of_a_deal_is_headed_by_dates() -> None:
    table = deal_table(replace(SHIPPED[0], payments_per_year=2))
    assert list(table.columns[4:8]) == [0.5, 1.0, 1.5, 2.0]
    assert table.loc["interest", 0.5:30.0].sum() == pytest.approx(table.loc["interest", "value"])
    assert "idc" not in table.index
    assert "idc" in deal_table(replace(SHIPPED[0], payments_per_year=2), months=True).index


@pytest.mark.parametrize("payments", [2, 4])
def test_the_simulation_agrees_with_the_chain(payments: int) -> None:
    """Without noise of price and demand a payment is missed as often as the chain says."""
    for seed in range(3):
        rng = random.Random(f"simulated {seed}")
        deal = replace(drawn(rng, "drawn"), price_vol=0.0, payments_per_year=payments)
        block = [[key, getattr(deal, key)] for key in deals.KEYS]
        [chance] = figures(deal, "shortfall_probability")
        rows = udfs.DEAL_FAN(block, 20_000, 1, [0.1, 0.5])
        missed = rows[-1][-1]
        assert missed == pytest.approx(chance, abs=0.012), seed


@pytest.mark.parametrize(("payments", "periods"), [(3, 0), (3, 4), (2, 1), (4, 2), (1, 3)])
def test_periods_that_do_not_fit_are_refused(payments: int, periods: int) -> None:
    with pytest.raises(udfs.cells.CellError, match="payments_per_year is"):
        deals.check(replace(SHIPPED[0], payments_per_year=payments, periods_per_year=periods))
