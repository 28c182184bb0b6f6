"""Functions over plain ranges with several periods a year, held against plain loops and against the same
figures of a whole deal.
"""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest

from bankable import udfs
from bankable.templates import deal_file
from bankable.udfs.cells import CellError
from bankable.udfs.deal import deal as deals


@pytest.mark.parametrize("m", [2, 4, 12])
def test_cover_of_the_last_twelve_months(m: int) -> None:
    rng = np.random.default_rng(m)
    cash, due = rng.uniform(-5, 40, 4 * m), rng.uniform(5, 20, 4 * m)
    due[-2:] = 0  # the loan is repaid
    path = udfs.DSCR_PATH(cash, due, m)
    for t in range(4 * m - 2):
        first = max(0, t + 1 - m)
        assert path[t] == pytest.approx(sum(cash[first : t + 1]) / sum(due[first : t + 1]))
    assert np.isnan(path[-2:]).all()
    tested = path[m - 1 : -2]
    assert udfs.DSCR_MIN(cash, due, m) == pytest.approx(min(tested))
    assert udfs.DSCR_AVG(cash, due, False, m) == pytest.approx(sum(tested) / len(tested))


def test_a_blank_cfads_leaves_its_twelve_months_blank() -> None:
    path = udfs.DSCR_PATH([10, None, 30, 30, 30], [10, 10, 10, 10, 10], 2)
    assert [math.isnan(one) for one in path] == [False, True, True, False, False]
    with pytest.raises(CellError, match="hold no such year"):
        udfs.DSCR_MIN([10], [10], 2)


@pytest.mark.parametrize("payments", [2, 4])
def test_it_is_the_cover_of_a_whole_deal(payments: int) -> None:
    deal = replace(deal_file.load_shipped()[2].deal, payments_per_year=payments)
    r = deals.evaluate(deal)
    cash, due = r.lender_cfads[0], r.debt_service[0]
    found = udfs.DSCR_PATH(cash, due, payments)
    assert found == pytest.approx(r.lender_dscr[0], rel=1e-9, nan_ok=True)
    assert udfs.DSCR_MIN(cash, due, payments) == pytest.approx(float(r.min_dscr[0, 0]))
    assert udfs.DSCR_AVG(cash, due, False, payments) == pytest.approx(float(r.avg_dscr[0, 0]))


def test_a_soft_loan_that_pays_half_yearly() -> None:
    """Reckoned payment by payment."""
    principal, rate, n, treasury, market, pd, lgd = 1000.0, 0.02, 2, 0.0425, 0.085, 0.03, 0.4
    payment = principal * (rate / n) / (1 - (1 + rate / n) ** -14)
    balance, stays, cost, worth = principal, 1.0, principal, 0.0
    chance = 1 - (1 - pd) ** 0.5
    for t in range(1, 15):
        received = (1 - chance) * payment + chance * (1 - lgd) * balance
        cost -= stays * received / (1 + treasury) ** (t / n)
        worth += payment / (1 + market) ** (t / n)
        stays *= 1 - chance
        balance -= payment - balance * rate / n
    found = udfs.LOAN_SUBSIDY(principal, rate, 14, treasury, market, pd, lgd, "annuity", 2)
    assert found[0] == pytest.approx(cost)
    assert found[2] == pytest.approx(principal - worth)
