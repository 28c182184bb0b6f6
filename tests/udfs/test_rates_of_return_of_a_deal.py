"""The rates of return of a deal, solved in a fixed number of steps: they are found wherever money
comes back, as far down as -99% a year.
"""

from __future__ import annotations

import numpy as np
import pytest

from bankable import udfs
from bankable.udfs.deal.chain import returns
from bankable.udfs.deal.chain.axes import MONTHS, YEARS

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
    found = returns.irr(*returns.log_rate_steps(spent, before, comes))
    assert np.log1p(found[0, 0]) == pytest.approx(np.log1p(rate), abs=1e-9)


@pytest.mark.parametrize("rate", [-0.99, -0.95, -0.9, -0.8])
@pytest.mark.parametrize("years", [1, 3, 5])
def test_the_worksheet_functions_find_the_same(rate: float, years: int) -> None:
    comes = np.full(years, 1e3)
    cost = float(np.sum(comes * (1 + rate) ** -np.arange(1.0, years + 1)))
    assert udfs.PROJECT_IRR([-cost, *comes]) == pytest.approx(rate, abs=1e-9)
    assert udfs.EQUITY_IRR(cost, 0, comes, [0.0]) == pytest.approx(rate, abs=1e-9)
    assert udfs.IRR_ROOTS([-cost, *comes]).tolist() == pytest.approx([rate], abs=1e-9)
