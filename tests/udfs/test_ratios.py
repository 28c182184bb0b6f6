"""Cover ratios: identities, traps of the trade, and how they look in cells."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bankable import udfs
from bankable.udfs.ratios import dscr
from bankable.udfs.registry import FUNCTIONS
from tests.refusals import refused
from tests.strategies import few, flows, rates


def test_years_without_debt_service_pull_neither_minimum_nor_average() -> None:
    assert udfs.DSCR_MIN([100, 26, 100], [0, 20, 0]) == pytest.approx(1.3)
    assert udfs.DSCR_AVG([100, 26, 100], [0, 20, 0]) == pytest.approx(1.3)


def test_negative_cash_flow_gives_a_negative_ratio() -> None:
    assert udfs.DSCR_PATH([-10], [20])[0] == -0.5


def test_a_blank_cash_flow_is_no_period_and_a_zero_is_one() -> None:
    cell = FUNCTIONS["DSCR_PATH"].from_cells
    assert cell([[[24.0], [None], [0.0]], [[20.0], [20.0], [20.0]]]) == [[1.2], [None], [0.0]]


def test_a_row_gives_a_row() -> None:
    assert FUNCTIONS["DSCR_PATH"].from_cells([[[24.0, 26.0]], [[20.0, 20.0]]]) == [[1.2, 1.3]]


def test_no_debt_service_at_all_has_no_answer() -> None:
    assert "debt_service" in refused("#N/A", udfs.DSCR_MIN, [10, 20], [0, 0])


def test_unequal_ranges_are_refused_by_name() -> None:
    said = refused("#VALUE!", udfs.DSCR_PATH, [1, 2], [1])
    assert "cfads" in said
    assert "debt_service" in said


@few
@given(rates, flows, st.floats(1.05, 3.0))
def test_debt_sculpted_to_a_constant_dscr_has_that_llcr(
    rate: float, cfads: list[float], target: float
) -> None:
    debt = udfs.DEBT_CAPACITY(rate, cfads, target)
    assert udfs.LLCR(rate, cfads, debt) == pytest.approx(target, rel=1e-9)
    assert udfs.PLCR(rate, cfads, debt) == pytest.approx(target, rel=1e-9)


@few
@given(rates, flows, st.floats(0.001, 1000))
def test_ratios_do_not_change_with_the_unit_of_money(
    rate: float, cfads: list[float], unit: float
) -> None:
    scaled = [flow * unit for flow in cfads]
    assert udfs.LLCR(rate, scaled, 100 * unit) == pytest.approx(
        udfs.LLCR(rate, cfads, 100), rel=1e-9
    )


def test_the_plain_and_the_weighted_average_differ() -> None:
    assert udfs.DSCR_AVG([12, 40], [10, 20]) == pytest.approx(1.6)
    assert udfs.DSCR_AVG([12, 40], [10, 20], True) == pytest.approx(52 / 30)


def test_a_weighted_average_leaves_out_the_same_periods() -> None:
    cell = FUNCTIONS["DSCR_AVG"].from_cells
    assert cell([[[12.0, None, 40.0, 99.0]], [[10.0, 10.0, 20.0, 0.0]], True]) == pytest.approx(
        52 / 30
    )


def test_blank_debt_service_is_no_debt_service() -> None:
    assert FUNCTIONS["DSCR_PATH"].from_cells([[[24.0, 26.0]], [[None, 20.0]]]) == [[None, 1.3]]


def test_life_cover_takes_the_opening_balance_and_stops_at_the_tenor() -> None:
    cfads = [30.0] * 5
    assert udfs.LLCR(0.06, cfads, 100, 3) == pytest.approx(30 * (1 - 1.06**-3) / 0.06 / 100)
    assert udfs.LLCR(0.06, cfads, 100, 5) == udfs.PLCR(0.06, cfads, 100)
    assert udfs.PLCR(0.06, cfads, 100, 12) - udfs.PLCR(0.06, cfads, 100) == pytest.approx(0.12)
    assert udfs.LLCR(0, cfads, 100) == pytest.approx(1.5)


def test_life_cover_without_debt_or_beyond_the_range_is_refused() -> None:
    assert "debt" in refused("#N/A", udfs.LLCR, 0.06, [30, 30], 0)
    assert "debt" in refused("#N/A", udfs.PLCR, 0.06, [30, 30], -1)
    assert "tenor" in refused("#NUM!", udfs.LLCR, 0.06, [30, 30], 100, 3)
    assert FUNCTIONS["LLCR"].from_cells([0.06, [["none"]], 100]).code == "#VALUE!"


def test_a_negative_year_counts_against_life_cover() -> None:
    assert udfs.PLCR(0, [30, -10, 30], 100) == pytest.approx(0.5)


def test_the_kernel_takes_scenarios() -> None:
    cfads, service = np.array([[24.0, 26, np.nan], [10, -5, 12]]), np.array([20.0, 20, 20])
    np.testing.assert_allclose(dscr(cfads, service), [[1.2, 1.3, np.nan], [0.5, -0.25, 0.6]])
    assert np.isnan(dscr(cfads, 0.0)).all()


@pytest.mark.parametrize("rest", [1e-14, 7.1e-15, 9e-9, -1e-14])
def test_a_rest_of_debt_service_is_none(rest: float) -> None:
    """After the loan a schedule leaves 1e-14 where 0 is meant: no cover of a thousand million
    million.
    """
    cfads, service = [30.0, 30.0, -5.0], [10.0, 10.0, rest]
    path = udfs.DSCR_PATH(cfads, service)
    assert path[:2].tolist() == [3.0, 3.0]
    assert np.isnan(path[2])
    assert udfs.DSCR_MIN(cfads, service) == 3.0
    assert udfs.DSCR_AVG(cfads, service) == 3.0
    assert udfs.DSCR_AVG(cfads, service, weighted=True) == 3.0


def test_a_small_debt_service_is_not_a_rest() -> None:
    assert udfs.DSCR_PATH([30, 30], [10, 1.1e-8])[1] == pytest.approx(30 / 1.1e-8)
    assert udfs.DSCR_MIN([2e-12, 3e-12], [1e-12, 1e-12]) == pytest.approx(2)


@pytest.mark.parametrize("name", ["DSCR_PATH", "DSCR_MIN", "DSCR_AVG"])
def test_a_negative_debt_service_is_refused(name: str) -> None:
    """Payments typed below zero, all of them or one; a rest of a subtraction is none."""
    said = refused("#NUM!", getattr(udfs, name), [26, 24, 28], [20, -20, 20])
    assert "debt_service, cell 2, is -20; allowed is from 0" in said
    refused("#NUM!", getattr(udfs, name), [26, 24, 28], [-20, -20, -20])
    cells = FUNCTIONS[name].from_cells
    assert cells([[26, 24, 28], [20, 20, -1e-14]]) == cells([[26, 24, 28], [20, 20, None]])


def test_a_rest_of_debt_service_has_no_cover() -> None:
    """What rounding leaves of nothing: in a schedule that is sized, and in a fan."""
    _, *rows, _ = udfs.DSCR_FAN([26, 27, 28], [20, 20, 1e-14], 0.2)
    assert np.isnan(rows[2][1])
    assert rows[:2] == udfs.DSCR_FAN([26, 27], [20, 20], 0.2)[1:3]
    table = udfs.DEBT_SCULPT(3e-18, [26, 27, 28, 30], 1.3, 4, grace=1)
    assert np.isnan(table[0, 5])
    assert table[1:, 5] == pytest.approx(1.3)
