"""Interest during construction: against the iteration it replaces, and the shape in cells."""

from __future__ import annotations

import numpy as np
import numpy_financial as npf
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bankable import udfs
from bankable.udfs.cells import CellError
from bankable.udfs.construction import construction_path
from bankable.udfs.registry import lookup

CAPEX = st.lists(st.floats(0, 50), min_size=1, max_size=36).filter(lambda costs: sum(costs) > 1)


def by_iteration(rate, capex, gearing, timing, upfront, commitment, m):
    """The circular model that a spreadsheet would iterate, until it stands still."""
    facility = 0.0
    for _ in range(2000):
        balance = interest = fees = 0.0
        for t, cost in enumerate(capex):
            due = rate / m * (balance + timing * gearing * cost)
            fee = commitment / m * (facility - balance) + (upfront * facility if t == 0 else 0)
            balance += gearing * (cost + due + fee)
            interest, fees = interest + due, fees + fee
        if abs(balance - facility) < 1e-13 * max(1, balance):
            break
        facility = balance
    return facility, interest, fees


@settings(max_examples=40, deadline=None)
@given(
    st.floats(0, 0.15),
    CAPEX,
    st.floats(0, 1),
    st.floats(0, 1),
    st.floats(0, 0.05),
    st.floats(0, 0.02),
    st.sampled_from([1, 4, 12]),
)
def test_two_passes_give_what_iteration_gives(rate, capex, gearing, timing, upfront, commitment, m):
    if m == 1:
        capex = capex[:6]
        capex[0] += 1
    facility, interest, fees = by_iteration(rate, capex, gearing, timing, upfront, commitment, m)
    found = udfs.IDC(rate, capex, gearing, timing, upfront, commitment, m)
    assert (found.facility, found.idc, found.fees) == pytest.approx(
        (facility, interest, fees), rel=1e-9, abs=1e-9
    )
    assert found.total_cost == pytest.approx(sum(capex) + interest + fees, rel=1e-9)
    assert found.facility == pytest.approx(gearing * found.total_cost, rel=1e-9, abs=1e-12)
    assert found.equity == pytest.approx(found.total_cost - found.facility)


def test_all_debt_at_period_ends_is_a_future_value():
    capex = [5, 10, 20, 25, 20, 12, 8]
    assert udfs.IDC(0.08, capex, 1, 0).facility == pytest.approx(
        -npf.npv(0.08 / 12, [-c for c in capex]) * (1 + 0.08 / 12) ** 6
    )


def test_the_commitment_fee_is_on_the_undrawn_part():
    found = udfs.IDC(0, [100, 0], 1, 0, 0, 0.12, 12)
    # period 1: 1% of F undrawn, period 2: 1% of F - (100 + 0.01 F); F = 100 + 0.01 F + 0.01 (F -
    # 100 - 0.01 F)
    facility = 99 / (1 - 0.02 + 0.0001)
    assert found.facility == pytest.approx(facility)
    assert found.fees == pytest.approx(facility - 100)


def test_without_debt_nothing_accrues():
    assert udfs.IDC(0.1, [10, 20], 0, 0.5, 0.02, 0.01) == (0, 0, 0, 30, 30)


def test_money_scales_and_blanks_are_no_cost():
    small, large = (udfs.IDC(0.08, np.array([5, 0, 7]) * k, 0.7, 0.5, 0.02, 0.01) for k in (1, 1e6))
    assert np.array(large) == pytest.approx(1e6 * np.array(small), rel=1e-12)
    assert udfs.IDC(0.08, [5, None, 7], 0.7, 0.5, 0.02, 0.01) == small


def test_schedule_adds_up():
    table = udfs.IDC_SCHEDULE(0.08, [5, 10, 20], 0.7, 0.5, 0.02, 0.0075)
    found = udfs.IDC(0.08, [5, 10, 20], 0.7, 0.5, 0.02, 0.0075)
    capex, interest, fees, debt, equity, balance = table.T
    assert capex + interest + fees == pytest.approx(debt + equity)
    assert debt == pytest.approx(0.7 * (capex + interest + fees))
    assert np.cumsum(debt) == pytest.approx(balance)
    assert (balance[-1], interest.sum(), fees.sum(), equity.sum()) == pytest.approx(found[:4])


def test_kernel_takes_scenarios():
    capex, gearing = np.array([[5.0, 10, 20], [8, 8, 8]]), np.array([0.7, 0.5])
    found = construction_path(capex, 0.01, gearing, 0.5, 0.02, np.array([0.001, 0]))
    for i, commitment in enumerate((0.001, 0)):
        assert found["facility"][i] == pytest.approx(
            udfs.IDC(0.01, capex[i], gearing[i], 0.5, 0.02, commitment, 1).facility
        )
        assert found["balance"][i][-1] == pytest.approx(found["facility"][i])


def test_fees_that_eat_the_facility_are_refused():
    with pytest.raises(CellError, match="upfront_fee") as error:
        udfs.IDC(0, [100], 1, 0, 1)
    assert error.value.code == "#NUM!"
    assert lookup("IDC").from_cells([0.08, [[5, -1]]]).code == "#NUM!"
    assert lookup("IDC").from_cells([0.08, "plant"]).code == "#VALUE!"


def test_in_cells():
    figures = lookup("IDC").from_cells([0.08, [[5, 10]], 0.7, 0.5, 0, 0, 12, True])
    assert [row[0] for row in figures] == ["facility", "idc", "fees", "equity", "total_cost"]
    assert lookup("IDC").from_cells([0.08, [[5, 10]], 0.7]) == lookup("IDC").from_cells(
        [0.08, [[5], [10]], 0.7]
    )
