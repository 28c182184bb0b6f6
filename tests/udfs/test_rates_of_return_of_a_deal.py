"""The rates of return of a deal, solved in a fixed number of steps: they are found wherever money
comes back, as far down as -99% a year.
"""

from __future__ import annotations

import contextlib
import random
from dataclasses import replace

import numpy as np
import pytest

from bankable import udfs
from bankable.templates import deal_file
from bankable.udfs.cells import CellError
from bankable.udfs.deal import deal as deals
from bankable.udfs.deal.chain import returns
from bankable.udfs.deal.chain.axes import MONTHS, YEARS, axis_of
from bankable.udfs.deal.deal import Deal
from bankable.udfs.numerics.irr import irr_roots

BUILD = 24  # months


def flow(kind: str, rate: float, years: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """(what is spent by month, its years before completion, what comes in by year): as much as
    earns the rate on 100 spent evenly."""
    year = np.arange(1.0, YEARS + 1)
    shape = {"level": 1.0 + 0 * year, "falling": 0.8**year, "at the end": (year == years) + 0.01}
    comes = shape[kind] * (year <= years)
    before = np.maximum(0.0, BUILD - np.arange(1.0, MONTHS + 1)) / 12
    spent = np.where(np.arange(MONTHS) < BUILD, 100 / BUILD, 0.0)
    worth = np.sum(spent * (1 + rate) ** before) / np.sum(comes * (1 + rate) ** -year)
    return spent[None], before[None], (comes * worth)[None]


@pytest.mark.parametrize("kind", ["level", "falling", "at the end"])
@pytest.mark.parametrize("years", [1, 3, 10, 30])
@pytest.mark.parametrize("rate", [-0.99, -0.95, -0.9, -0.8, -0.3, 0.08, 3.0, 20.0, 90.0])
def test_a_rate_down_to_minus_99_percent_is_found(kind: str, years: int, rate: float) -> None:
    spent, before, comes = flow(kind, rate, years)
    found = returns.irr(*returns.log_rate_steps(spent, before, comes, axis_of(1).elapsed))
    assert np.log1p(found[0, 0]) == pytest.approx(np.log1p(rate), abs=1e-9)


@pytest.mark.parametrize("rate", [-0.99, -0.95, -0.9, -0.8])
@pytest.mark.parametrize("years", [1, 3, 5])
def test_the_worksheet_functions_find_the_same(rate: float, years: int) -> None:
    comes = np.full(years, 1e3)
    cost = float(np.sum(comes * (1 + rate) ** -np.arange(1.0, years + 1)))
    assert udfs.PROJECT_IRR([-cost, *comes]) == pytest.approx(rate, abs=1e-9)
    assert udfs.EQUITY_IRR(cost, 0, comes, [0.0]) == pytest.approx(rate, abs=1e-9)
    assert udfs.IRR_ROOTS([-cost, *comes]).tolist() == pytest.approx([rate], abs=1e-9)


def balloons() -> list[Deal]:
    """Plants whose sponsor pays a balloon out of their last years, and turns of them at random."""
    turns = [
        replace(
            entry.deal,
            balloon=0.95,
            tenor=9,
            grace_years=0,
            operating_years=10,
            gearing=0.85,
            renewal=1.0,
            price=entry.deal.price * 1.3,
        )
        for entry in deal_file.load_shipped()
    ]
    rng = random.Random("balloons")
    while len(turns) < 150:
        deal = rng.choice(turns[:3])
        with contextlib.suppress(CellError):
            turns.append(
                replace(
                    deal,
                    balloon=rng.choice([0.1, 0.3, 0.5, 0.7, 0.9, 0.95]),
                    price=deal.price * rng.uniform(0.4, 1.2),
                    gearing=rng.uniform(0.2, 0.95),
                    tenor=rng.randint(2, 25),
                    operating_years=rng.randint(3, 30),
                    repayment=rng.choice(deals.REPAYMENTS),
                    contract_years=rng.randint(1, 25),
                    dsra_months=rng.choice([0, 6, 12]),
                )
            )
    return turns


def test_with_a_balloon_the_highest_rate_that_solves_is_found() -> None:
    """Newton's method from 0 alone stood still where the balloon, late and large, turned the slope:
    n/a though rates exist.
    """
    r = deals.evaluate(balloons())
    seen = {0: 0, 1: 0, 2: 0}
    for key, flows in (
        ("equity_irr_promised", r.equity_flow_promised),
        ("equity_irr_expected", r.equity_flow_expected),
    ):
        for i, flow_by_year in enumerate(flows):
            spent = r.equity_paid[i] > 0
            before, year = r.years_before[i][spent], np.arange(1.0, YEARS + 1)
            money = np.concatenate([-r.equity_paid[i][spent], flow_by_year])
            rates = irr_roots(money, np.concatenate([-before, year]) + before.max())
            rates = rates[(rates > -0.99) & (rates < 98)]
            seen[min(2, rates.size)] += 1
            found = r[key][i, 0]
            if rates.size:
                assert np.log1p(found) == pytest.approx(np.log1p(rates[-1]), abs=1e-8), i
            else:
                assert np.isnan(found), i
    assert min(seen.values()) > 10, seen  # of several rates: on the promised flows alone
    assert r.equity_irr_promised[:3, 0] == pytest.approx([-0.73, 0.33, 0.42], abs=0.01)
